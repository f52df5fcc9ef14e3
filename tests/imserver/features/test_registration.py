"""Taking a name."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from improtocol.commands import Login, Register, Who
from improtocol.errors import (
    Busy,
    InviteNeeded,
    InviteRefused,
    LoginRefused,
    NameTaken,
    RegistrationClosed,
    TooOften,
)
from improtocol.events import RegisterTold, UserTold
from improtocol.names import UnicodeNames
from improtocol.replies import Registered
from improtocol.states import State
from imserver.portal.enrolling import Policy
from imserver.storage.interface import StorageError
from tests.imserver.disk import Disk
from tests.imserver.guest import PASSWORD, Guest
from tests.stage import Stage

LATIN, CYRILLIC = "cope", "соре"


class RegistrationTests(SynchronousTestCase):
    """REGISTER."""

    def setUp(self) -> None:
        self.stage = Stage()

    def test_a_new_name(self) -> None:
        """A name that is nobody's is taken, and everybody who is in is told so, with its number."""
        alice, bob = Guest(self.stage).enter("alice"), Guest(self.stage)
        self.assertEqual(bob.ask(Register("bob", PASSWORD)), Registered("bob"))
        self.assertEqual(bob.session.state, State.REGISTERED)
        [told] = alice.told()
        assert isinstance(told, RegisterTold)
        self.assertEqual((told.number, told.name), (2, "bob"))

    def test_a_taken_name(self) -> None:
        """A name that is an account's is refused, at no cost of a hash, and the state stays."""
        Guest(self.stage).enter("alice")
        late = Guest(self.stage)
        self.assertEqual(
            self.failureResultOf(late.begin(Register("alice", "another one"))).value, NameTaken("alice")
        )
        self.assertEqual(late.session.state, State.UNREGISTERED)
        self.assertEqual(late.refused(Login("alice", "another one")), LoginRefused())

    def test_two_at_once(self) -> None:
        """Of two that ask for one name at the same time one has it, with the password it gave."""
        first, second, third = Guest(self.stage), Guest(self.stage), Guest(self.stage).enter("carol")
        one = first.begin(Register("alice", "first password"))
        other = second.begin(Register("alice", "second password"))
        self.stage.wait(1)
        self.assertEqual(self.successResultOf(one), Registered("alice"))
        self.assertEqual(self.failureResultOf(other).value, NameTaken("alice"))
        self.assertEqual([type(told) for told in third.told()], [RegisterTold])
        self.assertEqual(second.refused(Login("alice", "second password")), LoginRefused())
        first.ask(Login("alice", "first password"))

    def test_looks_like_another(self) -> None:
        """A name that cannot be told by eye from another's is refused, and it is said which (D2)."""
        stage = Stage(names=UnicodeNames())
        Guest(stage).enter(LATIN)
        self.assertEqual(Guest(stage).refused(Register(CYRILLIC, PASSWORD)), NameTaken(CYRILLIC, LATIN))

    def test_two_that_look_alike_at_once(self) -> None:
        """Of two look-alikes that ask at the same time one gets its name; the other may ask again."""
        stage = Stage(names=UnicodeNames())
        first, second = Guest(stage), Guest(stage)
        one, other = first.begin(Register(LATIN, PASSWORD)), second.begin(Register(CYRILLIC, PASSWORD))
        stage.wait(1)
        self.successResultOf(one)
        self.assertIsNotNone(self.failureResultOf(other, Busy).value.retry_after)
        self.assertEqual(second.refused(Register(CYRILLIC, PASSWORD)), NameTaken(CYRILLIC, LATIN))

    def test_taken_while_the_password_was_hashed(self) -> None:
        """A look-alike that came while the password was hashed is noticed."""
        stage = Stage(names=UnicodeNames())
        asked = Guest(stage).begin(Register(CYRILLIC, PASSWORD))
        stage.storage.register(LATIN, "")
        stage.wait(1)
        self.assertEqual(self.failureResultOf(asked).value, NameTaken(CYRILLIC, LATIN))

    def test_what_the_log_says(self) -> None:
        """The log says who came to be."""
        Guest(self.stage).ask(Register("alice", PASSWORD))
        self.assertTrue(self.stage.logged[-1].endswith(" registered session=1 user=alice"))

    def test_a_failure_holds_no_name_back(self) -> None:
        """A name whose account could not be stored is still free, and so is what looks like it."""
        disk = Disk()
        stage = Stage(names=UnicodeNames(), storage=disk.storage)
        disk.trouble = StorageError("full")
        failed = Guest(stage).begin(Register(LATIN, PASSWORD))
        stage.wait(1)
        self.failureResultOf(failed, StorageError)
        disk.trouble = None
        Guest(stage).ask(Register(CYRILLIC, PASSWORD))

    def test_again(self) -> None:
        """Who has registered may take another name too, and log in under either (R40)."""
        guest = Guest(self.stage)
        for name in ("alice", "bob"):
            guest.ask(Register(name, PASSWORD))
        guest.ask(Login("alice", PASSWORD))
        guest.told()
        guest.ask(Who())
        self.assertEqual([told.name for told in guest.told(UserTold)], ["alice", "bob"])  # type: ignore[attr-defined]

    def test_how_passwords_are_kept(self) -> None:
        """Only an argon2id hash of a password is on disk, another one for each account (D1)."""
        disk = Disk()
        stage = Stage(storage=disk.storage)
        for name in ("alice", "bob"):
            Guest(stage).ask(Register(name, PASSWORD))
        hashes = []
        for name in ("alice", "bob"):
            credential = self.successResultOf(stage.storage.credential(name))
            assert credential is not None
            hashes.append(credential.password_hash)
        self.assertTrue(all(kept.startswith("$argon2id$") for kept in hashes))
        self.assertEqual(len(set(hashes)), 2)
        self.assertNotIn(PASSWORD, "".join(stage.logged))


class PolicyTests(SynchronousTestCase):
    """Who may take a name."""

    def test_with_an_invite(self) -> None:
        """Where one registers with an invite, nothing is said of names before a good one was shown."""
        stage = Stage(policy=Policy.INVITE)
        stranger = Guest(stage)
        for name in ("alice", "bob"):
            self.assertEqual(stranger.refused(Register(name, PASSWORD)), InviteNeeded())
            self.assertEqual(stranger.refused(Register(name, PASSWORD, "0000-0000-0000")), InviteRefused())

    def test_nobody(self) -> None:
        """A closed server takes nobody, invited or not."""
        stranger = Guest(Stage(policy=Policy.CLOSED))
        for command in (Register("alice", PASSWORD), Register("alice", PASSWORD, "0000-0000-0000")):
            self.assertEqual(stranger.refused(command), RegistrationClosed())

    def test_trying_invites(self) -> None:
        """Wrong invites are counted by source, and then no other is looked at; from elsewhere it is."""
        stage = Stage(policy=Policy.INVITE)
        stranger, other = Guest(stage), Guest(stage)
        stranger.session.source, other.session.source = "192.0.2.1", "192.0.2.2"
        wrong = Register("alice", PASSWORD, "0000-0000-0000")
        refused = [type(stranger.refused(wrong)) for _ in range(31)]
        self.assertEqual(refused, [InviteRefused] * 30 + [TooOften])
        self.assertEqual(other.refused(wrong), InviteRefused())
