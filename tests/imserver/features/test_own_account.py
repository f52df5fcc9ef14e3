"""Names, passwords and the end of an account, as a session asks for them."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from improtocol import limits
from improtocol.audience import Audience
from improtocol.commands import ChangePassword, Close, Confirm, Login, Rename, Send, Who
from improtocol.errors import BadArgument, Busy, LoginRefused, NameTaken, TooOften, Unconfirmed
from improtocol.events import CloseTold, RenameTold
from improtocol.names import UnicodeNames
from improtocol.replies import PasswordChanged
from tests.imserver.guest import PASSWORD, Guest
from tests.stage import HASHING, Stage

NEW = "battery staple"


class RenamingTests(SynchronousTestCase):
    """RENAME."""

    def test_looks_like_another(self) -> None:
        """Nobody takes what looks like a name that another has or had; its own may look alike."""
        stage = Stage(names=UnicodeNames())
        alice, eve = Guest(stage).enter("cope"), Guest(stage).enter("eve")
        alice.ask(Rename("ally"))
        self.assertEqual(eve.refused(Rename("соре")), NameTaken("соре", "ally"))
        self.assertEqual(alice.ask(Rename("соре")).name, "соре")

    def test_others_who_ask_meanwhile(self) -> None:
        """Of two that ask for one name at once, one has it."""
        stage = Stage()
        alice, bob = Guest(stage).enter("alice"), Guest(stage).enter("bob")
        one, other = alice.begin(Rename("carol")), bob.begin(Rename("carol"))
        stage.wait(1)
        self.assertEqual(self.successResultOf(one).name, "carol")
        self.assertEqual(self.failureResultOf(other).value, NameTaken("carol"))

    def test_what_others_do_meanwhile(self) -> None:
        """Whoever is presented under another name says and is told the same, on all sessions."""
        stage = Stage()
        alice = Guest(stage).enter("alice")
        desk, phone = Guest(stage).enter("bob"), Guest(stage).enter("bob")
        alice.told(), desk.told(), phone.told()
        reply = desk.ask(Rename("rob"))
        for others in (alice, phone):
            self.assertEqual(
                [(e.number, e.before, e.name) for e in others.told() if isinstance(e, RenameTold)],
                [(reply.number, "bob", "rob")],
            )
        self.assertEqual([e for e in desk.told() if isinstance(e, RenameTold)], [])
        phone.ask(Send(Audience.of("alice"), "hello"))
        [told] = [e for e in alice.told() if getattr(e, "text", "") == "hello"]
        self.assertEqual(told.sender, "rob")  # type: ignore[attr-defined]

    def test_who_since(self) -> None:
        """Whoever comes back is told by WHO since= who has another name."""
        stage = Stage()
        alice, bob = Guest(stage).enter("alice"), Guest(stage).enter("bob")
        mark = Guest(stage).ask(Login("alice", PASSWORD)).mark
        bob.ask(Rename("rob"))
        alice.told()
        alice.ask(Who(since=mark))
        self.assertEqual([(e.name, e.was) for e in alice.told()], [("rob", ("bob",))])  # type: ignore[attr-defined]


class ConfirmedTests(SynchronousTestCase):
    """CONFIRM, PASSWORD and CLOSE."""

    def setUp(self) -> None:
        self.stage = Stage()
        self.alice = Guest(self.stage).enter("alice")

    def test_how_long(self) -> None:
        """A password that was said counts for five minutes, and not a second longer."""
        self.stage.wait(limits.CONFIRMED - 2)
        self.assertEqual(self.alice.ask(ChangePassword(NEW)), PasswordChanged())
        self.stage.wait(3)
        for command in (ChangePassword(PASSWORD), Close("alice")):
            self.assertEqual(self.alice.refused(command), Unconfirmed())
        self.alice.ask(Confirm(NEW))
        self.alice.ask(ChangePassword(PASSWORD))

    def test_by_a_token(self) -> None:
        """Whoever came in by a token has said no password."""
        token = Guest(self.stage).ask(Login("alice", PASSWORD, "phone", remember=True)).token
        phone = Guest(self.stage)
        phone.ask(Login("alice", None, "phone", token=token))
        self.assertEqual(phone.refused(ChangePassword(NEW)), Unconfirmed())
        phone.ask(Confirm(PASSWORD))
        phone.ask(ChangePassword(NEW))

    def test_guessing(self) -> None:
        """Within a session a password is guessed no faster than at the door."""
        refused = []
        for _ in range(20):
            guess = self.alice.begin(Confirm("wrong horse"))
            self.stage.wait(3)
            refused.append(type(self.failureResultOf(guess).value))
        self.assertEqual(set(refused), {LoginRefused, TooOften})
        self.assertLess(refused.count(LoginRefused), 8)
        self.stage.wait(limits.CONFIRMED)
        self.assertEqual(self.alice.refused(Close("alice")), Unconfirmed())

    def test_the_others_end(self) -> None:
        """After a change nothing of before opens: no session, no token, no password."""
        phone = Guest(self.stage)
        token = phone.ask(Login("alice", PASSWORD, "phone", remember=True)).token
        self.alice.ask(ChangePassword(NEW))
        assert phone.bye is not None
        self.assertEqual(phone.bye.reason, "password-changed")
        self.assertIsNone(self.alice.bye)
        late = Guest(self.stage)
        self.assertEqual(late.refused(Login("alice", None, "phone", token=token)), LoginRefused())
        self.assertEqual(late.refused(Login("alice", PASSWORD)), LoginRefused())
        self.stage.wait(5)
        late.ask(Login("alice", NEW))

    def test_it_stays_remembered(self) -> None:
        """The device that changed the password comes back by the new token, and no other by the old."""
        phone, desk = Guest(self.stage), Guest(self.stage)
        old = phone.ask(Login("alice", PASSWORD, "phone", remember=True)).token
        other = desk.ask(Login("alice", PASSWORD, "desk", remember=True)).token
        self.assertIsNone(self.alice.ask(ChangePassword(PASSWORD)).token)
        phone = Guest(self.stage)
        phone.ask(Login("alice", PASSWORD, "phone"))
        new = phone.ask(ChangePassword(NEW, remember=True)).token
        late = Guest(self.stage)
        for device, token in (("phone", old), ("desk", other), ("desk", new)):
            self.assertEqual(late.refused(Login("alice", None, device, token=token)), LoginRefused())
        self.assertIsNotNone(Guest(self.stage).ask(Login("alice", None, "phone", token=new)).token)

    def test_remembered_as_what(self) -> None:
        """A session that named no device is given no token, and its password is as it was."""
        refusal = self.alice.refused(ChangePassword(NEW, remember=True))
        self.assertEqual(refusal, BadArgument("remember"))
        Guest(self.stage).ask(Login("alice", PASSWORD))

    def test_a_login_meanwhile(self) -> None:
        """A login that proved the old password while it was changed does not come in."""
        late = Guest(self.stage)
        login, change = late.begin(Login("alice", PASSWORD)), self.alice.begin(ChangePassword(NEW))
        self.stage.wait(HASHING * 4)
        self.successResultOf(change)
        self.assertIn(type(self.failureResultOf(login).value), (Busy, LoginRefused))

    def test_two_at_once(self) -> None:
        """Of two sessions that change it at once, the one that was later is out, and its password with it."""
        other = Guest(self.stage)
        other.ask(Login("alice", PASSWORD))
        first, second = self.alice.begin(ChangePassword(NEW)), other.begin(ChangePassword("another one"))
        self.stage.wait(1)
        self.successResultOf(first)
        self.assertEqual(self.failureResultOf(second).value, Unconfirmed())
        Guest(self.stage).ask(Login("alice", NEW))

    def test_in_no_file(self) -> None:
        """No password stands in server.log, whatever was done with it (D1)."""
        self.alice.ask(Confirm(PASSWORD))
        self.alice.refused(Confirm("wrong horse"))
        self.alice.ask(ChangePassword(NEW))
        log = "\n".join(self.stage.logged)
        self.assertIn("password-changed", log)
        for secret in (PASSWORD, NEW, "wrong horse"):
            self.assertNotIn(secret, log)
            self.assertNotIn(secret.split()[0], log)

    def test_the_end(self) -> None:
        """A closed account's sessions end, and it is gone for the others."""
        bob, phone = Guest(self.stage).enter("bob"), Guest(self.stage)
        phone.ask(Login("alice", PASSWORD))
        bob.told()
        self.alice.ask(Close("alice"))
        for session in (self.alice, phone):
            assert session.bye is not None
            self.assertEqual(session.bye.reason, "closed")
        told = [e for e in bob.told() if isinstance(e, CloseTold)]
        self.assertEqual([e.name for e in told], ["alice"])
        late = Guest(self.stage)
        self.assertEqual(late.refused(Login("alice", PASSWORD)), LoginRefused())
