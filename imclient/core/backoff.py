"""How long to wait before the next attempt: anywhere below a bound that doubles (full jitter)."""

from __future__ import annotations

from random import Random

#: Seconds: the first bound, and the last.  Sixty is what a person still waits for.
FIRST, LAST = 2.0, 60.0
#: No server may send a client away for longer than that.
LONGEST_HINT = 3600.0
#: A link that lived so long shows that the server is well again.
WELL_AFTER = 30.0


class Backoff:
    """The waits of one link."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._failures = 0
        self._hint = 0.0

    def hint(self, seconds: float) -> None:
        """Note that the server asked to stay away so long."""
        self._hint = max(self._hint, min(float(seconds), LONGEST_HINT))

    def well(self) -> None:
        """Begin with short waits again."""
        self._failures = 0

    def next(self) -> float:
        """Give the seconds to wait now."""
        bound = min(LAST, FIRST * 2.0 ** min(self._failures, 30))
        self._failures += 1
        hint, self._hint = self._hint, 0.0
        # Whoever was sent away with the same hint must not come back in the same moment.
        return hint + self._random.uniform(0, max(bound, hint))
