"""What a BACKUP of a running server costs those who send meanwhile: how long each SEND waits for its OK.

``python -m bench.backup_latency [--entries 300000] [--rate 200] [--keep]`` prints one line of JSON: the waits
while nothing else is done, and while backups are made one behind the other.
"""

from __future__ import annotations

import argparse
import json
import socket
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

from imserver.storage.records import Draft

from .evidence import write_evidence
from .people import CHEAP, PASSWORD, settle, unserved
from .running import HERE, TWISTD, Running

#: Entries that are stored in one go.
AT_ONCE = 5000
BODY = "x" * 300


class Typist:
    """Somebody who says a line and waits for its answer."""

    def __init__(self, port: int, name: str) -> None:
        self._socket = socket.create_connection((HERE, port), 60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self._socket.makefile("rb")
        self.ask(f"LOGIN {name} :{PASSWORD}")

    def ask(self, line: str) -> str:
        """Say a line; give the OK, or the ERR."""
        self._socket.settimeout(600)
        self._socket.sendall(f"{line}\n".encode())
        while True:
            heard = self._file.readline().decode()
            if not heard or heard.startswith(("OK ", "ERR ")):
                return heard.strip()

    def leave(self) -> None:
        """Go."""
        with suppress(OSError):
            self._socket.close()


def fill(folder: Path, entries: int) -> int:
    """Have two people with much between them; give the database's bytes."""
    settle(folder, ["ada", "bob"], hasher=CHEAP)
    with unserved(folder) as (database, done):
        database.set_administrator(1, True)
        for begin in range(0, entries, AT_ONCE):
            for n in range(begin, min(begin + AT_ONCE, entries)):
                database.append(Draft(2, "bob", frozenset({1}), "ada", BODY, f"r{n}"))
            done()
    return (folder / "imserver.db").stat().st_size


def waits(typist: Typist, rate: float, seconds: float, over: threading.Event) -> list[float]:
    """Send so many a second, and measure, until it is over."""
    found, due, end = [], time.monotonic(), time.monotonic() + seconds
    while time.monotonic() < end and not over.is_set():
        time.sleep(max(0.0, due - time.monotonic()))
        due = max(due + 1 / rate, time.monotonic() - 1)
        began = time.perf_counter()
        answer = typist.ask("SEND * :hello")
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


def measure(entries: int, rate: float, seconds: float) -> dict[str, object]:
    """Have a server, and look."""
    with tempfile.TemporaryDirectory(prefix="imserver-bench-") as place:
        running = Running(Path(place, "data"))
        size = fill(running.folder, entries)
        running.begin(TWISTD)
        try:
            running.wait_until_open()
            bob, ada = Typist(running.port, "bob"), Typist(running.port, "ada")
            never = threading.Event()
            waits(bob, rate, 2, never)
            alone = waits(bob, rate, seconds, never)
            over, said = threading.Event(), []

            def back_up() -> None:
                said.append(ada.ask("BACKUP"))
                over.set()

            asking = threading.Thread(target=back_up)
            asking.start()
            meanwhile = waits(bob, rate, 600, over)
            asking.join()
            for typist in (bob, ada):
                typist.leave()
        finally:
            running.stop()
        return {
            "entries": entries,
            "database_bytes": size,
            "rate": rate,
            "backup": said[0].partition(" bytes=")[2],
            "alone": shown(alone),
            "meanwhile": shown(meanwhile),
        }


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=300_000)
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--keep", action="store_true", help="keep it in bench/evidence")
    given = parser.parse_args()
    found = measure(given.entries, given.rate, given.seconds)
    print(json.dumps(found))
    if given.keep:
        write_evidence("backup-latency", found)


if __name__ == "__main__":
    main()
