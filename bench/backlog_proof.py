"""A8: somebody for whom a hundred thousand messages wait is cut off again and again, and reads them all.

``python -m bench.backlog_proof --messages 100000`` keeps ``evidence/A8.json``.
"""

from __future__ import annotations

import argparse
import socket
import sys
import tempfile
import time
from pathlib import Path

from imserver.storage.records import Draft

from .evidence import circumstances, write_evidence
from .people import PASSWORD, settle, unserved
from .return_proof import memory_of
from .running import HERE, Running

#: Times that the line is cut on the way.
CUTS = 20
#: What the server may need for it, in MiB: eight, and what one more of the readers' threads takes if chance
#: has it begin only now.  And what it must do when the line allows, in messages a second.
MEMORY, RATE = 8.0 + 24.0, 5_000
ACK_EACH = 100


def say(folder: Path, count: int) -> None:
    """Have bob say so much to alice while nobody serves."""
    with unserved(folder) as (database, _):
        for number in range(count):
            database.append(Draft(2, "bob", frozenset([1]), "alice", f"message {number} of many"))


def read(port: int, most: int, texts: list[str], name: str) -> bool:
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


def come_and_go(port: int, count: int, texts: list[str], name: str) -> tuple[int, float, bool]:
    """Be cut off again and again, then read to the end.

    Gives how much was told until then, when that was, and whether LIVE came.
    """
    for _ in range(CUTS):
        read(port, count // CUTS // 2, texts, name)
    on_the_way, half = len(texts), time.monotonic()
    return on_the_way, half, read(port, 10 * count, texts, name)


def prove(count: int, *, evidence: bool) -> bool:
    """Build the backlog, read it, and judge."""
    around = circumstances()
    with tempfile.TemporaryDirectory() as folder:
        running = Running(Path(folder) / "data")
        settle(running.folder, ["alice", "bob"])
        say(running.folder, count)
        try:
            running.begin()
            running.wait_until_open()
            come_and_go(running.port, count, [], "bob")  # what any reader brings with it is no backlog's
            before = memory_of(running.pid)
            texts: list[str] = []
            began = time.monotonic()
            on_the_way, half, whole = come_and_go(running.port, count, texts, "alice")
            ended = time.monotonic()
            grown = memory_of(running.pid) - before
        finally:
            running.stop()
    wanted = [f"message {number} of many" for number in range(count)]
    first = list(dict.fromkeys(texts))
    rate = (len(texts) - on_the_way) / (ended - half)
    found: dict[str, object] = {
        "messages": count,
        "cuts": CUTS,
        "told": len(texts),
        "all_in_order": first == wanted,
        "live": whole,
        "seconds": round(ended - began, 1),
        "messages_per_second_uncut": round(rate),
        "memory_grown_mib": round(grown, 1),
    }
    held = whole and first == wanted and grown <= MEMORY and rate >= RATE
    print(f"A8, {count:,} waited: {found}{'' if held else ': NOT held'}", flush=True)
    if evidence:
        write_evidence("A8", found, around)
    return held


def main() -> None:
    """Do it once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--no-evidence", action="store_true")
    options = parser.parse_args()
    sys.exit(0 if prove(options.messages, evidence=not options.no_evidence) else 1)


if __name__ == "__main__":
    main()
