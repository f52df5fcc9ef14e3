"""How far messages came is told seldom, and only of the newest (R35)."""

from __future__ import annotations

from typing import Any, cast

from twisted.internet.defer import Deferred, fail
from twisted.trial.unittest import SynchronousTestCase

from imserver.bounds import UNHURRIED
from imserver.receipts import MOST, PAUSE, ReceiptNews
from imserver.storage.interface import Closed, StorageError
from imserver.storage.records import Marked
from tests.stage import Actor, Stage

#: More than the mailroom has in memory, so that the disk is asked.
VERY_MANY = 4_200


class Refusing:
    """A database that answers nothing."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def reached(self, *asked: object) -> Deferred[None]:
        """Fail."""
        return fail(self._error)


class ReceiptNewsTests(SynchronousTestCase):
    """Alice says much, and Bob takes it."""

    def setUp(self) -> None:
        self.stage = Stage(bounds=UNHURRIED)
        self.alice, self.bob = self.stage.enter("alice"), self.stage.enter("bob")

    def say(self, texts: int, audience: str = "bob") -> int:
        """Have Alice say so much; gives the number of the last."""
        for begin in range(0, texts, 100):
            self.alice.send(f"SEND {audience} :hello\n".encode() * min(100, texts - begin))
            self.stage.settle()
        last = [line for line in self.alice.heard() if line.startswith("OK SEND ")][-1]
        self.stage.wait(2 * PAUSE)
        self.alice.forget()
        self.bob.forget()
        return int(last.split(" ")[2])

    def receipts(self, actor: Actor) -> list[str]:
        """Give what was told of receipts since it was last asked."""
        return [line for line in actor.heard() if line.startswith("* RECEIPT ")]

    def test_one_ack_makes_no_storm(self) -> None:
        """One ACK over thousands of messages is one line: that the newest of them came."""
        for many in (150, VERY_MANY):
            last = self.say(many)
            self.bob.say(f"ACK {last}", wait=5 * PAUSE)
            self.assertEqual([f"* RECEIPT message={last} delivered=1 read=0 to=1"], self.receipts(self.alice))

    def test_once_a_second(self) -> None:
        """However often somebody says how far they are, it is told once a second, and the last for sure."""
        last = self.say(50)
        begin = self.stage.clock.seconds()
        for number in range(last - 49, last + 1):
            self.bob.say(f"ACK {number}", wait=0.1)
        self.stage.wait(PAUSE)
        told = self.receipts(self.alice)
        self.assertLessEqual(len(told), (self.stage.clock.seconds() - begin) / PAUSE + 1)
        self.assertEqual(f"* RECEIPT message={last} delivered=1 read=0 to=1", told[-1])

    def test_many_conversations(self) -> None:
        """What has no place in one second has its turn in the next; each conversation is told of once."""
        speakers = [self.stage.enter(f"user{number}") for number in range(MOST + 50)]
        for speaker in speakers:
            speaker.say("SEND bob :hello", wait=0)
        self.stage.wait(5 * PAUSE)
        for speaker in speakers:
            speaker.forget()
        last = max(int(line.split(" ")[2]) for line in self.bob.heard() if line.startswith("* MESSAGE "))
        self.bob.say(f"ACK {last}", wait=PAUSE / 2)
        first = [len(self.receipts(speaker)) for speaker in speakers]
        self.assertEqual((MOST, 1), (sum(first), max(first)))
        self.stage.wait(2 * PAUSE)
        rest = [len(self.receipts(speaker)) for speaker in speakers]
        self.assertEqual([1] * len(speakers), [sum(both) for both in zip(first, rest, strict=True)])

    def test_too_late(self) -> None:
        """What cannot be looked up since the server ends is no error; whatever else is one."""
        for error, logged in ((Closed(), 0), (StorageError("the disk"), 1)):
            stored, nobody = cast(Any, Refusing(error)), cast(Any, None)
            news = ReceiptNews(self.stage.clock, stored, nobody, nobody)
            news.was_read(1, Marked(frozenset({1, 2}), 0, 1))
            self.assertEqual(logged, len(self.flushLoggedErrors(StorageError)))

    def test_nobody_there(self) -> None:
        """Whoever said it and has left is told nothing when they come again: RECEIPTS tells it."""
        last = self.say(1)
        self.alice.leave()
        self.bob.say(f"ACK {last}", wait=0)
        again = self.stage.actor("alice")
        again.say("LOGIN alice :correct horse", wait=5 * PAUSE)
        self.assertEqual([], self.receipts(again))
        self.assertIn("+ RECEIPT bob delivered", again.ask(f"RECEIPTS {last}"))
