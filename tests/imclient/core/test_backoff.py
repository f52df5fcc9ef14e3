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

    def spread(self, outage: float, hint: float | None) -> float:
        """Let 10,000 clients lose a server for so long; give the peak of the returns over their mean."""
        returns = []
        for seed in range(10_000):
            backoff = Backoff(Random(seed))
            if hint is not None:
                backoff.hint(hint)
            now = backoff.next()
            while now < outage:
                now += backoff.next()
            returns.append(now)
        seconds = Counter(int(at) for at in returns)
        begin, end = min(seconds), max(seconds)
        return max(seconds.values()) / (len(returns) / (end - begin + 1))

    def test_spread_after_an_outage(self) -> None:
        """After an outage 10,000 clients come back spread out: peak at most 3 x mean (E8)."""
        for outage in (60, 300):
            self.assertLessEqual(self.spread(outage, None), 3)

    def test_spread_after_a_hint(self) -> None:
        """Whoever was told when to come back comes spread out, too."""
        for hint in (5, 30):
            self.assertLessEqual(self.spread(hint, hint), 3)
