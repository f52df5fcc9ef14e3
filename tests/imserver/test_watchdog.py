"""A turn of the reactor that takes too long is noted with what it was doing; of others nothing is said."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from improtocol import commands
from improtocol.vocabulary import Command, Reply
from imserver.bounds import UNHURRIED
from imserver.counters import Counters
from imserver.turn import Turn
from imserver.watchdog import Watchdog
from tests.log_reader import read_line
from tests.stage import Stage

from .disk import Disk


class Noted:
    """A log that keeps what it is told."""

    def __init__(self) -> None:
        self.notes: list[dict[str, object]] = []

    def note(self, event: str, **facts: object) -> None:
        """Keep it."""
        self.notes.append({"event": event, **facts})


class Busy:
    """Something that takes its time to be written."""

    def __init__(self, clock: Clock, seconds: float, then: Callable[[], None] = lambda: None) -> None:
        self._clock = clock
        self._seconds = seconds
        self._then = then

    def flush(self) -> None:
        """Take it."""
        self._clock.rightNow += self._seconds
        self._then()


class WatchdogTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.counters = Counters(self.clock.seconds)
        self.log = Noted()
        self.watchdog = Watchdog(self.counters, self.log)
        self.turn = Turn(lambda act: self.clock.callLater(0, act))
        self.turn.watch = self.watchdog

    def step(self, seconds: float, verb: str, session: int) -> None:
        """Begin a line that takes so long."""
        self.watchdog.line(self.clock.seconds(), verb, session)
        self.clock.rightNow += seconds

    def test_to_the_last_socket(self) -> None:
        """What is said has been told when the last of those it is for has it, and each is counted once."""
        self.clock.advance(5)
        for begun in (4.0, 4.5):
            self.counters.ok("SEND", begun, self.clock.seconds())
        self.counters.ok("WHO", 1.0, self.clock.seconds())
        for _ in range(3):
            self.turn.at_end(Busy(self.clock, 0.25))
        self.clock.advance(0)
        self.turn.at_end(Busy(self.clock, 9))
        self.clock.advance(0)
        self.assertEqual((2, 1.75 + 1.25), (self.counters.told.count, self.counters.told.sum))

    def test_named(self) -> None:
        """What is noted is how long it took, how many lines were begun, and which of them took longest."""
        self.turn.at_end(Busy(self.clock, 0.03))
        for seconds, verb, session in ((0.01, "PING", 1), (0.09, "HISTORY", 7), (0.02, "WHO", 3)):
            self.step(seconds, verb, session)
        self.clock.advance(0)
        self.assertEqual(
            self.log.notes,
            [
                {
                    "event": "slow-turn",
                    "took": 150,
                    "lines": 3,
                    "step": "begin",
                    "longest": 90,
                    "verb": "HISTORY",
                    "session": 7,
                }
            ],
        )
        self.assertEqual(self.counters.slow_turns, 1)

    def test_exact(self) -> None:
        """A tenth of a second is not too long; a thousandth more is."""
        for seconds, noted in ((0.0999, 0), (0.101, 1)):
            self.turn.at_end(Busy(self.clock, seconds))
            self.clock.advance(0)
            self.assertEqual(len(self.log.notes), noted)

    def test_sleep_is_no_work(self) -> None:
        """Between turns the reactor may sleep as long as it likes; each turn is judged alone."""
        for _ in range(5):
            self.turn.at_end(Busy(self.clock, 0.09))
            self.clock.advance(0)
            self.clock.advance(60)
        self.assertEqual(self.log.notes, [])

    def test_turn_on_turn(self) -> None:
        """What is gathered while others are written belongs to the next turn."""
        for seconds, took in ((0.09, []), (0.2, [200])):
            late = Busy(self.clock, seconds)
            self.turn.at_end(Busy(self.clock, 0.09, lambda late=late: self.turn.at_end(late)))  # type: ignore[misc]
            self.clock.advance(0)
            self.assertEqual([note["took"] for note in self.log.notes], took)


class StageTests(SynchronousTestCase):
    """In a whole server."""

    def setUp(self) -> None:
        self.stage = Stage(bounds=UNHURRIED)
        self.alice = self.stage.enter("alice")
        self.extra = 0.0
        self.stage.counters.seconds = lambda: self.stage.clock.seconds() + self.extra

    def slowed(self, described: type[Command[Reply]], seconds: float) -> None:
        """Have a command take so long."""
        answers = self.stage.server.dispatcher._answers
        answer = answers[described]

        async def slow(caller: object, command: Command[Reply]) -> Reply:
            self.extra += seconds
            return await answer(caller, command)

        answers[described] = slow

    def slow_turns(self) -> list[dict[str, str]]:
        """Give what server.log says of slow turns."""
        return [facts for event, facts in map(read_line, self.stage.logged) if event == "slow-turn"]

    def test_a_slow_command(self) -> None:
        """A command that keeps everybody waiting stands in server.log with its session."""
        self.slowed(commands.Help, 0.3)
        self.alice.send(b"PING\nHELP\nPING\n")
        self.stage.wait(1)
        (facts,) = self.slow_turns()
        expected = {
            "took": "300",
            "lines": "3",
            "step": "begin",
            "longest": "300",
            "verb": "HELP",
            "session": "1",
        }
        self.assertEqual(facts, expected)

    def test_telling(self) -> None:
        """So does telling people what was committed, when that takes long."""
        committed = self.stage.server.mailroom.committed

        def slow(entries: object) -> None:
            self.extra += 0.2
            committed(entries)  # type: ignore[arg-type]

        self.stage.server.mailroom.committed = slow  # type: ignore[method-assign]
        self.alice.say("SEND * :hello")
        (facts,) = self.slow_turns()
        self.assertEqual((facts["step"], facts["took"]), ("tell", "200"))

    def test_a_quiet_day(self) -> None:
        """While nothing takes long nothing is said."""
        for _ in range(20):
            self.alice.say("SEND * :hello")
        self.assertEqual((self.slow_turns(), self.stage.counters.slow_turns), ([], 0))


class ToldTests(SynchronousTestCase):
    """How long it took until others had it."""

    def test_from_line_to_socket(self) -> None:
        """It begins with the line and has the commit in it; what is refused does not count."""
        disk = Disk()
        stage = Stage(storage=disk.storage, bounds=UNHURRIED)
        alice, bob = stage.enter("alice"), stage.enter("bob")
        disk.held = True
        alice.say("SEND bob :hello", wait=0.5)
        self.assertEqual(0, stage.counters.told.count)
        disk.let()
        stage.settle()
        self.assertIn(":hello", "".join(bob.heard()))
        self.assertEqual((1, 0.5), (stage.counters.told.count, stage.counters.told.sum))
        alice.say("SEND nobody-there :hello")
        self.assertEqual(1, stage.counters.told.count)
