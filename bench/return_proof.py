"""B7: the server is killed with thousands connected, and all come back: how soon, and what it costs.

``python -m bench.return_proof --clients 10000`` has everybody come back by a token, then again by the
password, hashed as for people.  A client waits as `imclient` does.  Keeps ``evidence/B7.json``.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from argon2 import PasswordHasher
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress, IConnector
from twisted.internet.protocol import ClientFactory, Protocol, connectionDone
from twisted.internet.task import deferLater, react
from twisted.python.failure import Failure

from imclient.core.backoff import Backoff
from imserver.portal.passwords import OWASP
from imserver.portal.tokens import kept_of

from .evidence import circumstances, write_evidence
from .people import CHEAP, PASSWORD, settle
from .running import HERE, Running

#: Seconds from the kill in which 99 of 100 are back.
PROMISED = 30.0
#: Seconds after which it is given up.
PATIENCE = 300.0
DEVICE = "desk"


class Line(Protocol):
    """A connection of a client's."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._rest = b""

    def connectionMade(self) -> None:
        """Come in."""
        assert self.transport is not None
        self.transport.write(self._client.login())

    def dataReceived(self, data: bytes) -> None:
        """Look for what matters; the news of thousands is passed over."""
        self._client.bytes += len(data)
        if self._client.live:
            return
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._client.heard(line)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Come back later."""
        self._client.lost()


class Way(ClientFactory[Line]):
    """An attempt."""

    noisy = False

    def __init__(self, client: Client) -> None:
        self._client = client

    def buildProtocol(self, addr: IAddress | None) -> Line:
        """Make the connection."""
        return Line(self._client)

    def clientConnectionFailed(self, connector: IConnector, reason: Failure) -> None:
        """Come back later."""
        self._client.lost()


class Client:
    """Somebody who is connected, and comes back."""

    def __init__(self, crowd: Crowd, name: str, token: str | None) -> None:
        self._crowd = crowd
        self._name = name
        self._token = token
        self._backoff = Backoff(crowd.random)
        self.live = False
        self.bytes = 0
        self.position = 0

    def connect(self) -> None:
        """Try."""
        self._crowd.attempts += 1
        self._crowd.reactor.connectTCP(HERE, self._crowd.port, Way(self))

    def login(self) -> bytes:
        """Say how it comes in."""
        since = f"since={self.position} epoch={self._crowd.epoch}" if self.position else ""
        proof = f"token={self._token}" if self._token else f":{PASSWORD}"
        return f"LOGIN {self._name} device={DEVICE} {since} {proof}\n".encode()

    def heard(self, line: bytes) -> None:
        """Take a line."""
        if line.startswith(b"OK LOGIN"):
            facts = dict(word.split("=", 1) for word in line.decode().split(" ") if "=" in word)
            self._crowd.epoch = facts["epoch"]
            self._token = facts.get("token", self._token)
        elif line.startswith(b"* LIVE"):
            self.live = True
            self.position = int(line.split(b" ")[2])
            self._backoff.well()
            self._crowd.came_back()
        elif line.startswith((b"ERR", b"* BYE")):
            self._crowd.refused[line.split(b" :")[0]] = self._crowd.refused.get(line.split(b" :")[0], 0) + 1
            for word in line.split(b" "):
                if word.startswith(b"retry-after="):
                    self._backoff.hint(float(word.partition(b"=")[2]))

    def lost(self) -> None:
        """Wait, as `imclient` does."""
        self._crowd.live -= self.live
        self.live = False
        if not self._crowd.over:
            self._crowd.reactor.callLater(self._backoff.next(), self.connect)


class Crowd:
    """All of them."""

    def __init__(self, reactor: Any, port: int, tokens: dict[str, str | None]) -> None:
        self.reactor = reactor
        self.port = port
        self.random = Random(0)
        self.epoch = ""
        self.live = 0
        self.attempts = 0
        self.refused: dict[bytes, int] = {}
        self.over = False
        self.moments: list[float] = []
        self.clients = [Client(self, *one) for one in tokens.items()]
        self._all_live: Deferred[None] | None = None

    def came_back(self) -> None:
        """Count one more."""
        self.live += 1
        self.moments.append(time.monotonic())
        if self.live == len(self.clients) and self._all_live is not None:
            waiting, self._all_live = self._all_live, None
            waiting.callback(None)

    async def all_live(self) -> bool:
        """Wait until everybody is there; False: it took too long."""
        if self.live < len(self.clients):
            waiting = self._all_live = Deferred()
            try:
                await waiting.addTimeout(PATIENCE, self.reactor)
            except Exception:
                return False
        return True


def memory_of(pid: int) -> float:
    """Give a process's resident memory in MiB."""
    (line,) = (s for s in Path(f"/proc/{pid}/status").read_text().splitlines() if s.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


@contextmanager
def house(names: list[str], hasher: PasswordHasher, tokens: dict[str, str | None]) -> Iterator[Running]:
    """A server with people in it, who have these tokens."""
    with tempfile.TemporaryDirectory() as folder:
        running = Running(Path(folder) / "data")
        kept = {name: kept_of(token) for name, token in tokens.items() if token is not None}
        settle(running.folder, names, long_ago=True, hasher=hasher, tokens=kept, device=DEVICE)
        try:
            yield running
        finally:
            running.stop()


async def outage(reactor: Any, count: int, by_token: bool, say: Callable[[str], None]) -> dict[str, object]:
    """Kill the server with everybody connected, start it again, and see them come back."""
    names = [f"user{number}" for number in range(count)]
    tokens = {name: secrets.token_urlsafe(32) if by_token else None for name in names}
    with house(names, CHEAP if by_token else OWASP, tokens) as running:
        running.begin()
        running.wait_until_open()
        crowd = Crowd(reactor, running.port, tokens)
        for client in crowd.clients:
            reactor.callLater(crowd.random.uniform(0, count / 500), client.connect)
        everybody = await crowd.all_live()
        say(f"{crowd.live:,} of {count:,} are connected")
        await deferLater(reactor, 2, lambda: None)
        before = memory_of(running.pid)
        crowd.moments.clear()
        crowd.attempts = 0
        killed = time.monotonic()
        running.kill()
        running.begin()
        while crowd.live:  # until it has been noticed
            await deferLater(reactor, 0.01, lambda: None)
        back = everybody and await crowd.all_live()
        after = memory_of(running.pid)
        crowd.over = True
        waits = sorted(moment - killed for moment in crowd.moments)
        needed = waits[max(0, count * 99 // 100 - 1)] if len(waits) >= count * 99 // 100 else None
    return {
        "clients": count,
        "by": "token" if by_token else "password",
        "everybody_back": back,
        "seconds_to_half": round(waits[len(waits) // 2], 1) if waits else None,
        "seconds_to_99_percent": None if needed is None else round(needed, 1),
        "seconds_to_all": round(waits[-1], 1) if back else None,
        "attempts": crowd.attempts,
        "refused": {code.decode(): number for code, number in crowd.refused.items()},
        "memory_before_mib": round(before, 1),
        "memory_after_mib": round(after, 1),
    }


async def prove(reactor: Any, count: int, by: str, *, evidence: bool) -> bool:
    """Say whether everybody came back, and by token in time."""
    around = circumstances()
    found = await outage(reactor, count, by == "token", lambda sentence: print(f"    {sentence}"))
    in_time = float(str(found["seconds_to_99_percent"] or "inf")) <= PROMISED
    held = found["everybody_back"] is True and (by == "password" or in_time)
    print(
        f"B7, {count:,} return after a kill by {by}: half in {found['seconds_to_half']} s, 99 of 100 in "
        f"{found['seconds_to_99_percent']} s, all in {found['seconds_to_all']} s, "
        f"{found['memory_after_mib']} MiB{'' if held else ': NOT held'}",
        flush=True,
    )
    if evidence:
        write_evidence("B7" if by == "token" else "B7-passwords", found, around)
    return held


def main() -> None:
    """Do it, and keep what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=10_000)
    parser.add_argument("--by", choices=("token", "password"), default="token")
    parser.add_argument("--no-evidence", action="store_true")
    options = parser.parse_args()

    async def run(reactor: Any) -> None:
        if not await prove(reactor, options.clients, options.by, evidence=not options.no_evidence):
            sys.exit(1)

    react(run)


if __name__ == "__main__":
    main()
