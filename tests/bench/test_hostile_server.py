"""What the proof of E7 finds, and what it does not."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bench.hostile_server import OF_ONE, found_planted, live_sessions, read_lines
from bench.lied_to import HELD_MS


class HostileServerTests(SynchronousTestCase):
    def test_parser(self) -> None:
        """Broken lines are read, each as something."""
        found = read_lines(1, 20_000)
        self.assertEqual((20_000, []), (found.tried, found.complaints))

    def test_clients(self) -> None:
        """Clients that are lied to neither raise nor stop, and understand the next honest server."""
        found = live_sessions(1, OF_ONE)
        self.assertEqual([], found.complaints)
        self.assertGreater(found.tried, 1000)
        self.assertLess(found.held_ms, HELD_MS)

    def test_planted(self) -> None:
        """A client that takes any bytes for UTF-8 is found."""
        self.assertTrue(found_planted("strict letters", 1))
        self.assertNotEqual([], self.flushLoggedErrors(UnicodeDecodeError))
