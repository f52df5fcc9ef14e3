"""Which conversation is meant, and how many are remembered."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from imserver.storage.conversations import Remembered, people_read, people_written


class ConversationTests(SynchronousTestCase):
    """A conversation is its people, however they are counted up."""

    def test_written_in_one_way(self) -> None:
        """The same people are written in the same way, in whatever order a set gives them, and read back."""
        for people, written in (({8, 1}, "1,8"), ({100, 9, 33}, "9,33,100"), ({7}, "7"), (set(), "*")):
            self.assertEqual(people_written(frozenset(people)), written)
            self.assertEqual(people_read(written), people)

    def test_the_oldest_are_forgotten(self) -> None:
        """So many people are remembered at most; for more, those that came first are forgotten."""
        remembered = Remembered(most=9)
        first, second, third = (frozenset({n, n + 1}) for n in (1, 3, 5))
        remembered.keep({first: 1, second: 2, third: 3})
        self.assertEqual(remembered.numbers_of([first, second, third]), [1, 2, 3])
        fourth = frozenset({7, 8})
        remembered.keep({fourth: 4})
        self.assertEqual(remembered.numbers_of([first, second, third, fourth]), [None, 2, 3, 4])
