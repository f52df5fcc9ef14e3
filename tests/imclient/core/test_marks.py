"""How far was read: said to the server, heard from other devices."""

from __future__ import annotations

from pathlib import Path

from imclient.core import conversations, marks
from imclient.core.conversations import Conversation
from improtocol.audience import EVERYONE, Audience

from .case import AliceCase, FakeCase
from .fake_server import ABLE, HELLO

BOB = Audience.of("bob")
AT = "at=2026-11-20T10:00:35.120Z"


class MarksTests(AliceCase):
    hello = ABLE

    def setUp(self) -> None:
        super().setUp()
        self.come_in(self.alice)
        self.fill("alice", "bob")
        self.answer_counts()

    def answer_counts(self, *lines: str, more: str = "") -> None:
        """Answer CONVERSATIONS."""
        at = max(i for i, heard in enumerate(self.server.heard) if heard.startswith("CONVERSATIONS"))
        self.server.say(*(f"{self.server.tags[at]} + CONVERSATION {line}" for line in lines))
        self.server.say(f"{self.server.tags[at]} OK CONVERSATIONS {len(lines)}{more}")
        self.net.settle()

    def tell(self, *numbers: int, sender: str = "bob", to: str = "alice") -> None:
        self.server.say(*(f"* MESSAGE {n} {sender} {to} {AT} :text {n}" for n in numbers))
        self.net.settle()

    def return_(self, cursor: int) -> None:
        self.come_back()
        self.server.answer(f"OK LOGIN alice epoch=k3 cursor={cursor}", to="LOGIN")
        self.net.settle()

    @property
    def talk(self) -> Conversation:
        return self.alice.conversations.get(BOB)

    def read(self) -> list[str]:
        return self.server.asked("READ")

    def test_read(self) -> None:
        """What was seen is said to the server, for the newest message of others."""
        self.tell(5, 6)
        self.tell(7, sender="alice", to="bob")
        self.talk.shown()
        self.net.settle()
        self.assertEqual(["READ 6"], self.read())

    def test_once_a_second(self) -> None:
        """In a conversation READ is said once a second at most, for the furthest."""
        for number in range(5, 15):
            self.tell(number)
            self.talk.shown()
        self.net.wait(0.75)
        self.assertEqual(["READ 5"], self.read())
        self.net.wait(0.5)
        self.assertEqual(["READ 5", "READ 14"], self.read())
        self.tell(15, to="*")
        self.alice.conversations.get(EVERYONE).shown()
        self.net.settle()
        self.assertEqual(["READ 5", "READ 14", "READ 15"], self.read())
        self.net.wait(10)
        self.assertEqual(3, len(self.read()))

    def test_elsewhere(self) -> None:
        """What another device has read is read here, and is said by nobody again; it never goes back."""
        self.tell(5, 6, 7)
        self.server.say("* READ bob upto=6", "* READ bob upto=5")
        self.net.settle()
        self.assertEqual((1, 6), (self.talk.unread, self.talk.read_upto))
        first = self.talk.first_unread
        self.assertEqual(7, first.number if first else None)
        self.talk.shown()
        self.net.wait(2)
        self.assertEqual(["READ 7"], self.read())

    def test_before_it_was_told(self) -> None:
        """A mark beyond what this device was told holds for what is told then."""
        self.server.say("* READ bob upto=6")
        self.tell(5, 6, 7)
        self.assertEqual(1, self.talk.unread)

    def test_seen_offline(self) -> None:
        """What was seen without a connection is said when there is one again."""
        self.tell(5, 6)
        self.lose()
        self.talk.shown()
        self.assertEqual(0, self.talk.unread)
        self.return_(6)
        self.answer_counts("bob last=6 read=0 unread=2")
        self.assertEqual((["READ 6"], 0), (self.read(), self.talk.unread))
        self.assertEqual(0, self.talk.unread)

    def test_seen_offline_and_started_anew(self) -> None:
        """It is said also when the program was started anew meanwhile."""
        self.tell(5, 6)
        self.lose()
        self.talk.shown()
        self.end(self.alice)
        self.alice = self.client(self.folder, seed=4)
        self.come_in(self.alice, reply="epoch=k3 cursor=6")
        self.assertEqual([], self.read())
        self.answer_counts("bob last=6 read=0 unread=2")
        self.assertEqual((["READ 6"], 0), (self.read(), self.talk.unread))

    def test_counted(self) -> None:
        """What the server counts holds, with what was told since, page by page."""
        self.lose()
        self.return_(0)
        self.tell(5, 6)
        self.answer_counts("bob last=5 read=3 unread=1", more=" before=5")
        self.assertEqual("CONVERSATIONS before=5", self.server.heard[-1])
        self.answer_counts("bob,carol last=4 read=0 unread=3")
        self.assertEqual(2, self.talk.unread)
        self.assertEqual(3, self.alice.conversations.get(Audience.of("bob", "carol")).unread)
        self.assertEqual(["bob", "bob, carol"], [talk.title for talk in self.alice.conversations.all()])

    def test_held(self) -> None:
        """What was counted is shown after a new start, also without a server."""
        self.lose()
        self.return_(0)
        self.answer_counts("bob,carol last=4 read=1 unread=3")
        self.end(self.alice)
        self.alice = self.client(self.folder, seed=4)
        self.successResultOf(self.alice.recall("lab.example", 12000, "alice"))
        (talk,) = self.alice.conversations.all()
        self.assertEqual(("bob, carol", 3, 1, 4), (talk.title, talk.unread, talk.read_upto, talk.newest))

    def test_asked_when_unsure(self) -> None:
        """When only the server can know, it is asked again, and not more often than each five seconds."""
        self.lose()
        self.return_(0)
        self.answer_counts("bob last=90 read=0 unread=50")
        before = len(self.server.asked("CONVERSATIONS"))
        for upto in (10, 20, 30):
            self.server.say(f"* READ bob upto={upto}")
            self.net.wait(1)
        self.net.wait(5)
        self.assertEqual(before + 1, len(self.server.asked("CONVERSATIONS")))
        self.answer_counts("bob last=90 read=30 unread=20")
        self.assertEqual(20, self.talk.unread)

    def test_put_off(self) -> None:
        """A server that cannot now is asked again when it said."""
        self.tell(5)
        self.talk.shown()
        self.net.settle()
        self.server.answer("ERR READ busy retry-after=5 :Later.", to="READ")
        self.net.wait(6)
        self.assertEqual(["READ 5", "READ 5"], self.read())
        self.server.answer("ERR READ no-such-message 5 :There is no message 5 of yours.", to="READ")
        self.net.wait(60)
        self.assertEqual(2, len(self.read()))

    def test_endless(self) -> None:
        """A server that names the same page again and again is not asked on."""
        self.lose()
        self.return_(0)
        for _ in range(4):
            self.answer_counts(more=" before=5")
        self.assertEqual(2, len(self.server.asked("CONVERSATIONS")))

    def test_pages_have_a_bound(self) -> None:
        """Nor is one that always has another page."""
        self.patch(marks, "MOST_PAGES", 3)
        self.lose()
        self.return_(0)
        for page in range(5):
            self.answer_counts(more=f" before={100 - page}")
        self.assertEqual(3, len(self.server.asked("CONVERSATIONS")))

    def test_invented_conversations(self) -> None:
        """Conversations that only READ and CONVERSATIONS name have a bound, in memory and on disk."""
        self.patch(conversations, "MOST_CONVERSATIONS", 50)
        self.lose()
        self.return_(0)
        self.answer_counts(*(f"n{n} last={n + 1} read=0 unread=1" for n in range(300)))
        self.server.say(*(f"* READ m{n} upto={10**18 - 1 - n}" for n in range(300)))
        self.net.settle()
        self.assertEqual(50, len(self.alice.conversations.all()))
        self.end(self.alice)
        self.alice = self.client(self.folder, seed=4)
        self.successResultOf(self.alice.recall("lab.example", 12000, "alice"))
        self.assertLessEqual(len(self.alice.conversations.all()), 50)
        # What is really said is shown all the same.
        self.come_in(self.alice, reply="epoch=k3 cursor=0")
        self.tell(1000)
        self.assertEqual(1, len(self.talk.messages))


class WithoutHistoryTests(FakeCase):
    hello = HELLO

    def test_as_before(self) -> None:
        """A server that keeps no marks is asked for none; what was seen is kept on this device."""
        folder = Path(self.mktemp())
        alice = self.client(folder)
        self.come_in(alice)
        self.server.say(f"* MESSAGE 5 bob alice {AT} :one")
        self.net.settle()
        alice.conversations.get(BOB).shown()
        self.net.wait(2)
        self.assertEqual(["LOGIN", "WHO", "ACK"], [line.split(" ")[0] for line in self.server.heard])
        self.end(alice)
        alice = self.client(folder, seed=3)
        self.come_in(alice, reply="epoch=k3 cursor=5")
        self.assertEqual(0, alice.conversations.get(BOB).unread)
        self.assertFalse(alice.conversations.get(BOB).more)
