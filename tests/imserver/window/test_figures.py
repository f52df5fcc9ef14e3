"""Rates and latencies from counts."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from imserver.window.figures import Figures, quantile


class QuantileTests(SynchronousTestCase):
    def test_between(self) -> None:
        """Between two bounds it is where it would be if all lay evenly."""
        within = {1000: 50, 2500: 90, 5000: 100}
        self.assertEqual(1.0, quantile(within, 100, 0.5))
        self.assertAlmostEqual(4.75, quantile(within, 100, 0.99) or 0)

    def test_nothing(self) -> None:
        """Where nothing was sent nothing is known; what is slower than all bounds is said to be the last."""
        self.assertIsNone(quantile({1000: 0}, 0, 0.5))
        self.assertEqual(10.0, quantile({10_000: 0}, 3, 0.5))


class FiguresTests(SynchronousTestCase):
    def test_rate(self) -> None:
        """A rate is what was counted since the last look, by the time that went by."""
        figures = Figures()
        figures.take(0, {"sends": 10, "connections": 2}, 0)
        figures.take(2, {"sends": 16, "connections": 3}, 5)
        self.assertEqual([(3.0, 3, 5)], [(one.rate, one.connections, one.backlog) for one in figures.moments])

    def test_another_server(self) -> None:
        """A server that was started again counts from nothing: there is no rate below zero."""
        figures = Figures()
        figures.take(0, {"sends": 10}, 0)
        figures.take(2, {"sends": 1}, 0)
        figures.take(4, {"sends": 3}, 0)
        self.assertEqual([1.0], [one.rate for one in figures.moments])
