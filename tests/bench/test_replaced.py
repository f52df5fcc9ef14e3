"""What is planted in this process is taken back, and is planted only where something stands."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bench.replaced import replaced


class Place:
    what = "whole"


class ReplacedTests(SynchronousTestCase):
    def test_for_a_while(self) -> None:
        """It stands there for a while, also if that ends badly."""
        with self.assertRaises(KeyError), replaced(Place, "what", "planted"):
            self.assertEqual("planted", Place.what)
            raise KeyError
        self.assertEqual("whole", Place.what)

    def test_stale(self) -> None:
        """Where nothing stands any more nothing is planted."""
        with self.assertRaises(AttributeError), replaced(Place, "gone", "planted"):
            self.fail("it was planted")
