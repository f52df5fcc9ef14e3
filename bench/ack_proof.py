"""One ACK over a hundred thousand messages: what it costs those who have nothing to do with it.

``python -m bench.ack_proof`` keeps ``evidence/ACK.json``.  All that was waiting is read, and then held by
a single line, while everybody who said it is connected and hears how far it came.  Somebody else asks PING
all the time: as long as an answer takes is how long the reactor was held.
"""

from __future__ import annotations

import argparse
import re
import socket
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

from imserver.storage.records import Draft

from .evidence import circumstances, write_evidence
from .people import PASSWORD, settle, unserved
from .running import HERE, Running

SPEAKERS = 50
#: Seconds that the reactor may be held for others; and for all who said it to have heard.
HELD, HEARD = 0.050, 5.0
_LIVE = re.compile(rb"^\* LIVE (\d+) ", re.MULTILINE)


def say(folder: Path, count: int) -> None:
    """Have each speaker say their part to alice while nobody serves."""
    with unserved(folder) as (database, _):
        for number in range(count):
            who = 2 + number % SPEAKERS
            database.append(Draft(who, f"u{who}", frozenset([1]), "alice", f"message {number}"))


def enter(port: int, name: str, keys: str = "") -> socket.socket:
    """Come in."""
    line = socket.create_connection((HERE, port), 60)
    line.sendall(f"LOGIN {name} {keys}:{PASSWORD}\n".encode())
    return line


def hear(line: socket.socket, expected: re.Pattern[bytes]) -> re.Match[bytes]:
    """Read until something is told."""
    heard = b""
    while (found := expected.search(heard)) is None:
        data = line.recv(1 << 20)
        assert data, heard[-200:]
        heard = heard[-200:] + data
    return found


class Bystander(threading.Thread):
    """Asks PING all the time, and notes how long each answer takes."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.took: list[float] = []
        self.ended = False
        self._line = enter(port, "bystander")
        hear(self._line, _LIVE)

    def run(self) -> None:
        """Ask."""
        while not self.ended:
            began = time.monotonic()
            self._line.sendall(b"PING\n")
            hear(self._line, re.compile(rb"OK PING\n"))
            self.took.append(time.monotonic() - began)
            time.sleep(0.001)


def measure(port: int) -> dict[str, object]:
    """Read all that waits, then hold it by one line."""
    speakers = [enter(port, f"u{who}") for who in range(2, 2 + SPEAKERS)]
    for speaker in speakers:
        hear(speaker, _LIVE)
    alice = enter(port, "alice", "device=desk ")
    last = hear(alice, _LIVE)[1]
    time.sleep(2)
    bystander = Bystander(port)
    bystander.start()
    time.sleep(2)
    quiet = list(bystander.took)
    began = time.monotonic()
    alice.sendall(b"ACK %s\n" % last)
    hear(alice, re.compile(rb"OK ACK "))
    answered = time.monotonic() - began
    for speaker in speakers:
        hear(speaker, re.compile(rb"\* RECEIPT message=\d+ delivered=1 "))
    heard = time.monotonic() - began
    time.sleep(1)
    bystander.ended = True
    bystander.join()
    meanwhile = bystander.took[len(quiet) :]
    return {
        "speakers": SPEAKERS,
        "ok_ack_ms": round(answered * 1000, 1),
        "all_speakers_heard_ms": round(heard * 1000, 1),
        "ping_before_ms": _milliseconds(quiet),
        "ping_meanwhile_ms": _milliseconds(meanwhile),
    }


def _milliseconds(took: list[float]) -> dict[str, float]:
    return {"median": round(statistics.median(took) * 1000, 2), "most": round(max(took) * 1000, 1)}


def prove(count: int, *, evidence: bool) -> bool:
    """Build it, measure, and judge."""
    around = circumstances()
    with tempfile.TemporaryDirectory() as folder:
        running = Running(Path(folder) / "data")
        settle(running.folder, ["alice", *(f"u{who}" for who in range(2, 2 + SPEAKERS)), "bystander"])
        say(running.folder, count)
        try:
            running.begin()
            running.wait_until_open()
            found = {"messages": count, **measure(running.port)}
        finally:
            running.stop()
    most = found["ping_meanwhile_ms"]["most"] / 1000  # type: ignore[index]
    held = most <= HELD and found["all_speakers_heard_ms"] / 1000 <= HEARD  # type: ignore[operator]
    print(f"One ACK over {count:,} messages: {found}{'' if held else ': NOT held'}", flush=True)
    if evidence:
        write_evidence("ACK", found, around)
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
