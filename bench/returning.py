"""Thousands who are connected, lose their server and come back: each waits as `imclient` does."""

from __future__ import annotations

import re
import time
from random import Random
from typing import Any

from twisted.internet.defer import Deferred, TimeoutError
from twisted.internet.interfaces import IAddress, IConnector
from twisted.internet.protocol import ClientFactory, Protocol, connectionDone
from twisted.python.failure import Failure

from imclient.core.backoff import Backoff

from .people import PASSWORD
from .running import HERE

DEVICE = "desk"
_RETRY = re.compile(rb"retry-after=(\d+)")


class ShutOut(Exception):
    """Somebody is refused, and would be again."""


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
            said = line.split(b" :")[0]
            self._crowd.refused[said] = self._crowd.refused.get(said, 0) + 1
            if (again := _RETRY.search(said)) is not None:
                self._backoff.hint(float(again[1]))
            elif said.startswith(b"ERR"):
                self._crowd.shut_out()

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

    async def all_live(self, patience: float) -> bool:
        """Wait until everybody is there; False: it took too long, or some are shut out for good."""
        if self.live < len(self.clients):
            waiting = self._all_live = Deferred()
            try:
                await waiting.addTimeout(patience, self.reactor)
            except (TimeoutError, ShutOut):
                return False
        return True

    def shut_out(self) -> None:
        """Give up: what is refused without a word on when to ask again will be refused again."""
        if self._all_live is not None:
            waiting, self._all_live = self._all_live, None
            waiting.errback(ShutOut())
