"""When clients come back."""

from __future__ import annotations

from collections import Counter
from random import Random

from twisted.trial.unittest import SynchronousTestCase

from imclient.core.backoff import LAST, LONGEST_HINT, Backoff


class BackoffTests(SynchronousTestCase):
    def test_bounds(self) -> None:
        """The bound of the waits doubles up to a minute, and short waits begin again when all is well."""
        longest = [0.0] * 9
        for seed in range(300):
            backoff = Backoff(Random(seed))
            longest = [max(was, backoff.next()) for was in longest]
        for bound, found in zip([2, 4, 8, 16, 32, 60, 60, 60, 60], longest, strict=True):
            self.assertTrue(bound * 0.9 < found <= bound, (bound, found))
        backoff.well()
        self.assertLessEqual(backoff.next(), 2)

    def test_hint(self) -> None:
        """Nobody comes back before the server asked, nor is sent away for ever; the hint holds once."""
        backoff = Backoff(Random(1))
        backoff.hint(30)
        self.assertTrue(30 <= backoff.next() <= 60)
        self.assertLessEqual(backoff.next(), LAST)
        backoff.hint(10**18)
        self.assertLessEqual(backoff.next(), 2 * LONGEST_HINT)

    def peak(self, outage: float, hint: float | None, over: float, make: type[Backoff] = Backoff) -> float:
        """Let 10,000 clients lose a server for so long; compare the busiest second with the mean.

        The mean is taken over the time in which they were to come: had each waited the same, all would be
        back in one second, and its own mean.
        """
        returns = []
        for seed in range(10_000):
            backoff = make(Random(seed))
            if hint is not None:
                backoff.hint(hint)
            now = backoff.next()
            while now < outage:
                now += backoff.next()
            returns.append(now)
        busiest = max(Counter(map(int, returns)).values())
        return busiest / (len(returns) / over)

    def test_spread_after_an_outage(self) -> None:
        """After an outage 10,000 clients come back spread out: peak at most 3 x mean (E8)."""
        for outage in (60, 300):
            self.assertLessEqual(self.peak(outage, None, LAST), 3)

    def test_spread_after_a_hint(self) -> None:
        """Whoever was told when to come back comes spread out, too."""
        for hint in (5, 30):
            self.assertLessEqual(self.peak(hint, hint, hint), 3)

    def test_would_be_found(self) -> None:
        """Clients that wait five seconds whatever happens are found."""
        for outage, hint, over in ((60, None, LAST), (30, 30, 30)):
            self.assertGreater(self.peak(outage, hint, over, Impatient), 3)


class Impatient(Backoff):
    """What is planted."""

    def next(self) -> float:
        """Wait five seconds."""
        return 5.0
