"""Saying something: to one, to several, to everyone."""

from __future__ import annotations

from dataclasses import replace

from twisted.trial.unittest import SynchronousTestCase

from improtocol.audience import EVERYONE, Audience
from improtocol.commands import Ack, Login, Register, Revoke, Send
from improtocol.errors import MailboxFull, NoSuchUser, NotAllowed, RefUsed, WrongState
from improtocol.events import MessageTold
from improtocol.fields import Right
from improtocol.replies import Sent
from imserver.bounds import UNHURRIED
from imserver.storage.interface import StorageError
from tests.imserver.disk import Disk
from tests.imserver.guest import PASSWORD, Guest
from tests.stage import BEGINNING, Stage

BOB, CAROL = Audience.of("bob"), Audience.of("carol")
BOTH = Audience.of("bob", "carol")
HERSELF = Audience.of("alice")


class MessagingCase(SynchronousTestCase):
    """Alice, at two places, Bob and Carol."""

    def setUp(self) -> None:
        self.disk = Disk()
        self.stage = Stage(storage=self.disk.storage)
        self.alice, self.bob, self.carol = (Guest(self.stage).enter(n) for n in ("alice", "bob", "carol"))
        self.phone = Guest(self.stage).enter("alice", device="phone")
        self.stage.wait(20)
        self.everybody = (self.alice, self.phone, self.bob, self.carol)
        for guest in self.everybody:
            guest.told()

    def told(self) -> list[list[str]]:
        """Say what each was told: Alice, her phone, Bob, Carol."""
        return [
            [
                f"{told.number} {told.sender} {told.audience} {told.text}"
                for told in guest.told()
                if isinstance(told, MessageTold)
            ]
            for guest in self.everybody
        ]


class Modes(MessagingCase):
    """The three send modes, which are one."""

    def test_to_one(self) -> None:
        """It is told to the one, and to the sender's other sessions."""
        self.assertEqual(self.alice.ask(Send(BOB, "hello")).to, 1)
        line = "4 alice bob hello"
        self.assertEqual(self.told(), [[], [line], [line], []])

    def test_to_several(self) -> None:
        """It is told to each of them; the sender is left out of those it names (R19)."""
        for audience in (BOTH, Audience.of("carol", "alice", "bob")):
            self.assertEqual(self.alice.ask(Send(audience, "hello")).to, 2)
        lines = ["4 alice bob,carol hello", "5 alice bob,carol hello"]
        self.assertEqual(self.told(), [[], lines, lines, lines])

    def test_to_everyone(self) -> None:
        """It is told to everybody, and is for all others that were there when it was stored (R20)."""
        self.assertEqual(self.alice.ask(Send(EVERYONE, "hello")).to, 2)
        Guest(self.stage).ask(Register("dave", PASSWORD))
        self.assertEqual(self.alice.ask(Send(EVERYONE, "hello")).to, 3)
        lines = ["4 alice * hello", "6 alice * hello"]
        self.assertEqual(self.told(), [[], lines, lines, lines])
        dave = Guest(self.stage)
        dave.ask(Login("dave", PASSWORD))
        self.assertEqual([told.number for told in dave.told(MessageTold)], [6])  # type: ignore[attr-defined]

    def test_a_note(self) -> None:
        """To herself alone it is a note: for no others, on all her devices."""
        self.assertEqual(self.alice.ask(Send(HERSELF, "milk")).to, 0)
        self.assertEqual(self.told(), [[], ["4 alice alice milk"], [], []])

    def test_what_the_ok_says(self) -> None:
        """The OK holds what will never change: number, moment, how many, ref (R9)."""
        at = BEGINNING + round(self.stage.clock.seconds() * 1000)
        self.assertEqual(self.alice.ask(Send(BOB, "hello", ref="r")), Sent(4, at=at, to=1, ref="r"))
        self.assertEqual(self.bob.told(), [MessageTold(4, "alice", BOB, "hello", at=at)])
        self.assertEqual(self.phone.told(), [MessageTold(4, "alice", BOB, "hello", at=at, ref="r")])

    def test_what_the_log_says(self) -> None:
        """server.log says who told whom how much, and not what."""
        self.alice.ask(Send(BOTH, "a secret"))
        [line] = [line for line in self.stage.logged if " sent " in line]
        for word in ("user=alice", "to=bob,carol", "number=4", "bytes=8"):
            self.assertIn(word, line)
        self.assertNotIn("secret", line)

    def test_in_order(self) -> None:
        """What one session says at once is stored in the order it was said (R8)."""
        asked = [self.alice.begin(Send(BOB, str(n))) for n in range(50)]
        self.stage.wait(1)
        numbers = [self.successResultOf(one).number for one in asked]
        self.assertEqual(numbers, list(range(4, 54)))
        self.assertEqual([line.rpartition(" ")[2] for line in self.told()[2]], [str(n) for n in range(50)])

    def test_only_who_is_in(self) -> None:
        """Who has not come in says nothing."""
        self.assertIsInstance(Guest(self.stage).refused(Send(BOB, "hello")), WrongState)


class Refs(MessagingCase):
    """Said again (R21, promise A4)."""

    def test_again(self) -> None:
        """The same under the same ref has the first OK, from any session, and nobody is told twice."""
        first = self.alice.ask(Send(BOTH, "hello", ref="r"))
        self.told()
        for guest in (self.alice, self.phone):
            self.assertEqual(guest.ask(Send(Audience.of("alice", "bob", "carol"), "hello", ref="r")), first)
        self.assertEqual(self.told(), [[], [], [], []])

    def test_twice_at_once(self) -> None:
        """Two sessions that say it in one moment get one number, and one of them alone is told it."""
        asked = [guest.begin(Send(BOB, "hello", ref="r")) for guest in (self.alice, self.phone)]
        self.stage.wait(1)
        self.assertEqual({self.successResultOf(one).number for one in asked}, {4})
        self.assertEqual(self.told(), [[], ["4 alice bob hello"], ["4 alice bob hello"], []])

    def test_something_else(self) -> None:
        """Something else under a used ref is refused with the number it stands for, whatever it is."""
        self.alice.ask(Send(BOB, "hello", ref="r"))
        for other in (
            Send(BOB, "good-bye", ref="r"),
            Send(CAROL, "hello", ref="r"),
            Send(EVERYONE, "hello", ref="r"),
            Send(HERSELF, "hello", ref="r"),
            Send(Audience.of("bob", "nobody-there"), "hello", ref="r"),
        ):
            self.assertEqual(self.alice.refused(other), RefUsed(4))

    def test_two_things_at_once(self) -> None:
        """Of two things said under one ref in one moment the first is stored."""
        asked = [self.alice.begin(Send(BOB, text, ref="r")) for text in ("one", "two")]
        self.stage.wait(1)
        self.assertEqual(self.successResultOf(asked[0]).number, 4)
        self.assertEqual(self.failureResultOf(asked[1]).value, RefUsed(4))

    def test_a_refusal_uses_no_ref(self) -> None:
        """A ref that was refused is free, whether the names were wrong or the disk was."""
        self.alice.refused(Send(Audience.of("nobody-there"), "hello", ref="r"))
        self.disk.trouble = StorageError("full")
        failed = self.alice.begin(Send(CAROL, "hello", ref="r"))
        self.stage.wait(1)
        self.failureResultOf(failed, StorageError)
        self.disk.trouble = None
        self.assertEqual(self.alice.ask(Send(BOB, "at last", ref="r")).number, 4)

    def test_each_has_one_s_own(self) -> None:
        """A ref is its sender's: another's is another."""
        numbers = [guest.ask(Send(CAROL, "hello", ref="r")).number for guest in (self.alice, self.bob)]
        self.assertEqual(numbers, [4, 5])


class Nobody(MessagingCase):
    """To whom there is not (R19, promise A11)."""

    def test_unknown(self) -> None:
        """Unknown names refuse the whole, and are named, every one; nobody is told anything."""
        wrong = Send(Audience.of("bob", "dave", "eve"), "hello")
        self.assertEqual(self.alice.refused(wrong), NoSuchUser(("dave", "eve")))
        self.assertEqual(self.told(), [[], [], [], []])
        self.assertEqual(self.alice.ask(Send(BOB, "hello")).number, 4)

    def test_not_stored_not_told(self) -> None:
        """What the disk would not take is answered with no number, and nobody is told it."""
        self.disk.trouble = StorageError("full")
        failed = self.alice.begin(Send(EVERYONE, "hello"))
        self.stage.wait(1)
        self.failureResultOf(failed, StorageError)
        self.assertEqual(self.told(), [[], [], [], []])

    def test_not_before_the_disk_has_it(self) -> None:
        """Neither OK nor news comes before the commit has returned (A3)."""
        self.disk.held = True
        said = self.alice.begin(Send(EVERYONE, "hello"))
        self.stage.wait(5)
        self.assertNoResult(said)
        self.assertEqual(self.told(), [[], [], [], []])
        self.disk.let()
        self.stage.wait(1)
        self.assertEqual(self.successResultOf(said).number, 4)
        self.assertEqual(len(self.told()[2]), 1)


class Rights(SynchronousTestCase):
    """Who may say something to everyone can be named."""

    def setUp(self) -> None:
        self.stage = Stage(may_address_everyone=lambda name: name == "alice")
        self.alice, self.bob = (Guest(self.stage).enter(name) for name in ("alice", "bob"))

    def test_not_allowed(self) -> None:
        """Whoever may not is refused, says it to nobody, and may go on naming people."""
        refused = self.bob.refused(Send(EVERYONE, "hello", ref="r"))
        self.assertEqual(refused, NotAllowed("everyone"))
        self.assertEqual(self.alice.told(MessageTold), [])
        self.assertEqual(self.bob.ask(Send(HERSELF, "hello", ref="r")).to, 1)

    def test_said_when_it_was_allowed(self) -> None:
        """What was said under a ref while it was allowed is answered as it was (R21)."""
        first = self.alice.ask(Send(EVERYONE, "hello", ref="r"))
        Guest(self.stage).enter("ada", administrator=True).ask(Revoke("alice", Right.EVERYONE))
        self.assertEqual(self.alice.ask(Send(EVERYONE, "hello", ref="r")), first)
        self.assertEqual(self.alice.refused(Send(EVERYONE, "hello", ref="s")), NotAllowed("everyone"))


class Mailboxes(SynchronousTestCase):
    """How much may wait for whoever is away."""

    def setUp(self) -> None:
        self.stage = Stage(bounds=replace(UNHURRIED, mailbox=3))
        self.alice, self.bob = (Guest(self.stage).enter(name) for name in ("alice", "bob"))
        Guest(self.stage).ask(Register("carol", PASSWORD))

    def test_full(self) -> None:
        """So many wait, and not one more; all who have as many are named, and nobody is told anything."""
        said = [self.alice.ask(Send(CAROL, str(n), ref=str(n))) for n in range(3)]
        self.assertEqual(self.alice.refused(Send(BOTH, "more")), MailboxFull(("carol",)))
        self.assertEqual(self.bob.told(MessageTold), [])
        self.assertEqual(self.alice.ask(Send(CAROL, "2", ref="2")), said[2])

    def test_in_one_commit(self) -> None:
        """What is said in the same breath counts, too."""
        asked = [self.alice.begin(Send(CAROL, str(n))) for n in range(5)]
        self.stage.wait(1)
        for one in asked[:3]:
            self.assertEqual(self.successResultOf(one).to, 1)
        for one in asked[3:]:
            self.failureResultOf(one, MailboxFull)

    def test_others(self) -> None:
        """It is counted by sender, everyone's messages are not counted, and whoever reads has room again."""
        for n in range(3):
            self.alice.ask(Send(CAROL, str(n)))
        self.assertEqual(self.bob.ask(Send(CAROL, "from bob")).to, 1)
        self.assertEqual(self.alice.ask(Send(EVERYONE, "to all")).to, 2)
        carol = Guest(self.stage)
        carol.ask(Login("carol", PASSWORD))
        carol.ask(Ack(carol.told(MessageTold)[-1].number))  # type: ignore[attr-defined]
        self.assertEqual(self.alice.ask(Send(CAROL, "again")).to, 1)
