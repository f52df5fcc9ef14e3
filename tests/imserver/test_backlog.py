"""What waits for those who are away, as administrators and Prometheus are told of it."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from imserver.backlog import GOOD_FOR, Backlog
from imserver.storage.interface import StorageError
from imserver.storage.records import Waiting
from tests.stage import Stage


class BacklogTests(SynchronousTestCase):
    """A database that takes its time."""

    def setUp(self) -> None:
        self.now = 0.0
        self.asked: list[Deferred[Waiting]] = []
        self.backlog = Backlog(lambda: self.now, self.ask)

    def ask(self) -> Deferred[Waiting]:
        self.asked.append(Deferred())
        return self.asked[-1]

    def test_one_look_for_all(self) -> None:
        """Whoever asks while it is looked up has the same answer, and so has everybody for a while."""
        first, second = self.backlog.look(), self.backlog.look()
        self.asked[0].callback(Waiting(3, 2, 1))
        self.assertEqual(self.successResultOf(first), self.successResultOf(second))
        self.now = GOOD_FOR - 1
        self.assertEqual(Waiting(3, 2, 1), self.successResultOf(self.backlog.look()))
        self.assertEqual(1, len(self.asked))
        self.now = GOOD_FOR
        self.assertNoResult(self.backlog.look())
        self.assertEqual(2, len(self.asked))

    def test_no_answer(self) -> None:
        """A database in trouble keeps nobody waiting: what was found last is said, or nothing."""
        first = self.backlog.look()
        self.asked[0].errback(StorageError("busy"))
        self.assertIsNone(self.successResultOf(first))
        again = self.backlog.look()
        self.asked[1].callback(Waiting(3, 2, 1))
        self.assertEqual(Waiting(3, 2, 1), self.successResultOf(again))
        self.now = GOOD_FOR
        late = self.backlog.look()
        self.asked[2].errback(StorageError("busy"))
        self.assertEqual(Waiting(3, 2, 1), self.successResultOf(late))


class ShownTests(SynchronousTestCase):
    """A server with an administrator, ada, and people who are away."""

    def test_in_stats(self) -> None:
        """STATS says how much waits, for how many, and for how many seconds the oldest of it."""
        stage = Stage()
        ada, bob = stage.enter("ada"), stage.enter("bob")
        stage.appoint("ada")
        for name in ("carol", "dan"):
            stage.newcomer().say(f"REGISTER {name} :correct horse")
        self.assertEqual(
            ["+ STAT waiting 0", "+ STAT waiting.people 0", "OK STATS 2"], ada.ask("STATS waiting")
        )
        bob.say("SEND carol,dan :hello")
        stage.wait(90)
        self.assertEqual(
            ["+ STAT waiting 2", "+ STAT waiting.oldest 91", "+ STAT waiting.people 2", "OK STATS 3"],
            ada.ask("STATS waiting")[-4:],
        )
        self.assertEqual(["+ STAT waiting.oldest 92", "OK STATS 1"], ada.ask("STATS waiting.o"))
