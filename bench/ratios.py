"""Ratios that must hold on any machine, busy or not: both sides are measured in one run, pair by pair.

``python -m bench.ratios`` (``make bench-check``); it ends as a run of trial does.
"""

from __future__ import annotations

import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from twisted.internet.task import react

from imserver.avatar import Stream
from imserver.bounds import UNHURRIED
from imserver.mailroom import Mailroom, Posted, _posted
from imserver.storage import writer
from imserver.storage.records import Entry
from tests.improtocol.test_cost import SHAPES
from tests.stage import Actor, Stage

from . import line_cost, storage_rate
from .replaced import replaced

PAIRS, PLANTED_PAIRS = 5, 3
SAID = b"SEND %b :" + b"x" * 64 + b"\n"
#: Lines in one turn: of each who talks to another, of one who talks to all; and turns measured together.
#: A batch has 1,000 entries at most: the more people share one, the more a stream could look through.
OF_EACH, OF_ONE, TURNS = 2, 8, 4


async def group_commit(reactor: Any, planted: bool) -> float:
    """Compare what a message costs that is stored alone with one of many that share a commit."""

    async def cost(senders: int) -> float:
        with tempfile.TemporaryDirectory(prefix="imserver-bench-") as folder:
            facts = await storage_rate.measure(reactor, f"sqlite:///{folder}/im.db", senders, 0.4)
        return cast(float, facts["cpu_us_per_message"])

    with replaced(writer, "LARGEST_BATCH", 1 if planted else writer.LARGEST_BATCH):
        return await cost(1) / await cost(200)


async def to_one(_reactor: Any, planted: bool) -> float:
    """Compare a message to one among many that are stored with it, with one among few."""
    few, many = (_crowd(people, planted and EachLooksThroughAll) for people in (20, 400))
    return many.to_one() / few.to_one()


async def to_all(_reactor: Any, planted: bool) -> float:
    """Compare a delivery of a message to many with one of a message to few."""
    few, many = (_crowd(people, planted and WrittenForEach) for people in (20, 200))
    return many.to_all() / few.to_all()


async def line(_reactor: Any, planted: bool) -> float:
    """Compare a line with one of half its length, of the shape for which that is worst (promise B5)."""
    shapes = {"planted": lambda size: "x" * (size * size // 2048)} if planted else SHAPES
    return max(line_cost.growth(line_cost.measured(shape)) for shape in shapes.values())


class EachLooksThroughAll(Mailroom):
    """Planted: each stream looks through all that was stored for anybody."""

    def _apart(self, batch: Iterable[Posted]) -> dict[Stream, list[Posted]]:
        batch = list(batch)
        return dict.fromkeys(super()._apart(batch), batch)


class WrittenForEach(Mailroom):
    """Planted: what is for everyone is written for each."""

    def committed(self, entries: tuple[Entry, ...]) -> None:
        """Take each stream for one that is told something else than everybody."""
        streams, self._streams = self._streams, {}
        super().committed(entries)
        self._streams = streams
        for stream in self._streams:
            self._write(stream, [_posted(entry) for entry in entries])


class Crowd:
    """People who are logged in to a server in memory."""

    def __init__(self, people: int, mailroom: type[Mailroom] = Mailroom) -> None:
        self._stage = Stage(make_mailroom=mailroom, bounds=UNHURRIED)
        self._names = [f"u{number}" for number in range(people)]
        self._actors = [self._stage.enter(name) for name in self._names]

    def to_one(self) -> float:
        """Let everybody talk to their neighbour; give the processor time of a message."""
        partners = [*self._names[1:], self._names[0]]
        said = [SAID % partner.encode() * OF_EACH for partner in partners]
        pairs = list(zip(self._actors, said, strict=True))
        return self._cost(pairs) / (len(pairs) * OF_EACH)

    def to_all(self) -> float:
        """Let one talk to everybody; give the processor time of a delivery."""
        return self._cost([(self._actors[0], SAID % b"*" * OF_ONE)]) / (len(self._actors) * OF_ONE)

    def _cost(self, sayings: list[tuple[Actor, bytes]]) -> float:
        self._turn(sayings)
        gc.collect()
        gc.disable()  # how much else there is for it to look through is not what is compared
        began = time.process_time()
        for _ in range(TURNS):
            self._turn(sayings)
        cost = (time.process_time() - began) / TURNS
        gc.enable()
        return cost

    def _turn(self, sayings: list[tuple[Actor, bytes]]) -> None:
        for actor, said in sayings:
            actor.send(said)
        self._stage.settle()
        for actor in self._actors:
            actor.wire.clear()  # type: ignore[no-untyped-call]


@cache
def _crowd(people: int, mailroom: type[Mailroom] | None) -> Crowd:
    return Crowd(people, mailroom or Mailroom)


@dataclass(frozen=True)
class Ratio:
    """A ratio, where it must lie, and what is planted to see that it would be noticed."""

    what: str
    planted: str
    measure: Callable[[Any, bool], Awaitable[float]]
    least: float = 0.0
    most: float = float("inf")

    async def holds(self, reactor: Any) -> bool:
        """Measure, plant, measure; say whether the one lies within and the other without."""
        sound = statistics.median([await self.measure(reactor, False) for _ in range(PAIRS)])
        ill = statistics.median([await self.measure(reactor, True) for _ in range(PLANTED_PAIRS)])
        held, found = (self.least <= ratio <= self.most for ratio in (sound, ill))
        bound = f"at least {self.least}" if self.least else f"at most {self.most}"
        print(f"{self.what:64} {sound:6.2f}, {bound}; {ill:6.2f} if {self.planted}", flush=True)
        if not held:
            print(f"NOT HELD: {self.what}")
        if found:
            print(f"NOT HELD: {self.what}: it would not be noticed if {self.planted}")
        return held and not found


RATIOS = (
    Ratio(
        "cost of a message stored alone, to one of 200 stored together",
        "each has its own commit",
        group_commit,
        least=3.0,
    ),
    Ratio("cost of a message to one, 400 who talk to 20", "each stream looks through all", to_one, most=1.35),
    Ratio("cost of a delivery of one to all, 200 who hear to 20", "it is written for each", to_all, most=0.3),
    Ratio(
        "cost of a line of twice the length, at worst", "it is read for each of its letters", line, most=2.5
    ),
)


def main() -> None:
    """Check them all; the last line counts them."""

    async def run(reactor: Any) -> None:
        held = [await ratio.holds(reactor) for ratio in RATIOS]
        passed, failed = held.count(True), held.count(False)
        print(f"FAILED (failures={failed}, successes={passed})" if failed else f"PASSED (successes={passed})")
        if failed:
            sys.exit(1)

    react(run)


if __name__ == "__main__":
    main()
