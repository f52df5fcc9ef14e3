"""A reactor in memory with ports: they lie where they were asked for, and a taken one is taken."""

from __future__ import annotations

import errno
import os
import queue
from collections.abc import Callable
from typing import Any

from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError
from twisted.internet.testing import MemoryReactorClock

#: Seconds until a test gives a thread up.
PATIENCE = 10.0
Place = IPv4Address | IPv6Address | UNIXAddress


class Port:
    """A port, and who would hear what comes in."""

    def __init__(self, place: Place, factory: Any) -> None:
        self.place, self.factory = place, factory
        self.open = True

    def getHost(self) -> Place:
        return self.place

    def stopListening(self) -> None:
        self.open = False


class Harbour(MemoryReactorClock):
    """Ports are opened in memory; what threads have to say waits until the test hears it."""

    def __init__(self) -> None:
        super().__init__()
        self.ports: list[Port] = []
        self.taken: dict[int, int] = {}  #: the number of the error that a port gives
        self.one_each = False  #: a number that is open is open for nobody else
        self._said: queue.Queue[Callable[[], object]] = queue.Queue()

    def listenTCP(self, port: int, factory: Any, backlog: int = 50, interface: str = "") -> Any:
        open_ = [other for other in self.ports if other.open and self.one_each]
        mine = {getattr(other.place, "port", 0) for other in open_}
        if number := self.taken.get(port) or (errno.EADDRINUSE if port and port in mine else 0):
            raise CannotListenError(interface, port, OSError(number, os.strerror(number)))
        kind = IPv6Address if ":" in interface else IPv4Address
        return self._opened(kind("TCP", interface or "0.0.0.0", port), factory)

    def listenUNIX(
        self, address: str, factory: Any, backlog: int = 50, mode: int = 0o666, wantPID: int = 0
    ) -> Any:
        return self._opened(UNIXAddress(address), factory)

    def _opened(self, place: Place, factory: Any) -> Port:
        self.ports.append(Port(place, factory))
        return self.ports[-1]

    def callFromThread(self, call: Callable[..., object], *args: Any, **keys: Any) -> None:
        self._said.put(lambda: call(*args, **keys))

    def wait_for(self, done: Deferred[Any]) -> None:
        """Turn until it has fired, however long a thread takes."""
        over: list[object] = []
        done.addBoth(over.append)
        self._due()
        while not over:
            self.turn()

    def turn(self, patience: float = PATIENCE) -> None:
        """Hear the next that a thread says, and do what follows; with little patience it may say nothing."""
        self._due()
        try:
            said = self._said.get(timeout=patience)
        except queue.Empty:
            if patience == PATIENCE:
                raise
            return
        said()
        self._due()

    def _due(self) -> None:
        """Do what is due."""
        while self.getDelayedCalls() and self.getDelayedCalls()[0].getTime() <= self.seconds():
            self.advance(0)
