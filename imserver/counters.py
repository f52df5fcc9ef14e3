"""What has happened since the start, counted where it happens: no refusal, drop or cut goes uncounted (G3).

A count is a number in an object that everybody was handed: no lock, no name is looked up, nothing is written.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Sequence

#: Seconds; a hundred milliseconds is where a person begins to notice.
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
#: The verbs of what others are told once it is stored.
TELLING = frozenset({"SEND", "ANNOUNCE"})
#: What one transaction stores; a thousand is its limit.
JOBS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000)


class Histogram:
    """How often a value lay within which bound."""

    __slots__ = ("bounds", "counts", "sum")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)  #: one for each bound, up to and with it; the last for the rest
        self.sum = 0.0

    def note(self, value: float) -> None:
        """Count a value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.sum += value

    @property
    def count(self) -> int:
        """How many values there were."""
        return sum(self.counts)


class Counters:
    """Every count of one server.

    A verb that is none stands as ``?``, so nobody fills the memory with words of their own.
    A command that was begun is answered, refused, or still under way.
    """

    def __init__(self, seconds: Callable[[], float] = lambda: 0.0) -> None:
        self.seconds = seconds  #: the clock that latencies are read from
        self.begun: defaultdict[str, int] = defaultdict(int)  #: commands, by verb
        self.answered: dict[str, Histogram] = {}  #: seconds until a line that was begun had its OK, by verb
        self.told = Histogram(SECONDS)  #: seconds until what was said had gone to the last socket it is for
        self._on_their_way: list[float] = []  # when what was stored and is not written yet was begun
        self.refused: defaultdict[tuple[str, str], int] = defaultdict(int)  #: by verb and code
        self.ended: defaultdict[str, int] = defaultdict(int)  #: connections, by the reason they went
        self.noted: defaultdict[str, int] = defaultdict(int)  #: events of server.log, written or not
        self.suppressed = 0  #: lines of server.log beyond the limit
        self.lost = 0  #: lines of server.log for which the disk had no room
        self.throttled = 0  #: lines that waited for their time
        self.held_back = 0  #: times that a slow reader was told no more until it had read
        self.slow_turns = 0  #: turns of the reactor that took too long
        self.bytes_read = 0
        self.bytes_written = 0
        self.entries = 0  #: entries stored
        self.jobs = Histogram(JOBS)  #: of each transaction
        self.commits = Histogram(SECONDS)  #: seconds of each transaction

    def ok(self, verb: str, begun: float, now: float) -> None:
        """Count a command that was done, and how long it took."""
        latency = self.answered.get(verb)
        if latency is None:
            latency = self.answered[verb] = Histogram(SECONDS)
        latency.note(now - begun)
        if verb in TELLING:
            self._on_their_way.append(begun)

    def written(self, now: float) -> None:
        """Note that all that was gathered has been handed to its sockets, the last of them now."""
        if self._on_their_way:
            on_their_way, self._on_their_way = self._on_their_way, []
            for begun in on_their_way:
                self.told.note(now - begun)

    def stored(self, jobs: int, entries: int, begun: float) -> None:
        """Count a transaction."""
        self.jobs.note(jobs)
        self.entries += entries
        self.commits.note(self.seconds() - begun)
