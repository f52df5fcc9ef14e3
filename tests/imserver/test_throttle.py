"""How fast one connection may ask: a burst, a rate, what weighs more, what is free."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from improtocol.audience import EVERYONE, Audience
from improtocol.commands import Accounts, Ack, Help, Ping, Pong, Quit, Read, Send, Sessions, Stats
from improtocol.errors import BadLine
from imserver.bounds import UNBOUNDED, Bounds
from imserver.throttle import Said, Throttle, cost

HELP = Help()
ACK = Ack(1)


def names(count: int) -> Audience:
    """Name so many people."""
    return Audience.of(*(f"u{number}" for number in range(count)))


class ThrottleCase(SynchronousTestCase):
    """A throttle, and a clock that is moved by hand."""

    def setUp(self) -> None:
        self.now = 1000.0
        self.throttle = Throttle(Bounds(), lambda: self.now)

    def begun(self, said: Said, most: int = 1000) -> int:
        """Say the same as long as it need not wait, and how often that was."""
        for count in range(most):
            if self.throttle.begin(said):
                return count
        return most


class RateTests(ThrottleCase):
    def test_burst(self) -> None:
        """Twenty are begun at once, and the next after a fifth of a second."""
        self.assertEqual(self.begun(HELP), 20)
        self.assertAlmostEqual(self.throttle.begin(HELP), 0.2)
        self.now += 0.2
        self.assertEqual(self.begun(HELP), 1)

    def test_rate(self) -> None:
        """Whoever never stops is heard five times a second."""
        self.begun(HELP)
        heard = 0
        for _ in range(100):
            self.now += 0.1
            heard += self.begun(HELP)
        self.assertEqual(heard, 50)

    def test_rest(self) -> None:
        """Whoever was silent has the whole burst again, and no more."""
        self.begun(HELP)
        self.now += 3600
        self.assertEqual(self.begun(HELP), 20)

    def test_what_cannot_be_read(self) -> None:
        """A line that is none of the language weighs as much as a command."""
        self.assertEqual(self.begun(BadLine("not-utf-8")), 20)

    @given(st.lists(st.floats(0, 3), max_size=200))
    def test_never_more(self, pauses: list[float]) -> None:
        """However the pauses lie, no more is begun than the burst and the rate allow."""
        self.setUp()
        begun = self.begun(HELP)
        for pause in pauses:
            self.now += pause
            begun += self.begun(HELP)
        self.assertLessEqual(begun, 20 + 5 * (self.now - 1000) + 1e-3)


class CostTests(ThrottleCase):
    def test_costs(self) -> None:
        """A SEND weighs a tenth more for each name; one to everyone as much as twenty commands."""
        costs = [cost(Send(to, "x")) for to in (names(1), names(10), names(100), EVERYONE)]
        self.assertEqual(costs, [1.1, 2.0, 11.0, 20.0])
        self.assertEqual(cost(HELP), 1.0)

    def test_debt(self) -> None:
        """What weighs more than there is is begun all the same, and waited for before the next."""
        to_all = Send(EVERYONE, "x")
        self.begun(HELP, 19)
        self.assertEqual(self.begun(to_all), 1)
        self.assertAlmostEqual(self.throttle.begin(HELP), 4.0)
        self.now += 4
        self.assertEqual(self.begun(to_all), 1)


class FreeTests(ThrottleCase):
    def test_free(self) -> None:
        """ACK, READ, PING, PONG, QUIT, and looking at the server, need not wait for what was said before."""
        self.throttle.begin(Send(names(100), "x"))
        self.throttle.begin(Send(EVERYONE, "x"))
        self.assertGreater(self.throttle.begin(HELP), 0)
        free = (ACK, Read(1), Ping(), Ping("bob"), Pong("bob"), Quit(), Sessions(), Accounts(), Stats())
        for said in free:
            self.assertEqual(self.throttle.begin(said), 0, said)

    def test_they_cost_nothing(self) -> None:
        """Up to twenty a second they leave the burst untouched; past that they weigh like any other."""
        self.assertEqual(self.begun(ACK, 20), 20)
        self.assertEqual(self.begun(ACK), 20)
        self.assertAlmostEqual(self.throttle.begin(ACK), 0.05)
        self.now += 1
        self.assertEqual(self.begun(ACK), 25)


class LiftedTests(ThrottleCase):
    def test_none(self) -> None:
        """Without a limit nothing waits, and without one of the two nothing waits either."""
        for bounds in (
            UNBOUNDED,
            replace(Bounds(), burst=UNBOUNDED.burst),
            replace(Bounds(), rate=UNBOUNDED.rate),
        ):
            self.throttle = Throttle(bounds, lambda: self.now)
            self.assertEqual(self.begun(Send(EVERYONE, "x")), 1000)
            self.assertEqual(self.begun(ACK), 1000)
