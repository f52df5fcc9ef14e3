"""One ACK over a hundred thousand messages: what it costs those who have nothing to do with it.

``python -m bench.ack_proof [--messages 100000] [--plant DEFECT]`` keeps ``evidence/ACK.json``.  All that was
waiting is read, and then held by a single line, while everybody who said it is connected and hears how far it
came.  Somebody else asks PING all the time: as long as an answer takes is how long the reactor was held.
"""

from __future__ import annotations

import statistics
import threading
import time
from pathlib import Path

from imserver.storage.records import Draft

from .bounded import Bounded, Facts, Planted, past
from .caller import Caller
from .house import house
from .people import unserved

SPEAKERS = [f"u{number}" for number in range(2, 52)]
#: Seconds that the reactor may be held for others; and for all who said it to have heard.
HELD, HEARD = 0.050, 5.0
#: PINGs before the ACK, and after everybody has heard.
BEFORE, AFTER = 500, 100


def say(folder: Path, count: int) -> None:
    """Have each speaker say their part to alice while nobody serves."""
    with unserved(folder) as (database, _):
        for number in range(count):
            who = number % len(SPEAKERS)
            database.append(Draft(2 + who, SPEAKERS[who], frozenset([1]), "alice", f"message {number}"))


class Bystander(Caller):
    """Asks PING, and notes how long each answer takes."""

    def ping(self) -> float:
        """Ask once."""
        began = time.monotonic()
        self.say("PING")
        self.hear("OK PING")
        return time.monotonic() - began

    def ping_until(self, over: threading.Event, took: list[float]) -> None:
        """Ask until something is over, and some times more."""
        while not over.is_set():
            took.append(self.ping())
        took += [self.ping() for _ in range(AFTER)]


def measure(count: int, plant: str | None) -> Facts:
    """Read all that waits, then hold it by one line."""
    people = ["alice", *SPEAKERS, "bystander"]
    with house(people, lambda folder: say(folder, count), plant=plant) as running:
        callers = [Caller(running.port) for _ in SPEAKERS]
        for caller, name in zip(callers, SPEAKERS, strict=True):
            caller.come_in(name)
        alice, bystander = Caller(running.port), Bystander(running.port)
        last = alice.come_in("alice", "device=desk")
        bystander.come_in("bystander")
        for caller in callers:
            caller.hear(r"\* USER bystander online")  # the news of who came is over
        quiet = [bystander.ping() for _ in range(BEFORE)]
        meanwhile, over = list[float](), threading.Event()
        asking = threading.Thread(target=bystander.ping_until, args=(over, meanwhile), daemon=True)
        asking.start()
        began = time.monotonic()
        alice.say(f"ACK {last}")
        alice.hear("OK ACK")
        answered = time.monotonic() - began
        for caller in callers:
            caller.hear(r"\* RECEIPT message=\d+ delivered=1 ")
        heard = time.monotonic() - began
        over.set()
        asking.join()
    return {
        "messages": count,
        "speakers": len(SPEAKERS),
        "ok_ack_ms": round(answered * 1000, 1),
        "all_speakers_heard_ms": round(heard * 1000, 1),
        "ping_before_ms": _milliseconds(quiet),
        "ping_meanwhile_ms": _milliseconds(meanwhile),
    }


def _milliseconds(took: list[float]) -> dict[str, float]:
    return {"median": round(statistics.median(took) * 1000, 2), "most": round(max(took) * 1000, 1)}


def complaints(found: Facts) -> list[str]:
    """Say what took longer than it may."""
    return past(
        {
            "ms for an answer to PING": (found["ping_meanwhile_ms"]["most"], HELD * 1000),
            "ms for the news to all who spoke": (found["all_speakers_heard_ms"], HEARD * 1000),
        }
    )


PROOF = Bounded(
    "ACK",
    "ACK, one over all that waited",
    measure,
    complaints,
    (Planted("looked-up-by-the-reactor", 100_000),),
    tries=3,
)

if __name__ == "__main__":
    PROOF.alone(__doc__, messages=100_000)
