"""What the proof of E8 counts."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bench.outage_proof import MOST, OUTAGES, peak, returns


class OutageTests(SynchronousTestCase):
    """Links that lose their server, told to come back after half a minute."""

    told = OUTAGES[-1]

    def test_all_come_back(self) -> None:
        """Nobody is back before the server said, and everybody within as long again."""
        found = returns(self.told, 1, 20)
        self.assertEqual(20, len(found))
        self.assertGreaterEqual(min(found), 30)
        self.assertLessEqual(max(found), 60.5)

    def test_planted(self) -> None:
        """Clients that wait five seconds come back all at once, and are found."""
        self.assertGreater(peak(returns(self.told, 1, 20, planted=True), self.told), MOST)
