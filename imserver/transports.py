"""What lies under a connection, whatever is wrapped around it: TLS, or the line of a proxy."""

from __future__ import annotations

from typing import Any

from twisted.protocols.policies import ProtocolWrapper


def bare(transport: Any) -> Any:
    """Give the socket's own transport."""
    while isinstance(transport, ProtocolWrapper):
        transport = transport.transport
    return transport


def waiting(transport: Any) -> int:
    """Count the bytes that were written and that the socket has not taken yet."""
    own = bare(transport)
    kept = len(getattr(own, "dataBuffer", b"")) - getattr(own, "offset", 0)
    return kept + int(getattr(own, "_tempDataLen", 0))
