"""So many handshakes are under way at once; the others wait, and whoever lingers goes for them."""

from __future__ import annotations

from dataclasses import replace

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from imserver.bounds import BOUNDS
from imserver.vestibule import LINGERS, Vestibule

PLACES = 3


class Visitor:
    """Somebody who writes down what becomes of them."""

    def __init__(self, name: str, log: list[str]) -> None:
        self._name, self._log = name, log

    def hear(self) -> None:
        self._log.append(f"{self._name} is heard")

    def make_way(self) -> None:
        self._log.append(f"{self._name} makes way")


class VestibuleTests(SynchronousTestCase):
    """Who is heard, and when."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.vestibule = Vestibule(self.clock, replace(BOUNDS, handshakes=PLACES))
        self.log: list[str] = []

    def come(self, names: str) -> list[Visitor]:
        visitors = [Visitor(name, self.log) for name in names]
        for visitor in visitors:
            self.vestibule.come(visitor)
        return visitors

    def happened(self) -> list[str]:
        log, self.log[:] = list(self.log), []
        return log

    def test_in_turn(self) -> None:
        """Those who find a place are heard at once, the others one by one as others leave."""
        a, b, *_ = self.come("abcde")
        self.assertEqual(["a is heard", "b is heard", "c is heard"], self.happened())
        self.vestibule.leave(b)
        self.vestibule.leave(a)
        self.assertEqual(["d is heard", "e is heard"], self.happened())
        self.assertEqual(PLACES, len(self.vestibule))

    def test_waits_no_more(self) -> None:
        """Who goes while waiting is not heard."""
        a, _, _, d, _ = self.come("abcde")
        self.vestibule.leave(d)
        self.vestibule.leave(a)
        self.assertEqual("e is heard", self.happened()[-1])

    def test_nobody_waits(self) -> None:
        """As long as nobody waits everybody may linger."""
        self.come("abc")
        self.clock.advance(100 * LINGERS)
        self.assertEqual(3, len(self.happened()))
        self.assertEqual([], self.clock.getDelayedCalls())

    def test_lingers(self) -> None:
        """Whoever lingers while others wait makes way, the first first, for as many as wait; once."""
        a, _ = self.come("ab")
        self.clock.advance(1)
        self.come("cde")
        self.happened()
        self.clock.advance(LINGERS - 1.1)
        self.assertEqual([], self.happened())
        self.clock.advance(0.1)
        self.assertEqual(["a makes way", "b makes way"], self.happened())
        self.clock.advance(10 * LINGERS)
        self.assertEqual(([], PLACES), (self.happened(), len(self.vestibule)))
        self.vestibule.leave(a)
        self.assertEqual(["d is heard"], self.happened())

    def test_a_crowd_passes(self) -> None:
        """However many come at once, each is heard in the order they came, and no more at a time than may."""
        waiting = self.come("abcdefghijklmnopqrstuvwxyz")
        for visitor in waiting:
            self.assertLessEqual(len(self.vestibule), PLACES)
            self.clock.advance(0.1)
            self.vestibule.leave(visitor)
        self.assertEqual([f"{name} is heard" for name in "abcdefghijklmnopqrstuvwxyz"], self.happened())
        self.assertEqual(0, len(self.vestibule))
