"""The server's figures over the last minutes: rates and latencies from what STATS counts."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

#: Seconds between two looks, and looks that are remembered: ten minutes.
EVERY, KEPT = 2.0, 300
#: Looks that a plot has room for: a minute's, two, five, ten; the fewest that hold all there are.
SPANS = (30, 60, 150, KEPT)
_WITHIN = "send.within."


@dataclass(frozen=True, slots=True)
class Moment:
    """How it was between two looks."""

    rate: float  #: messages a second
    half: float | None  #: milliseconds within which half of the SENDs were answered; None: there was none
    most: float | None  #: and 99 of 100
    connections: int
    backlog: int


class Figures:
    """What is known of the last minutes."""

    def __init__(self) -> None:
        self.moments: deque[Moment] = deque(maxlen=KEPT)
        self.now: Mapping[str, int] = {}
        self._before: tuple[float, Mapping[str, int]] | None = None

    def take(self, at: float, found: Mapping[str, int], backlog: int) -> None:
        """Take what is counted now; what is less than before was counted by another server."""
        before, self._before = self._before, (at, found)
        self.now = found
        if before is None or at <= before[0] or found.get("sends", 0) < before[1].get("sends", 0):
            return
        sends = found.get("sends", 0) - before[1].get("sends", 0)
        within = {
            int(name.removeprefix(_WITHIN)): number - before[1].get(name, 0)
            for name, number in found.items()
            if name.startswith(_WITHIN)
        }
        self.moments.append(
            Moment(
                sends / (at - before[0]),
                quantile(within, sends, 0.5),
                quantile(within, sends, 0.99),
                found.get("connections", 0),
                backlog,
            )
        )

    @property
    def span(self) -> int:
        """How many looks a plot has room for now."""
        return next(span for span in SPANS if len(self.moments) <= span)

    @property
    def last_latency(self) -> Moment | None:
        """Give the newest moment in which something was sent."""
        return next((one for one in reversed(self.moments) if one.half is not None), None)


def quantile(within: Mapping[int, int], count: int, part: float) -> float | None:
    """Say within how many milliseconds this part was done, from how many were within which microseconds."""
    if count <= 0 or not within:
        return None
    wanted, below, reached = part * count, 0, 0
    for bound, number in sorted(within.items()):
        if number >= wanted:
            share = (wanted - reached) / (number - reached) if number > reached else 1.0
            return (below + (bound - below) * share) / 1000
        below, reached = bound, number
    return below / 1000
