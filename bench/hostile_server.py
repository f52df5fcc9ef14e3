"""Promise E7: a server that lies harms no client; nothing escapes, nothing grows, nothing holds it up.

``python -m bench.hostile_server [--lines 100000000] [--sessions 20000] [--seed 1] [--no-evidence]`` has the
parser read broken lines, then whole clients live with servers that lie (`bench.lies`), with the clock, the
network and the disk in memory; after each such server comes an honest one, and must be understood.  Planted
defects must be found.  Keeps `bench/evidence/E7.json`.
"""

from __future__ import annotations

import gc
import itertools
import os
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from random import Random
from typing import Any

from twisted.logger import globalLogBeginner, globalLogPublisher

from imclient.core.connection import Connection
from imclient.core.wire import Wire, WireLine
from improtocol import codec, limits
from improtocol.framing import Framer

from .alone import alone
from .evidence import Progress, circumstances, held, write_evidence
from .lied_to import HELD_MS, Found, Life, Watch
from .lies import Liar, broken
from .process import MIB, resident
from .replaced import replaced

#: Lines, and sessions, of one piece of work.
LINES, SESSIONS = 200_000, 25
#: The lines that are broken: so many, made anew for each piece.
SOUND = 5_000
#: Sessions of one client, on one disk.
OF_ONE = 5
#: What a client may grow by.
GROWTH_MIB = 16.0
#: A planted defect must be found within so many sessions.
PATIENCE = 200


#: What this process held when it had done each kind of work once.
_AT_FIRST: dict[str, float] = {}


def grown(work: str) -> float:
    """Say by how much this process has grown since it had done such work once."""
    now = resident() / MIB
    return max(0.0, now - _AT_FIRST.setdefault(work, now))


# The parser


def read_lines(seed: int, count: int = LINES) -> Found:
    """Have so many broken lines read, in pieces of any length."""
    random, found = Random(seed), Found()
    liar, framer = Liar(random), Framer(limits.CLIENT_LINE)
    sound = [liar.line(("@3",)) for _ in range(SOUND)]
    for number in range(count):
        raw = broken(random, sound[number % SOUND])
        if number % 7 == 0:
            raw = broken(random, raw)
        framer.feed(raw + b"\n")
        for line in framer.take():
            if isinstance(line, bytes):
                try:
                    codec.parse_from_server(line)
                except Exception as error:
                    found.complaints.append(f"parser, seed {seed}, line {number}: {error!r} {line[:80]!r}")
        found.tried += 1
    found.growth_mib = grown("parser")
    return found


# Whole clients


def live_sessions(seed: int, count: int = SESSIONS) -> Found:
    """Have so many sessions lived, by clients on disks of their own."""
    found = Found()
    for number in range(0, count, OF_ONE):
        lived = live_one(seed * 1000 + number, min(OF_ONE, count - number))
        if lived.held_ms > HELD_MS:  # a machine may stand still once; what a line costs, it costs each time
            again = live_one(seed * 1000 + number, min(OF_ONE, count - number))
            lived = min(lived, again, key=lambda one: one.held_ms)
        found.add(lived)
    return found


def live_one(seed: int, sessions: int) -> Found:
    """Have so many sessions lived by one client."""
    found = Found()
    watch = Watch(found)
    globalLogPublisher.addObserver(watch)
    try:
        with tempfile.TemporaryDirectory(prefix="lied-to-") as folder:
            Life(seed, Path(folder), found).live(sessions)
        gc.collect()
        found.growth_mib = grown("clients")
    finally:
        globalLogPublisher.removeObserver(watch)
    return found


# What is planted


def strict_letters() -> AbstractContextManager[None]:
    """Take a server's bytes for UTF-8, which they need not be."""
    whole = codec.parse_from_server
    return replaced(codec, "parse_from_server", lambda raw: whole(raw.decode().encode()))


def endless_wire() -> AbstractContextManager[None]:
    """Keep every line that was ever on a wire."""
    kept: list[str] = []
    whole = Wire._add

    def add(self: Wire, line: WireLine) -> None:
        kept.append(line.line)
        whole(self, line)

    return replaced(Wire, "_add", add)


def slow_look() -> AbstractContextManager[None]:
    """Compare each letter of a long line with each."""
    whole = Connection._take_line

    def take(self: Any, line: Any) -> None:
        if isinstance(line, bytes) and len(line) > 3000:
            sum(one == other for one in line[:1500] for other in line[:1500])
        whole(self, line)

    return replaced(Connection, "_take_line", take)


PLANTED = {"strict letters": strict_letters, "endless wire": endless_wire, "slow look": slow_look}


def found_planted(defect: str, seed: int) -> bool:
    """Plant a defect; say whether it is found."""
    _AT_FIRST.clear()
    with PLANTED[defect]():
        for number in range(PATIENCE // OF_ONE):
            found = live_sessions(seed + number, OF_ONE)
            if found.complaints or found.growth_mib > GROWTH_MIB:
                return True
    return False


# The proof


def quiet() -> None:
    """Let what goes wrong be counted, and written nowhere; nor is what was there before us looked through."""
    gc.freeze()
    globalLogBeginner.beginLoggingTo([], redirectStandardIO=False, discardBuffer=True)


def all_pieces(
    pool: ProcessPoolExecutor, work: Callable[[int], Found], pieces: range, seconds: float, words: str
) -> Found:
    """Have the pieces done, as many as the time allows."""
    total, progress, end = Found(), Progress(), time.monotonic() + seconds
    begun = iter(pieces)
    while batch := list(itertools.islice(begun, (os.cpu_count() or 1) * 2)):
        for found in pool.map(work, batch):
            total.add(found)
        progress.show(f"{total.tried:,} {words}, {len(total.complaints)} complaints")
        if time.monotonic() > end:
            break
    return total


def prove(
    lines: int, sessions: int, seconds: float, seed: int, *, plant: bool = True, evidence: bool = True
) -> bool:
    """Lie, plant, keep evidence; say whether nothing was harmed and everything planted was found."""
    around, began, progress = circumstances(), time.monotonic(), Progress()
    with ProcessPoolExecutor(os.cpu_count() or 1, initializer=quiet) as pool:
        pieces = range(seed, seed + max(1, lines // LINES))
        read = all_pieces(pool, read_lines, pieces, seconds, "lines read")
        pieces = range(seed, seed + max(1, sessions // SESSIONS))
        lived = all_pieces(pool, live_sessions, pieces, seconds, "lines said to clients")
        defects = tuple(PLANTED) if plant else ()
        planted = dict(zip(defects, pool.map(found_planted, defects, itertools.repeat(seed)), strict=True))
    took = time.monotonic() - began
    growth = max(read.growth_mib, lived.growth_mib)
    complaints = [*read.complaints, *lived.complaints]
    if growth > GROWTH_MIB:
        complaints.append(f"memory grew by {growth:.1f} MiB")
    facts: dict[str, object] = {
        "lines_read": read.tried,
        "lines_said_to_clients": lived.tried,
        "first_seed": seed,
        "complaints": len(complaints),
        "longest_held_ms": round(lived.held_ms, 1),
        "growth_mib": round(growth, 1),
        "seconds": round(took),
        "planted_found": planted,
    }
    if evidence:
        write_evidence("E7", facts, around)
    progress.end(
        f"E7, a server that lies: {read.tried:,} lines read and {lived.tried:,} said to clients, "
        f"{len(complaints)} complaints, +{growth:.1f} MiB, held {lived.held_ms:.0f} ms at most, {took:.0f} s"
    )
    return held(complaints, planted)


if __name__ == "__main__":
    alone(prove, __doc__, lines=100_000_000, sessions=20_000, seconds=1e9, seed=1)
