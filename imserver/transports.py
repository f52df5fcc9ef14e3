"""What lies under a connection, whatever is wrapped around it: TLS, or the line of a proxy."""

from __future__ import annotations

import math
import socket
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


def notice_the_dead(transport: Any, silence: float) -> None:
    """Have the kernel find within so many seconds a peer that is gone without a word (promise D8)."""
    own = bare(transport)
    handle = getattr(own, "getHandle", lambda: None)()
    if not isinstance(handle, socket.socket) or handle.family == socket.AF_UNIX:
        return
    own.setTcpNoDelay(True)
    if math.isinf(silence):
        return
    own.setTcpKeepAlive(True)
    # It is asked after two thirds of that time, three times; what is sent is confirmed in one third.
    wanted = {
        "TCP_KEEPIDLE": silence * 2 / 3,
        "TCP_KEEPINTVL": silence / 9,
        "TCP_KEEPCNT": 3,
        "TCP_USER_TIMEOUT": silence * 1000 / 3,
    }
    for name, value in wanted.items():
        if (option := getattr(socket, name, None)) is not None:
            handle.setsockopt(socket.IPPROTO_TCP, option, max(1, int(value)))
