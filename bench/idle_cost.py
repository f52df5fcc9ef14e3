"""What a server costs to which nobody speaks: at most 90 MB of memory and 0.2 % of a core.

``python -m bench.idle_cost [--seconds 180] [--keep]``

Four real servers stand beside each other for some minutes: as it comes, with counts shown to Prometheus, with
TLS, and with a hundred people logged in who say nothing.  Each has been spoken to before, so that what is
loaded only then is there.
"""

from __future__ import annotations

import argparse
import os
import re
import socket
import ssl
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from .evidence import circumstances, write_evidence
from .people import PASSWORD, settle
from .running import HERE, Running, free_port

#: What an idle server may take.
MEMORY, PROCESSOR = 90e6, 0.002
#: Seconds after the last word until it counts as idle: timers of its beginning are over by then.
QUIET = 15
GUESTS = [f"guest{number}" for number in range(100)]
TICK = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Setting:
    """A way to run a server."""

    name: str
    words: tuple[str, ...] = ()
    tls: bool = False
    guests: int = 1


SETTINGS = (
    Setting("plain"),
    Setting("metrics", ("--metrics", "tcp:{port}:interface=127.0.0.1")),
    Setting("tls", ("--listen", "ssl:{port}:interface=127.0.0.1"), tls=True),
    Setting("hundred", guests=100),
)


class House:
    """A server in one of the settings, and who is there."""

    def __init__(self, setting: Setting, folder: Path, stack: ExitStack) -> None:
        self.setting = setting
        settle(folder, GUESTS[: setting.guests])
        self._running = Running(folder)
        port = free_port()
        self._running.more = [word.format(port=port) for word in setting.words]
        self._running.begin()
        stack.callback(self._running.kill)
        self._running.wait_until_open()
        for name in GUESTS[: setting.guests]:
            stack.callback(self._enter(name, port if setting.tls else self._running.port).close)

    def _enter(self, name: str, port: int) -> socket.socket:
        wire = socket.create_connection((HERE, port), timeout=60)
        if self.setting.tls:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            wire = context.wrap_socket(wire)
        wire.sendall(f"LOGIN {name} :{PASSWORD}\n".encode())
        heard = b""
        while b"* LIVE" not in heard:
            heard += wire.recv(65536)
        return wire

    def processor(self) -> float:
        """Give the seconds of processor it has had."""
        told = Path(f"/proc/{self._running.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(told[11]) + int(told[12])) * TICK

    def memory(self) -> dict[str, int]:
        """Give its bytes in memory: all, and its share of what it has together with others."""
        told = Path(f"/proc/{self._running.pid}/smaps_rollup").read_text()
        return {
            name.lower(): int(size) * 1024 for name, size in re.findall(r"^(Rss|Pss): +(\d+) kB", told, re.M)
        }


def measure(seconds: float) -> dict[str, dict[str, float]]:
    """Let all of them stand idle together; give what each took."""
    with tempfile.TemporaryDirectory(prefix="imserver-idle-") as folder, ExitStack() as stack:
        houses = [House(setting, Path(folder) / setting.name, stack) for setting in SETTINGS]
        time.sleep(QUIET)
        before, began = [house.processor() for house in houses], time.monotonic()
        time.sleep(seconds)
        took = time.monotonic() - began
        return {
            house.setting.name: {
                **house.memory(),
                "processor": round((house.processor() - earlier) / took, 6),
            }
            for house, earlier in zip(houses, before, strict=True)
        }


def main() -> None:
    """Measure; the exit status says whether all kept within the bounds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--keep", action="store_true", help="keep what was found as evidence")
    asked = parser.parse_args()
    around = circumstances()
    found = measure(asked.seconds)
    for name, took in found.items():
        print(
            f"{name}: {took['rss'] / 1e6:.1f} MB ({took['pss'] / 1e6:.1f}), {took['processor']:.3%} of a core"
        )
    if asked.keep:
        write_evidence("idle", {"seconds": asked.seconds, **found}, around)
    if any(took["rss"] > MEMORY or took["processor"] > PROCESSOR for took in found.values()):
        sys.exit(1)


if __name__ == "__main__":
    main()
