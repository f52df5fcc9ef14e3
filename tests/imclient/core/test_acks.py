"""When ACK is said."""

from __future__ import annotations

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from imclient.core.acks import Acks
from improtocol.errors import NotTold
from improtocol.replies import Acked


class AcksTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.said: list[int] = []
        self.acks = Acks(self.clock)
        self.acks.begin(self.say, 0)

    def say(self, number: int) -> Deferred[Acked]:
        self.said.append(number)
        return succeed(Acked(number))

    def test_once_a_second(self) -> None:
        """The first is said soon, the next a second later, for all that came meanwhile."""
        for number in (1, 2, 3):
            self.acks.kept(number)
        self.clock.advance(0)
        for number in (4, 5, 6):
            self.acks.kept(number)
        self.clock.advance(0.9)
        self.assertEqual([3], self.said)
        self.clock.advance(0.1)
        self.assertEqual([3, 6], self.said)
        self.clock.advance(10)
        self.assertEqual([3, 6], self.said)

    def test_each_hundred(self) -> None:
        """In a flood it is said each hundred entries."""
        for number in range(1, 351):
            self.acks.kept(number)
        self.clock.advance(0)
        self.assertEqual([100, 200, 300], self.said)
        self.clock.advance(1)
        self.assertEqual([100, 200, 300, 350], self.said)

    def test_return(self) -> None:
        """After a return what is held is said again; a refusal is no matter."""
        self.acks.stop()
        self.acks.begin(lambda number: [self.said.append(number), fail(NotTold(3))][1], 7)  # type: ignore[return-value, func-returns-value]
        self.clock.advance(0)
        self.assertEqual([7], self.said)

    def test_stopped(self) -> None:
        """Without a session nothing is said."""
        self.acks.kept(1)
        self.acks.stop()
        self.clock.advance(5)
        self.acks.kept(2)
        self.clock.advance(5)
        self.assertEqual([], self.said)
