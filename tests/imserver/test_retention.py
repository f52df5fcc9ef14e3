"""Messages that are older than they are kept go: at the start and once a day, a few at a time."""

from __future__ import annotations

import io

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from imserver.retention import AT_ONCE, DAY, LATER, PAUSE, Retention
from imserver.server_log import ServerLog
from imserver.storage.interface import StorageError
from imserver.storage.records import Gone
from imserver.turn import Turn
from tests.stage import Stage

NOW = 1_795_168_800_000


class Shelf:
    """Has so many messages that are old, and writes down what it is asked."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.old = 0
        self.gone = 0
        self.fails: Exception | None = None
        self.asked: list[tuple[float, int]] = []

    def let_go(self, before: int, most: int) -> Deferred[Gone]:
        self.asked.append((round(self._clock.seconds(), 3), before))
        if self.fails is not None:
            return fail(self.fails)
        some = min(most, self.old)
        self.old -= some
        self.gone += some
        return succeed(Gone(self.gone, some, more=some == most))


class RetentionTests(SynchronousTestCase):
    """When it looks, and for what."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(5)
        self.shelf = Shelf(self.clock)
        self.now = NOW
        self.file = io.BytesIO()
        turn = Turn(lambda act: self.clock.callLater(0, act))
        log = ServerLog(self.file, turn, lambda: self.now, self.clock, 500)  # type: ignore[arg-type]
        self.retention = Retention(self.clock, self.shelf, log, lambda: self.now, 30)
        self.told: list[int] = []
        self.retention.let_go = self.told.append

    def logged(self) -> list[str]:
        self.clock.advance(0)
        return [line.partition(" ")[2] for line in self.file.getvalue().decode().splitlines()]

    def test_at_the_start_and_every_day(self) -> None:
        """It looks at the start and then once a day, for what is older than so many days."""
        self.retention.begin()
        self.clock.advance(DAY)
        self.clock.advance(DAY)
        limit = NOW - 30 * DAY * 1000
        self.assertEqual(self.shelf.asked, [(5 + n * DAY, limit + n * DAY * 1000) for n in range(3)])
        self.assertEqual((self.told, self.logged()), ([], []))

    def test_ended_before_it_began(self) -> None:
        """Whoever has ended it is not surprised by its beginning."""
        self.retention.end()
        self.retention.begin()
        self.assertEqual([], self.shelf.asked)

    def test_a_few_at_a_time(self) -> None:
        """What is old goes a few at a time with a pause between, and it is noted once how much went."""
        self.shelf.old = 2 * AT_ONCE + 7
        self.retention.begin()
        for _ in range(9):
            self.clock.advance(PAUSE)
        self.assertEqual(
            [at for at, _ in self.shelf.asked], [5, round(5 + PAUSE, 3), round(5 + 2 * PAUSE, 3)]
        )
        self.assertEqual(self.told, [AT_ONCE, 2 * AT_ONCE, 2 * AT_ONCE + 7])
        self.assertEqual(self.logged(), [f"let-go messages={2 * AT_ONCE + 7} upto={2 * AT_ONCE + 7}"])

    def test_no_step_of_the_clock(self) -> None:
        """However the wall clock is set while it runs, nothing goes because of it (promise A12)."""
        self.retention.begin()
        self.now += 1000 * DAY * 1000
        self.clock.advance(DAY)
        self.assertEqual(self.shelf.asked[-1][1], NOW - 29 * DAY * 1000)

    def test_tried_again(self) -> None:
        """When the database would not, it is said to the operator and tried again later."""
        self.shelf.fails = StorageError("full")
        self.retention.begin()
        self.assertEqual(len(self.flushLoggedErrors(StorageError)), 1)
        self.shelf.fails = None
        self.clock.advance(LATER)
        self.assertEqual(len(self.shelf.asked), 2)

    def test_ended(self) -> None:
        """After its end it asks nothing more, also if an answer is still under way."""
        waiting: Deferred[Gone] = Deferred()
        self.shelf.let_go = lambda before, most: waiting  # type: ignore[method-assign]
        self.retention.begin()
        self.retention.end()
        waiting.callback(Gone(3, 3, more=True))
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.retention.end()

    def test_ended_between(self) -> None:
        """It ends also while it waits for the next day."""
        self.retention.begin()
        self.retention.end()
        self.assertEqual(self.clock.getDelayedCalls(), [])


class OnTheStage(SynchronousTestCase):
    """A whole server that keeps messages for a day."""

    def setUp(self) -> None:
        self.stage = Stage(keep=1)
        self.alice = self.stage.enter("alice")
        self.stage.enter("bob", keys="device=desk")
        self.stage.actor("bob").leave()

    def test_out_of_memory_too(self) -> None:
        """What is let go is told to nobody any more, though it was among the latest in memory (R28)."""
        self.alice.say("SEND bob :old")
        self.stage.wait(2 * DAY)
        self.alice.say("SEND bob :new")
        told = self.stage.actor("bob").ask("LOGIN bob device=desk :correct horse")
        self.assertEqual([line for line in told if ":old" in line], [])
        about = [line.split(" ")[1:3] for line in told if line.split(" ")[1] in ("GAP", "MESSAGE", "LIVE")]
        self.assertEqual(about, [["GAP", "3"], ["MESSAGE", "4"], ["LIVE", "4"]])

    def test_once(self) -> None:
        """Who has acknowledged a gap does not hear of it again, and who missed nothing never does."""
        self.alice.say("SEND bob :old")
        self.stage.wait(2 * DAY)
        bob = self.stage.actor("bob")
        bob.say("LOGIN bob device=desk :correct horse")
        self.assertEqual(bob.ask("ACK 3"), ["OK ACK 3"])
        bob.leave()
        for name in ("bob", "carol"):
            self.stage.actor(name).say("REGISTER carol :correct horse")
            told = self.stage.actor(name).ask(f"LOGIN {name} device=desk :correct horse")
            self.assertEqual([line for line in told if "GAP" in line], [], name)

    def test_a_mailbox_has_room_again(self) -> None:
        """What is let go no longer waits for anybody."""
        self.alice.say("SEND bob :old")
        self.stage.wait(2 * DAY)
        bob = self.stage.actor("bob")
        self.assertIn("waiting=0", " ".join(bob.ask("LOGIN bob device=desk :correct horse")))
