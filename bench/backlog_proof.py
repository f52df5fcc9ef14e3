"""A8: somebody for whom a hundred thousand messages wait is cut off again and again, and reads them all.

``python -m bench.backlog_proof [--messages 100000] [--quick] [--plant DEFECT]`` keeps ``evidence/A8.json``.
"""

from __future__ import annotations

import socket
import time
from pathlib import Path

from imserver.storage.records import Draft

from .bounded import Bounded, Facts, Planted, past
from .house import house
from .people import PASSWORD, unserved
from .process import MIB, peak
from .running import HERE

#: Times that the line is cut on the way.
CUTS = 20
#: What the server may need for it, in MiB: eight, and what one more of the readers' threads takes if chance
#: has it begin only now.  And what it must do when the line allows, in messages a second.
MEMORY, RATE = 8.0 + 24.0, 5_000
ACK_EACH = 100
#: What waits for somebody who reads first: what any reader brings with it is no backlog's.
USUAL = 1_000


def say(folder: Path, count: int) -> None:
    """Have bob say so much to alice, and a little to carol, while nobody serves."""
    with unserved(folder) as (database, _):
        for number in range(count):
            database.append(Draft(2, "bob", frozenset([1]), "alice", f"message {number} of many"))
        for number in range(USUAL):
            database.append(Draft(2, "bob", frozenset([3]), "carol", f"message {number} of some"))


def read(port: int, most: int, texts: list[str], name: str = "alice") -> bool:
    """Log in and read so many, acknowledging; gives whether LIVE was reached."""
    with socket.create_connection((HERE, port), 30) as line:
        line.sendall(f"LOGIN {name} device=desk :{PASSWORD}\n".encode())
        rest, seen = b"", 0
        while data := line.recv(1 << 18):
            *lines, rest = (rest + data).split(b"\n")
            for told in lines:
                if told.startswith(b"* LIVE"):
                    return True
                if told.startswith(b"* MESSAGE"):
                    seen += 1
                    texts.append(told.partition(b" :")[2].decode())
                    if seen % ACK_EACH == 0:
                        line.sendall(b"ACK %s\n" % told.split(b" ", 3)[2])
            if seen >= most:
                return False
    return False


def measure(count: int, plant: str | None) -> Facts:
    """Build the backlog, and read it: cut off again and again, then to the end."""
    texts: list[str] = []
    with house(["alice", "bob", "carol"], lambda folder: say(folder, count), plant=plant) as running:
        for _ in range(CUTS):
            read(running.port, USUAL // CUTS // 2, [], "carol")
        before, began = peak(running.pid), time.monotonic()
        for _ in range(CUTS):
            read(running.port, count // CUTS // 2, texts)
        on_the_way, half = len(texts), time.monotonic()
        whole = read(running.port, 10 * count, texts)
        ended, grown = time.monotonic(), peak(running.pid) - before
    return {
        "messages": count,
        "cuts": CUTS,
        "told": len(texts),
        "all_in_order": list(dict.fromkeys(texts)) == [f"message {n} of many" for n in range(count)],
        "live": whole,
        "seconds": round(ended - began, 1),
        "messages_per_second_uncut": round((len(texts) - on_the_way) / (ended - half)),
        "memory_grown_mib": round(grown / MIB, 1),
    }


def complaints(found: Facts) -> list[str]:
    """Say what is not as promised."""
    told = past({"MiB that the server grew by": (found["memory_grown_mib"], MEMORY)})
    if not (found["all_in_order"] and found["live"]):
        told.append("not all was told in order, up to LIVE")
    if found["messages_per_second_uncut"] < RATE:
        told.append(f"{found['messages_per_second_uncut']} messages/s, {RATE} are promised")
    return told


PROOF = Bounded(
    "A8",
    "A8, a backlog is read",
    measure,
    complaints,
    (Planted("page-without-its-end", 2_000, quick=True), Planted("all-told-is-kept", 100_000)),
    tries=3,
)

if __name__ == "__main__":
    PROOF.alone(__doc__, messages=100_000)
