"""Twisted's factory of connections, and all of them."""

from __future__ import annotations

from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory

from .connection import Connection
from .shared import Shared


class Server(Shared[Connection], Factory):
    """All connections, what they share, and what makes them."""

    noisy = False

    def buildProtocol(self, addr: IAddress | None) -> Connection:
        """Make a connection."""
        return Connection(self, self.number())
