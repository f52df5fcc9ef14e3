"""Connections that a proxy passes on: they begin when it has said whose they are."""

from __future__ import annotations

from typing import Any

from twisted.internet.interfaces import IProtocolFactory
from twisted.internet.protocol import Protocol
from twisted.protocols.haproxy._wrapper import HAProxyProtocolWrapper, HAProxyWrappingFactory
from twisted.protocols.policies import WrappingFactory


class _Kept(Protocol):
    """What came behind the proxy's line, in the same packet."""

    data = b""

    def dataReceived(self, data: bytes) -> None:
        """Keep it."""
        self.data += data


class Proxied(HAProxyProtocolWrapper):
    """One connection through a proxy.

    Twisted's begins before the proxy has said anything, so that everybody would seem to come from the
    proxy, and nobody could be counted by where they come from.
    """

    def __init__(self, factory: WrappingFactory[Any], wrappedProtocol: Any) -> None:
        self._kept = _Kept()
        super().__init__(factory, self._kept)
        self._connection = wrappedProtocol

    def dataReceived(self, data: bytes) -> None:
        """Wait for the proxy's line, then begin."""
        super().dataReceived(data)
        if self._proxyInfo is not None and self.wrappedProtocol is self._kept:
            self.wrappedProtocol = self._connection
            self._connection.makeConnection(self)
            if self._kept.data:
                self._connection.dataReceived(self._kept.data)


class ProxiedFactory(HAProxyWrappingFactory):
    """Takes the proxy's line off each connection of another factory."""

    protocol: type[HAProxyProtocolWrapper] = Proxied
    noisy = False

    def __init__(self, factory: IProtocolFactory) -> None:
        super().__init__(factory)  # type: ignore[no-untyped-call]
