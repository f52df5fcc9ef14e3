"""How many messages a second the storage takes: each sender says its next when its last is on disk.

``python bench/storage_rate.py [--senders 200] [--seconds 5] [--url sqlite:///path]``
prints one line of JSON.  Without a URL it writes a file in a new folder of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
from contextlib import nullcontext
from dataclasses import dataclass, field

from twisted.internet import defer, task
from twisted.internet.interfaces import IReactorTime

from imserver.storage import open_storage
from imserver.storage.interface import Storage
from imserver.storage.records import Draft, Entry

BODY = "x" * 64


@dataclass
class Crowd:
    """Senders that each wait for the answer before they go on."""

    storage: Storage
    accounts: list[int]
    waits: list[float] = field(default_factory=list)
    commits: int = 0
    over: bool = False

    def begin(self) -> list[defer.Deferred[None]]:
        """Let all of them begin."""
        self.storage.committed = self._committed
        return [defer.ensureDeferred(self._send(which)) for which in range(len(self.accounts))]

    def _committed(self, _entries: tuple[Entry, ...]) -> None:
        self.commits += 1

    async def _send(self, which: int) -> None:
        account, count = self.accounts[which], 0
        while not self.over:
            count += 1
            to = self.accounts[(which + 1 + count * 7) % len(self.accounts)]
            draft = Draft(account, f"u{account}", frozenset({to}), f"u{to}", BODY, f"{os.getpid()}.{count}")
            asked = time.perf_counter()
            await self.storage.append(draft)
            self.waits.append(time.perf_counter() - asked)


async def measure(reactor: IReactorTime, url: str, senders: int, seconds: float) -> dict[str, object]:
    """Let them talk for a while and say how it went."""
    storage = open_storage(url, reactor=reactor, now=lambda: int(time.time() * 1000))
    storage.open()
    names = [f"u{os.getpid()}.{which}" for which in range(senders)]
    entries = await defer.gatherResults([storage.register(name, "") for name in names])
    crowd = Crowd(storage, [entry.account for entry in entries])
    began, cpu = time.perf_counter(), time.process_time()
    talking = crowd.begin()
    await task.deferLater(reactor, seconds)
    crowd.over = True
    await defer.gatherResults(talking)
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    await storage.close()
    crowd.waits.sort()
    count = len(crowd.waits)
    return {
        "database": url.partition(":")[0],
        "senders": senders,
        "messages_per_second": round(count / took),
        "messages_per_commit": round(count / crowd.commits),
        "cpu_us_per_message": round(cpu / count * 1e6, 1),
        "wait_ms_p50": round(crowd.waits[count // 2] * 1e3, 1),
        "wait_ms_p99": round(crowd.waits[count * 99 // 100] * 1e3, 1),
        "machine": f"{os.cpu_count()} x {platform.machine()}, Python {platform.python_version()}",
    }


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--senders", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--url")
    asked = parser.parse_args()

    async def run(reactor: IReactorTime) -> None:
        with nullcontext("") if asked.url else tempfile.TemporaryDirectory() as folder:
            url = asked.url or f"sqlite:///{folder}/im.db"
            print(json.dumps(await measure(reactor, url, asked.senders, asked.seconds)))

    task.react(run)


if __name__ == "__main__":
    main()
