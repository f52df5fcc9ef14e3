"""The end of a turn: each says what it has gathered, in the order in which they asked."""

from __future__ import annotations

from collections.abc import Callable

from twisted.trial.unittest import SynchronousTestCase

from imserver.turn import Turn


class Reactor:
    """A reactor whose turn ends when the test says so."""

    def __init__(self) -> None:
        self.calls: list[Callable[[], None]] = []

    def soon(self, act: Callable[[], None]) -> None:
        """Note what is to be done then."""
        self.calls.append(act)

    def end_turn(self) -> None:
        """Do what was noted."""
        calls, self.calls = self.calls, []
        for call in calls:
            call()


class Gatherer:
    """Somebody who has something to say, and perhaps does something as it is said."""

    def __init__(self, said: list[str], name: str, then: Callable[[], None] = lambda: None) -> None:
        self._said = said
        self._name = name
        self._then = then

    def flush(self) -> None:
        """Say it."""
        self._said.append(self._name)
        self._then()


class TurnTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.reactor = Reactor()
        self.turn = Turn(self.reactor.soon)
        self.said: list[str] = []

    def gatherer(self, name: str, then: Callable[[], None] = lambda: None) -> Gatherer:
        """Make somebody who has something to say."""
        return Gatherer(self.said, name, then)

    def test_in_order(self) -> None:
        """All are asked once, at the end of the turn, in their order, and wait on one timer."""
        for name in "abc":
            self.turn.at_end(self.gatherer(name))
        self.assertEqual((len(self.reactor.calls), self.said), (1, []))
        self.reactor.end_turn()
        self.reactor.end_turn()
        self.assertEqual(self.said, ["a", "b", "c"])

    def test_next_turn(self) -> None:
        """Who asks while others speak speaks at the end of the next turn."""
        late = self.gatherer("late")
        self.turn.at_end(self.gatherer("a", lambda: self.turn.at_end(late)))
        self.turn.at_end(self.gatherer("b"))
        self.reactor.end_turn()
        self.assertEqual(self.said, ["a", "b"])
        self.reactor.end_turn()
        self.assertEqual(self.said, ["a", "b", "late"])

    def test_one_that_cannot(self) -> None:
        """One that fails is logged and keeps nobody else waiting."""

        def fail() -> None:
            raise ValueError

        self.turn.at_end(self.gatherer("a", fail))
        self.turn.at_end(self.gatherer("b"))
        self.reactor.end_turn()
        self.assertEqual(self.said, ["a", "b"])
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)
        self.turn.at_end(self.gatherer("c"))
        self.reactor.end_turn()
        self.assertEqual(self.said, ["a", "b", "c"])
