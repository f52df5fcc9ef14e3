"""A proof by measuring holds only if it is within its bounds, and past them with each defect."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bench.bounded import Bounded, Facts, Planted

QUICK, SLOW = Planted("seen at once", 2, quick=True), Planted("seen late", 7)


class BoundedTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.measured: list[tuple[int, str | None]] = []
        self.worst = {None: 1, "seen at once": 9, "seen late": 9}
        self.late = 0

    def measure(self, size: int, plant: str | None) -> Facts:
        """Note what is measured; the first times are worse than it is."""
        self.measured.append((size, plant))
        self.late -= 1
        return {"took": 9 if self.late >= 0 else self.worst[plant]}

    def holds(self, *, quick: bool = False, tries: int = 1) -> bool:
        """Say whether it holds."""
        return Bounded(
            "nothing",
            "tried",
            self.measure,
            lambda found: ["it took too long"] if found["took"] > 5 else [],
            (QUICK, SLOW),
            tries,
        ).prove(100, quick=quick, evidence=False)

    def test_held(self) -> None:
        """It holds if it is within its bounds, and each defect is found in as much as that takes."""
        self.assertTrue(self.holds())
        self.assertEqual([(100, None), (2, "seen at once"), (7, "seen late")], self.measured)

    def test_quick(self) -> None:
        """Where there is little time only what is found at once is planted."""
        self.assertTrue(self.holds(quick=True))
        self.assertEqual([(100, None), (2, "seen at once")], self.measured)

    def test_past_its_bound(self) -> None:
        """It does not hold if it is past its bound."""
        self.worst[None] = 6
        self.assertFalse(self.holds())

    def test_not_found(self) -> None:
        """It does not hold if a defect is within the bounds: it would never be noticed."""
        self.worst["seen late"] = 5
        self.assertFalse(self.holds())

    def test_again(self) -> None:
        """What else the machine does makes it worse for a moment: the best of some tries counts."""
        self.late = 2
        self.assertTrue(self.holds(tries=3))
        self.late = 3
        self.assertFalse(self.holds(tries=3))
