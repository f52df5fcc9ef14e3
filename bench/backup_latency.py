"""What a BACKUP of a running server costs those who send meanwhile: how long each SEND waits for its OK.

``python -m bench.backup_latency [--entries 300000] [--plant DEFECT]`` keeps ``evidence/backup-latency.json``:
the waits while nothing else is done, and while a backup is made.
"""

from __future__ import annotations

import re
import threading
import time
from pathlib import Path

from imserver.storage.records import Draft

from .bounded import Bounded, Facts, Planted, past
from .caller import Caller
from .house import house
from .people import DATABASE, unserved

#: Entries that are stored in one go.
AT_ONCE = 5000
BODY = "x" * 300
#: SENDs a second; seconds of them before the backup, the first of which are not measured.
RATE, WARM, ALONE = 200, 2.0, 15.0
#: Milliseconds that half of all SENDs, and that any of them may wait while a backup is made.
HALF, LONGEST = 250, 2_000


def fill(folder: Path, entries: int) -> None:
    """Have two people with much between them, of whom the first may ask for a backup."""
    with unserved(folder) as (database, done):
        database.set_administrator(1, True)
        for begin in range(0, entries, AT_ONCE):
            for n in range(begin, min(begin + AT_ONCE, entries)):
                database.append(Draft(2, "bob", frozenset({1}), "ada", BODY, f"r{n}"))
            done()


def waits(caller: Caller, seconds: float, over: threading.Event) -> list[float]:
    """Send so many a second, and measure, until it is over."""
    found, due, end = list[float](), time.monotonic(), time.monotonic() + seconds
    while time.monotonic() < end and not over.is_set():
        time.sleep(max(0.0, due - time.monotonic()))
        due = max(due + 1 / RATE, time.monotonic() - 1)
        began = time.perf_counter()
        answer = caller.ask("SEND * :hello")
        found.append(time.perf_counter() - began)
        assert answer.startswith("OK SEND"), answer
    return found


def shown(found: list[float]) -> dict[str, float]:
    """Give the middle, the slowest hundredth and the slowest, in milliseconds."""
    ordered = sorted(found)
    places = {"p50_ms": 0.5, "p99_ms": 0.99, "p999_ms": 0.999}
    return {
        **{name: round(ordered[int(len(ordered) * place)] * 1e3, 2) for name, place in places.items()},
        "max_ms": round(ordered[-1] * 1e3, 2),
        "sends": len(ordered),
    }


def measure(entries: int, plant: str | None) -> Facts:
    """Have somebody send, alone and beside a backup."""
    with house(["ada", "bob"], lambda folder: fill(folder, entries), plant=plant) as running:
        size = (running.folder / DATABASE).stat().st_size
        ada, bob = Caller(running.port), Caller(running.port)
        ada.come_in("ada")
        bob.come_in("bob")
        over, said = threading.Event(), list[str]()
        waits(bob, WARM, over)
        alone = waits(bob, ALONE, over)

        def back_up() -> None:
            said.append(ada.ask("BACKUP"))
            over.set()

        asking = threading.Thread(target=back_up)
        asking.start()
        meanwhile = waits(bob, float("inf"), over)
        asking.join()
        for caller in (ada, bob):
            caller.leave()
    return {
        "entries": entries,
        "database_bytes": size,
        "rate": RATE,
        "backup": re.sub(r" file=\S+", "", said[0]),  # no evidence names a folder of this machine
        "alone": shown(alone),
        "meanwhile": shown(meanwhile),
    }


def complaints(found: Facts) -> list[str]:
    """Say who waited too long."""
    waited = found["meanwhile"]
    told = past(
        {"ms for half of all SENDs": (waited["p50_ms"], HALF), "ms for any": (waited["max_ms"], LONGEST)}
    )
    return told if found["backup"].startswith("OK BACKUP") else [f"no backup: {found['backup']}", *told]


PROOF = Bounded(
    "backup-latency",
    "backup, SENDs beside it",
    measure,
    complaints,
    (Planted("backup-by-the-reactor", 100_000),),
    tries=2,
)

if __name__ == "__main__":
    PROOF.alone(__doc__, entries=300_000)
