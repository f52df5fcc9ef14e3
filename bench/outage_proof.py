"""Promise E8: after an outage clients come back spread out, told when to come back or not.

``python -m bench.outage_proof [--clients 10000] [--seed 1] [--no-evidence]`` lets so many links lose their
server at one moment, on clocks in memory, and counts in which second each is back: in the busiest at most
three times as many as the mean over the time in which they were to come.  Clients that all wait five seconds
must be found.  Keeps `bench/evidence/E8.json`.
"""

from __future__ import annotations

import itertools
import os
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from random import Random

from twisted.internet.defer import succeed
from twisted.internet.task import Clock
from twisted.logger import globalLogBeginner

from imclient.core.backoff import LAST, Backoff
from imclient.core.link import Link
from imclient.core.wire import Wire
from tests.imclient.core.fake_server import FakeServer
from tests.imclient.core.wires import Net

from .alone import alone
from .evidence import Progress, circumstances, held, write_evidence

#: Clients on one clock.
TOGETHER = 100
#: At the busiest second, over the mean.
MOST = 3.0


@dataclass(frozen=True)
class Outage:
    """How a server goes, and when it is back."""

    name: str
    seconds: float  #: until it is back
    hint: int | None  #: when to come back, as its BYE says
    spread: float  #: over so many seconds they are to come


OUTAGES = (
    Outage("short", 60, None, LAST),
    Outage("long", 300, None, LAST),
    Outage("told to wait 5 s", 5, 5, 5),
    Outage("told to wait 30 s", 30, 30, 30),
)


class Impatient(Backoff):
    """What is planted: five seconds, whatever happens."""

    def next(self) -> float:
        """Give the seconds to wait now."""
        return 5.0


def returns(outage: Outage, seed: int, count: int = TOGETHER, *, planted: bool = False) -> list[float]:
    """Let so many clients lose a server; give the seconds after which each was back."""
    clock, back = Clock(), dict[int, float]()
    links = []
    for number in range(count):
        net = Net(clock, FakeServer)
        backoff = (Impatient if planted else Backoff)(Random(seed * 1_000_003 + number))
        link = Link(clock, net.reach, Wire(clock.seconds), backoff)
        link.open("lab.example", 12000)
        links.append((net, link))
    settle(links, clock)
    for _, link in links:
        link.come_in(lambda connection: succeed(None))
    for net, _ in links:
        net.serve = None
        if outage.hint is not None:
            net.wire.server.protocol.say(f"* BYE shutdown retry-after={outage.hint} :Back soon.")
            net.settle()
        net.wire.server.protocol.transport.abortConnection()
    settle(links, clock)
    began, here = clock.seconds(), False
    while len(back) < count and clock.seconds() - began < 10 * (outage.seconds + LAST):
        if not here and clock.seconds() - began >= outage.seconds:
            here = True
            for net, _ in links:
                net.serve = FakeServer
        clock.advance(0.25)
        for number, (net, link) in enumerate(links):
            if number not in back and net.wires:
                net.settle()
            if number not in back and link.connection is not None:
                back[number] = clock.seconds() - began
    if len(back) < count:
        raise AssertionError(f"{count - len(back)} clients never came back")
    return list(back.values())


def settle(links: list[tuple[Net, Link]], clock: Clock) -> None:
    """Let everything happen that needs no time."""
    clock.advance(0)
    for net, _ in links:
        net.settle()


def peak(found: list[float], outage: Outage) -> float:
    """Compare the busiest second with the mean over the time in which they were to come."""
    busiest = max(Counter(map(int, found)).values())
    return busiest / (len(found) / outage.spread)


def peaks(
    pool: ProcessPoolExecutor,
    clients: int,
    seed: int,
    outages: tuple[Outage, ...] = OUTAGES,
    *,
    planted: bool = False,
) -> dict[str, float]:
    """Have each outage lived through by so many."""
    found = {}
    for outage in outages:
        seeds = range(seed, seed + max(1, clients // TOGETHER))
        parts = pool.map(_part, itertools.repeat(outage), seeds, itertools.repeat(planted))
        found[outage.name] = round(peak([at for part in parts for at in part], outage), 2)
    return found


def _part(outage: Outage, seed: int, planted: bool) -> list[float]:
    return returns(outage, seed, planted=planted)


def quiet() -> None:
    """Log nothing."""
    globalLogBeginner.beginLoggingTo([], redirectStandardIO=False, discardBuffer=True)


def prove(
    clients: int,
    seed: int,
    outages: tuple[Outage, ...] = OUTAGES,
    *,
    plant: bool = True,
    evidence: bool = True,
) -> bool:
    """Live through the outages; say whether all came spread out, and the impatient were found."""
    around, began, progress = circumstances(), time.monotonic(), Progress()
    with ProcessPoolExecutor(os.cpu_count() or 1, initializer=quiet) as pool:
        found = peaks(pool, clients, seed, outages)
        impatient = peaks(pool, TOGETHER, seed, outages, planted=True) if plant else {}
    took = time.monotonic() - began
    facts: dict[str, object] = {
        "clients": clients,
        "first_seed": seed,
        "peak_over_mean": found,
        "planted_five_seconds": impatient,
        "seconds": round(took),
    }
    if evidence:
        write_evidence("E8", facts, around)
    told = ", ".join(f"{name} {ratio:.2f}" for name, ratio in found.items())
    progress.end(f"E8, {clients:,} clients come back, peak over mean: {told}; {took:.0f} s")
    crowded = [f"{name}: {ratio:.2f}, at most {MOST}" for name, ratio in found.items() if ratio > MOST]
    return held(crowded, {f"five seconds, {name}": ratio > MOST for name, ratio in impatient.items()})


if __name__ == "__main__":
    alone(prove, __doc__, clients=10_000, seed=1)
