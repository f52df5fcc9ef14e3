"""One conversation: what is unread, what is held of it, and how far one's own came."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.defer import Deferred, succeed
from twisted.trial.unittest import SynchronousTestCase

from imclient.core import conversation as subject
from imclient.core.conversation import Conversation, Ledger
from imclient.core.records import Mark, Message, Past, Receipt
from imclient.core.said import Progress, Said, said_of
from improtocol.audience import EVERYONE, Audience

BOB, ALICE, BOTH = Audience.of("bob"), Audience.of("alice"), Audience.of("bob", "carol")


def message(number: int, mine: bool = False, among: Audience = BOB) -> Message:
    """Say something among alice and others."""
    if among.everyone or mine:
        return Message(number, "alice" if mine else "bob", among, f"text {number}", number * 1000)
    return Message(number, "bob", ALICE, f"text {number}", number * 1000)


class Server:
    """What a server holds of one conversation, and how far it was read on any device."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.read = 0

    def say(self, mine: bool) -> None:
        self.messages.append(message(len(self.messages) + 1, mine))

    @property
    def last(self) -> int:
        return len(self.messages)

    def unread(self, upto: int | None = None) -> int:
        upto = self.last if upto is None else upto
        return sum(self.read < one.number <= upto and one.sender != "alice" for one in self.messages)

    def counted(self) -> Mark:
        return Mark(self.read, self.last, self.unread())

    def before(self, number: int, most: int) -> Past:
        messages = self.messages[: number - 1]
        page = messages[-most:]
        return Past(page, page[0].number if len(messages) > most else 0)


class Shelf:
    """Everything older is at the server."""

    far = True

    def __init__(self, server: Server, most: int = 3) -> None:
        self.server, self.most = server, most
        self.asked: list[int] = []
        self.held: list[Deferred[Past]] | None = None

    def past(self, audience: Audience, before: int) -> Deferred[Past]:
        self.asked.append(before)
        if self.held is None:
            return succeed(self.server.before(before, self.most))
        waiting: Deferred[Past] = Deferred()
        self.held.append(waiting)
        return waiting

    def older(self, audience: Audience, before: int) -> Deferred[tuple[list[Message], bool]]:
        held = [one for one in self.server.messages if one.number < before]
        return succeed((held[-self.most :], len(held) > self.most))

    def mark(self, audience: Audience, mark: Mark) -> None:
        pass


class Device:
    """A device that was told part of it."""

    def __init__(self, server: Server, begins_behind: int) -> None:
        self.server = server
        self.ledger = Ledger(begins_behind + 1 if begins_behind else 0, begins_behind)
        self.talk = Conversation(BOB, "alice", self.ledger)
        self.shelf = Shelf(server)
        self.talk.shelf = self.shelf
        self.unsure = False
        self.counted = False
        self.talk.unsure.connect(self._is_unsure)

    def _is_unsure(self, talk: Conversation) -> None:
        self.unsure = True

    def tell(self) -> bool:
        """Tell it the next entry of the stream."""
        if self.ledger.told == self.server.last:
            return False
        told = self.server.messages[self.ledger.told]
        self.ledger.told = told.number
        self.talk.take(said_of(told, "alice"), read=False)
        self.talk.let_go()
        return True

    def count(self) -> None:
        """Let it hear what the server counts."""
        self.talk.count(self.server.counted())
        self.unsure, self.counted = False, True

    def show(self) -> None:
        """Show it to its end; the server hears of it."""
        self.talk.shown()
        self.server.read = max(self.server.read, self.talk.read_upto)

    def see_some(self) -> None:
        """Show it up to the middle of what is in memory."""
        if self.talk.messages:
            self.talk.seen(self.talk.messages[len(self.talk.messages) // 2].number or 0)
            self.server.read = max(self.server.read, self.talk.read_upto)

    def read_elsewhere(self, number: int) -> None:
        """Let another device read up to a message."""
        if number > self.server.read:
            self.server.read = number
            self.talk.read_to(number)


STEPS = st.lists(
    st.one_of(
        st.sampled_from(
            ["say", "say", "say mine", "tell", "tell", "tell all", "count", "show", "see some", "earlier"]
        ),
        st.integers(1, 100),  # another device has read so many percent of it
    ),
    max_size=40,
)


class UnreadTests(SynchronousTestCase):
    """What a device shows as unread is what the server counts."""

    def live(self, before: int, steps: list[Any]) -> Device:
        server = Server()
        for n in range(before):
            server.say(mine=n % 3 == 2)
        device = Device(server, before)
        device.count()
        for step in steps:
            if step in ("say", "say mine"):
                server.say(mine=step == "say mine")
            elif step == "tell":
                device.tell()
            elif step == "tell all":
                while device.tell():
                    pass
            elif step == "count":
                device.count()
            elif step == "show":
                device.show()
            elif step == "see some":
                device.see_some()
            elif step == "earlier":
                self.successResultOf(device.talk.earlier())
            elif server.last:
                device.read_elsewhere(max(1, server.last * step // 100))
        return device

    def count_the_same(self, device: Device) -> None:
        while device.tell():
            pass
        if device.unsure:
            device.count()
        self.assertEqual(device.server.unread(), device.talk.unread)

    @settings(max_examples=600)
    @given(st.integers(0, 6), STEPS)
    def test_as_the_server_counts(self, before: int, steps: list[Any]) -> None:
        """Whatever comes in whatever order: once all was told, both count the same, or it asks again."""
        self.count_the_same(self.live(before, steps))

    @settings(max_examples=300)
    @given(st.integers(0, 6), STEPS)
    def test_few_in_memory(self, before: int, steps: list[Any]) -> None:
        """It holds also for a device that keeps only the newest few in memory."""
        self.patch(subject, "MOST_IN_MEMORY", 3)
        self.patch(subject, "LET_GO", 1)
        self.count_the_same(self.live(before, steps))

    @settings(max_examples=300)
    @given(st.integers(0, 30), st.lists(st.sampled_from(["say", "say mine", "tell", "earlier"]), max_size=30))
    def test_no_holes(self, before: int, steps: list[str]) -> None:
        """However it is loaded back, it has no hole and nothing twice, and in the end it is all."""
        device = self.live(before, steps)
        talk = device.talk
        numbers = [said.number for said in talk.messages]
        first = numbers[0] if numbers else device.ledger.told + 1
        self.assertEqual(list(range(first or 0, device.ledger.told + 1)), numbers)
        while talk.more:
            self.successResultOf(talk.earlier())
        self.assertEqual(list(range(1, device.ledger.told + 1)), [said.number for said in talk.messages])
        self.assertEqual(0, self.successResultOf(talk.earlier()))

    def test_nothing_is_shown(self) -> None:
        """A conversation of which nothing is held yet cannot have been seen."""
        device = Device(Server(), 0)
        for _ in range(5):
            device.server.say(mine=False)
        device.ledger.told, device.ledger.held_from = 5, 6
        device.count()
        device.show()
        self.assertEqual((5, 0, None), (device.talk.unread, device.talk.read_upto, device.talk.first_unread))
        self.successResultOf(device.talk.earlier())
        device.show()
        self.assertEqual((0, 5), (device.talk.unread, device.talk.read_upto))

    def test_first_unread(self) -> None:
        """The line is drawn above the first unread message of others; older pages take it with them."""
        device = Device(Server(), 0)
        for n in range(8):
            device.server.say(mine=n in (0, 3))
        device.ledger.told, device.ledger.held_from = 8, 9
        device.server.read = 2
        device.count()
        lines = []
        for _ in range(3):
            self.successResultOf(device.talk.earlier())
            first = device.talk.first_unread
            lines.append(first.number if first else None)
        self.assertEqual([6, 3, 3], lines)
        device.show()
        self.assertIsNone(device.talk.first_unread)

    def test_miscounted(self) -> None:
        """What is counted as unread and is nowhere does not stay so before the reader's eyes."""
        device = Device(Server(), 0)
        device.server.say(mine=False)
        device.tell()
        device.show()
        device.talk.count(Mark(1, 1, 3))
        device.show()
        self.assertEqual(0, device.talk.unread)

    def test_newest(self) -> None:
        """The newest message is known from what the server counts before it is held."""
        device = Device(Server(), 0)
        device.talk.count(Mark(2, 7, 3))
        self.assertEqual(7, device.talk.newest)


class EarlierTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.server = Server()
        for _ in range(7):
            self.server.say(mine=False)
        self.device = Device(self.server, 7)
        self.talk = self.device.talk

    def test_pages(self) -> None:
        """It is asked for from what is held on, page by page, and not when nothing can be there."""
        counts = [self.successResultOf(self.talk.earlier()) for _ in range(4)]
        self.assertEqual(([3, 3, 1, 0], [8, 5, 2]), (counts, self.device.shelf.asked))
        self.assertEqual((False, 0), (self.talk.more, self.talk.held_from))

    def test_asked_twice(self) -> None:
        """While it is being fetched it is not asked for again, and all who asked hear of it."""
        self.device.shelf.held = []
        answers = [self.talk.earlier() for _ in range(3)]
        (asked,) = self.device.shelf.held
        asked.callback(self.server.before(8, 3))
        self.assertEqual([3, 3, 3], [self.successResultOf(answer) for answer in answers])

    def test_failed(self) -> None:
        """When it cannot be fetched, all who asked hear why, and it can be asked for again."""
        self.device.shelf.held = []
        answers = [self.talk.earlier(), self.talk.earlier(), self.talk.older()]
        self.device.shelf.held.pop().errback(ValueError("no"))
        for answer in answers[:2]:
            self.failureResultOf(answer, ValueError)
        self.assertEqual(0, self.successResultOf(answers[2]))
        self.device.shelf.held = None
        self.assertEqual(3, self.successResultOf(self.talk.earlier()))

    def test_disk_first(self) -> None:
        """What is on disk is read from there."""
        self.patch(subject, "MOST_IN_MEMORY", 2)
        self.patch(subject, "LET_GO", 0)
        device = Device(self.server, 0)
        while device.tell():
            pass
        self.assertEqual(2, len(device.talk.messages))
        self.assertEqual(3, self.successResultOf(device.talk.earlier()))
        self.assertEqual(
            ([], [3, 4, 5, 6, 7]), (device.shelf.asked, [s.number for s in device.talk.messages])
        )


class ReceiptTests(SynchronousTestCase):
    def conversation(self, among: Audience, count: int = 4) -> Conversation:
        talk = Conversation(among, "alice")
        for number in range(1, count + 1):
            talk.put(said_of(message(number, mine=True, among=among), "alice"))
        return talk

    def came(self, talk: Conversation) -> list[tuple[int, int] | None]:
        return [(s.receipt.delivered, s.receipt.read) if s.receipt else None for s in talk.messages if s.mine]

    def test_before_it(self) -> None:
        """Among named people those before it have come at least as far, those behind it have not (R35)."""
        talk = self.conversation(BOTH)
        self.assertTrue(talk.reached(3, Receipt(2, 1, 2)))
        self.assertEqual([(2, 1), (2, 1), (2, 1), None], self.came(talk))
        talk.reached(4, Receipt(1, 0, 2))
        talk.reached(2, Receipt(2, 2, 2))
        self.assertEqual([(2, 2), (2, 2), (2, 1), (1, 0)], self.came(talk))
        self.assertEqual(
            [Progress.READ, Progress.READ, Progress.DELIVERED, Progress.SENT],
            [said.progress for said in talk.messages],
        )

    def test_everyone(self) -> None:
        """What was said to everyone has people of its own: a receipt is of that message alone."""
        talk = self.conversation(EVERYONE)
        talk.reached(3, Receipt(27, 3, 30))
        self.assertEqual([None, None, (27, 3), None], self.came(talk))

    def test_never_back(self) -> None:
        """A receipt that says less than is known changes nothing."""
        talk = self.conversation(BOTH)
        talk.reached(4, Receipt(2, 1, 2))
        self.assertFalse(talk.reached(4, Receipt(1, 1, 2, ("carol",))))
        self.assertEqual([(2, 1)] * 4, self.came(talk))

    def test_who_is_away(self) -> None:
        """Who is not connected stands there as long as it waits for them, and only who was named."""
        talk = self.conversation(BOTH, 2)
        talk.reached(1, Receipt(0, 0, 2, ("bob", "carol", "mallory")))
        talk.reached(2, Receipt(1, 0, 2, ("carol",)))
        self.assertEqual([("carol",)] * 2, [s.receipt.offline for s in talk.messages if s.receipt])
        talk.reached(2, Receipt(2, 0, 2))
        self.assertEqual([()] * 2, [s.receipt.offline for s in talk.messages if s.receipt])

    def test_nonsense(self) -> None:
        """More who read than have it, more who have it than it is for: it is taken as all of them."""
        talk = self.conversation(BOTH, 1)
        talk.reached(1, Receipt(10**18 - 1, 7, 2))
        self.assertEqual(Receipt(2, 2, 2), talk.messages[0].receipt)
        self.assertFalse(talk.reached(99, Receipt(1, 1, 2)))
        self.assertFalse(talk.reached(0, Receipt(1, 1, 2)))

    def test_of_others(self) -> None:
        """A receipt of what somebody else said is none."""
        talk = Conversation(BOB, "alice")
        talk.put(said_of(message(1), "alice"))
        self.assertFalse(talk.reached(1, Receipt(1, 1, 1)))
        self.assertIsNone(talk.messages[0].receipt)

    def test_put_before(self) -> None:
        """A message that is loaded back has come as far as those behind it."""
        talk = self.conversation(BOTH, 0)
        talk.put(said_of(message(5, mine=True, among=BOTH), "alice"))
        talk.reached(5, Receipt(2, 1, 2))
        talk.put_past(Past([message(n, mine=n != 2, among=BOTH) for n in (1, 2, 3)], 0))
        self.assertEqual([(2, 1)] * 3, self.came(talk))

    @given(st.lists(st.tuples(st.integers(1, 6), st.integers(0, 3), st.integers(0, 3)), max_size=12))
    def test_steps(self, told: list[tuple[int, int, int]]) -> None:
        """However receipts come, each message has come as far as the furthest told of it or behind it."""
        talk = self.conversation(BOTH, 6)
        heard: list[tuple[int, Said]] = []
        talk.changed.connect(lambda at, said: heard.append((at, said)))
        for number, delivered, read in told:
            talk.reached(number, Receipt(delivered, min(read, delivered), 3))
        for number, came in enumerate(self.came(talk), 1):
            behind = [(d, min(r, d)) for n, d, r in told if n >= number]
            furthest = (max(d for d, _ in behind), max(r for _, r in behind)) if behind else None
            self.assertEqual(furthest, came)
        self.assertTrue(all(talk.messages[at] is said for at, said in heard))
