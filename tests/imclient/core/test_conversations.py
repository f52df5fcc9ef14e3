"""What was said."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred, succeed
from twisted.trial.unittest import SynchronousTestCase

from imclient.core import conversation as subject
from imclient.core.conversations import Conversation, Conversations, Progress, Said
from imclient.core.records import Mark, Message, Past, Talk
from improtocol.audience import EVERYONE, Audience


def message(number: int, sender: str = "bob", to: Audience | None = None, text: str = "hello") -> Message:
    return Message(number, sender, to or Audience.of("alice"), text, number * 1000)


class Pages:
    """A disk with older messages."""

    def __init__(self, pages: list[tuple[list[Message], bool]]) -> None:
        self.pages = pages
        self.pasts: list[Past] = []  #: what the server has
        self.asked: list[int] = []
        self.asked_far: list[int] = []
        self.marks: list[tuple[Audience, Mark]] = []

    @property
    def far(self) -> bool:
        return bool(self.pasts)

    def older(self, audience: Audience, before: int) -> Deferred[tuple[list[Message], bool]]:
        self.asked.append(before)
        return succeed(self.pages.pop(0))

    def past(self, audience: Audience, before: int) -> Deferred[Past]:
        self.asked_far.append(before)
        return succeed(self.pasts.pop(0))

    def mark(self, audience: Audience, mark: Mark) -> None:
        self.marks.append((audience, mark))


class ConversationsTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.conversations = Conversations()
        self.conversations.restore("alice", None, [])

    def numbers(self, audience: Audience) -> list[int | None]:
        return [said.number for said in self.conversations.get(audience).messages]

    def test_which(self) -> None:
        """A conversation is named by the others in it; everyone and notes are their own (R33)."""
        take = self.conversations.take
        take(message(1, "bob", Audience.of("alice")), read=False)
        take(message(2, "alice", Audience.of("bob")), read=False)
        take(message(3, "bob", Audience.of("alice", "carol")), read=False)
        take(message(4, "bob", EVERYONE), read=False)
        take(message(5, "alice", Audience.of("alice")), read=False)
        titles = {talk.title: [said.number for said in talk.messages] for talk in self.conversations.all()}
        self.assertEqual({"bob": [1, 2], "bob, carol": [3], "Everyone": [4], "Notes": [5]}, titles)

    def test_unread(self) -> None:
        """The others' messages are unread until they are shown; what another device has read is not."""
        take, marks = self.conversations.take, []
        talk = self.conversations.get(Audience.of("bob"))
        talk.marked.connect(lambda one: marks.append(one.read_upto))
        take(message(1), read=True)
        take(message(2), read=False)
        take(message(3, "alice", Audience.of("bob")), read=False)
        take(message(2), read=False)
        self.assertEqual(1, talk.unread)
        talk.shown()
        talk.shown()
        self.assertEqual((0, [2]), (talk.unread, marks))

    @given(st.lists(st.integers(1, 30)))
    def test_order(self, numbers: list[int]) -> None:
        """However they come, messages stand by number, each once, and own waiting ones behind them."""
        conversations = Conversations()
        conversations.restore("alice", None, [])
        talk = conversations.get(Audience.of("bob"))
        waiting = Said(talk.audience, "alice", talk.audience, "hi", mine=True, progress=Progress.WAITING)
        talk.put(waiting)
        mirror: list[Said] = [waiting]
        talk.added.connect(mirror.insert)
        for number in numbers:
            conversations.take(message(number), read=False)
        self.assertEqual([*sorted(set(numbers)), None], [said.number for said in talk.messages])
        self.assertEqual(talk.messages, mirror)
        self.assertEqual(len(set(numbers)), talk.unread)

    def test_settle(self) -> None:
        """One's own message goes where its number belongs: where it stood, or further up."""
        talk, heard = self.conversations.get(Audience.of("bob")), []
        talk.changed.connect(lambda index, said: heard.append(("changed", index)))
        talk.reset.connect(lambda: heard.append("reset"))
        first, second = (
            Said(talk.audience, "alice", talk.audience, text, mine=True, progress=Progress.WAITING)
            for text in ("one", "two")
        )
        talk.put(first)
        talk.put(second)
        first.number = 4
        talk.settle(first)
        self.conversations.take(message(9), read=False)
        second.number = 8
        talk.settle(second)
        self.assertEqual([4, 8, 9], [said.number for said in talk.messages])
        self.assertEqual([("changed", 0), "reset"], heard)

    def test_older(self) -> None:
        """Older messages come page by page before the others, and only as long as there are some."""
        shelf = Pages([([message(3), message(4)], True), ([message(1)], False)])
        self.conversations.restore("alice", shelf, [Talk(Audience.of("bob"), 0, [message(5)], more=True)])
        talk = self.conversations.get(Audience.of("bob"))
        added: list[tuple[int, int | None]] = []
        talk.added.connect(lambda index, said: added.append((index, said.number)))
        self.assertEqual([2, 1, 0], [self.successResultOf(talk.older()) for _ in range(3)])
        self.assertEqual([1, 3, 4, 5], self.numbers(Audience.of("bob")))
        self.assertEqual([5, 3], shelf.asked)
        self.assertEqual([(0, 4), (0, 3), (0, 1)], added)

    def test_bound(self) -> None:
        """However much is said, memory holds the newest; the older can be fetched."""
        self.patch(subject, "MOST_IN_MEMORY", 5)
        self.patch(subject, "LET_GO", 2)
        for number in range(1, 9):
            self.conversations.take(message(number), read=False)
        talk = self.conversations.get(Audience.of("bob"))
        self.assertEqual(([4, 5, 6, 7, 8], True), (self.numbers(Audience.of("bob")), talk.more))

    def test_liveliest_first(self) -> None:
        """The conversation with the newest message comes first."""
        self.conversations.take(message(1, "bob"), read=False)
        self.conversations.take(message(2, "carol"), read=False)
        self.conversations.get(EVERYONE)
        self.assertEqual(["carol", "bob", "Everyone"], [talk.title for talk in self.conversations.all()])
        self.assertIsInstance(self.conversations.all()[0], Conversation)
