"""A network in memory: bytes go when the test says so, and a wire can be cut after any byte."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost, ConnectionRefusedError
from twisted.internet.interfaces import IProtocolFactory, IStreamClientEndpoint, ITransport
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from zope.interface import implementer

_PLACE = IPv4Address("TCP", "127.0.0.1", 12000)


@implementer(ITransport)
class End:
    """One end of a wire."""

    bufferSize = 0

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.protocol: Any = None
        self.out = b""
        self.paused = False
        self.closing = False

    def write(self, data: bytes) -> None:
        """Queue bytes for the other end."""
        if not self.closing and not self.wire.over:
            self.out += data

    def writeSequence(self, data: Any) -> None:
        """Queue several."""
        self.write(b"".join(data))

    def loseConnection(self) -> None:
        """Close when all is written."""
        self.closing = True

    def abortConnection(self) -> None:
        """Close at once, which is told in the next turn."""
        self.wire.aborted = True

    @property
    def disconnecting(self) -> bool:
        """Whether it is closing."""
        return self.closing

    def pauseProducing(self) -> None:
        """Take no bytes."""
        self.paused = True

    def resumeProducing(self) -> None:
        """Take bytes again."""
        self.paused = False

    def stopProducing(self) -> None:
        """Close."""
        self.loseConnection()

    def registerProducer(self, producer: object, streaming: bool) -> None:
        """Have nothing to say to a producer: nothing is ever full here."""

    def unregisterProducer(self) -> None:
        """Forget it."""

    def getPeer(self) -> IPv4Address:
        """Give an address."""
        return _PLACE

    def getHost(self) -> IPv4Address:
        """Give an address."""
        return _PLACE


class Wire:
    """A connection: two ends, and how many bytes may still go over it."""

    def __init__(self, budget: int | None) -> None:
        self.over = False
        self.aborted = False
        self.budget = budget
        self.carried = 0
        self.client, self.server = End(self), End(self)

    def begin(self, client: Any, server: Any) -> None:
        """Tell both protocols that they are connected."""
        self.client.protocol, self.server.protocol = client, server
        server.makeConnection(self.server)
        client.makeConnection(self.client)

    def carry(self) -> bool:
        """Bring what was written to the other ends; say whether there was anything."""
        if self.aborted and not self.over:
            self.cut(ConnectionAborted())
            return True
        return any([self._carry(self.client, self.server), self._carry(self.server, self.client)])

    def _carry(self, source: End, target: End) -> bool:
        if self.over or (not source.out and not source.closing):
            return False
        if target.paused and source.out:
            return False
        data, source.out = source.out, b""
        if self.budget is not None:
            data = data[: max(0, self.budget - self.carried)]
        self.carried += len(data)
        if data:
            target.protocol.dataReceived(data)
        if self.budget is not None and self.carried >= self.budget:
            self.cut(ConnectionLost())
        elif source.closing and not source.out:
            self.cut(ConnectionDone())
        return True

    def cut(self, reason: Exception) -> None:
        """End it for both."""
        if not self.over:
            self.over = True
            for end in (self.client, self.server):
                end.protocol.connectionLost(Failure(reason))


class Net:
    """Everything a client can reach."""

    def __init__(self, clock: Clock, serve: Callable[[], Any] | None = None) -> None:
        self.clock = clock
        self.serve = serve  #: builds the server's protocol; None: nobody listens
        self.trouble: Exception | None = None  #: what an attempt fails with instead
        self.silent = False  #: an attempt gets no answer at all
        self.wires: list[Wire] = []
        self.attempts = 0
        self.budgets: list[int] = []  #: for the next wires: cut after so many bytes

    def reach(self, host: str, port: int) -> IStreamClientEndpoint:
        """Give the way to a server."""
        return _Way(self)

    @property
    def wire(self) -> Wire:
        """The newest wire."""
        return self.wires[-1]

    def connect(self, factory: IProtocolFactory) -> Deferred[Any]:
        """Connect, or not."""
        self.attempts += 1
        if self.silent:
            return Deferred()
        if self.trouble is not None or self.serve is None:
            return fail(self.trouble or ConnectionRefusedError())
        wire = Wire(self.budgets.pop(0) if self.budgets else None)
        client, server = factory.buildProtocol(_PLACE), self.serve()
        assert client is not None
        self.wires.append(wire)
        wire.begin(client, server)
        return succeed(client)

    def settle(self) -> None:
        """Let everything happen that needs no time."""
        for _ in range(10_000):
            due = self.clock.calls and self.clock.calls[0].getTime() <= self.clock.seconds()
            self.clock.advance(0)
            carried = [wire.carry() for wire in self.wires]
            self.wires = [wire for wire in self.wires if not wire.over] or self.wires[-1:]
            if not due and not any(carried):
                return
        raise AssertionError("it never settles")

    def wait(self, seconds: float, step: float = 0.25) -> None:
        """Let time pass."""
        self.settle()
        for _ in range(round(seconds / step)):
            self.clock.advance(step)
            self.settle()


@implementer(IStreamClientEndpoint)
class _Way:
    def __init__(self, net: Net) -> None:
        self._net = net

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[Any]:
        return self._net.connect(protocolFactory)
