"""What is remembered for a while: no longer, and never more than so much."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from imserver.tallies import WINDOW, Remembered, Tallies


class RememberedTests(SynchronousTestCase):
    """A table of three entries that are kept for ten seconds."""

    def setUp(self) -> None:
        self.now = 0.0
        self.table: Remembered[str, int] = Remembered(lambda: self.now, lambda: 3, lambda: 10)

    def test_for_a_while(self) -> None:
        """An entry is there until its time is over, counted from when it was last put in."""
        self.table.keep("a", 1)
        self.now = 9
        self.assertEqual(self.table.get("a"), 1)
        self.table.keep("a", 2)
        self.now = 18.9
        self.assertEqual(self.table.get("a"), 2)
        self.now = 19
        self.assertEqual((self.table.get("a"), len(self.table)), (None, 0))

    def test_full(self) -> None:
        """One more than it holds, and the oldest is forgotten."""
        for name in "abcad":
            self.table.keep(name, 0)
        self.assertEqual([name for name in "abcd" if name in self.table], ["a", "c", "d"])

    @given(st.lists(st.tuples(st.integers(0, 9), st.floats(0, 5))))
    def test_never_more(self, touched: list[tuple[int, float]]) -> None:
        """Whatever is put in, it holds the three last of those that are not too old."""
        self.setUp()
        expected: dict[str, float] = {}
        for name, pause in touched:
            self.now += pause
            expected.pop(str(name), None)
            expected[str(name)] = self.now
            self.table.keep(str(name), 0)
            self.assertLessEqual(len(self.table._entries), 3)
        young = [name for name, at in expected.items() if at > self.now - 10]
        self.assertEqual(list(self.table._entries), young[-3:])

    def test_for_ever(self) -> None:
        """What is kept for ever is forgotten only when the table is full."""
        table: Remembered[str, None] = Remembered(lambda: self.now, lambda: 3, lambda: math.inf)
        table.keep("a", None)
        self.now = 1e9
        self.assertIn("a", table)


class TalliesTests(SynchronousTestCase):
    """Two in ten minutes are allowed."""

    def setUp(self) -> None:
        self.now = 0.0
        self.tallies: Tallies[str] = Tallies(lambda: self.now, lambda: 2, lambda: 1000)

    def test_window(self) -> None:
        """The third must wait until ten minutes after the first; then it begins anew."""
        for at in (0.0, 599.0):
            self.now = at
            self.assertEqual(self.tallies.wait("a"), 0)
            self.tallies.count("a")
        self.assertEqual(self.tallies.wait("a"), 1)
        self.assertEqual(self.tallies.wait("b"), 0)
        self.now = WINDOW
        self.assertEqual(self.tallies.wait("a"), 0)

    def test_forgiven(self) -> None:
        """Whoever is forgiven begins anew at once."""
        self.tallies.count("a")
        self.tallies.count("a")
        self.tallies.forgive("a")
        self.assertEqual((self.tallies.wait("a"), len(self.tallies)), (0, 0))
