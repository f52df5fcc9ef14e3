"""What a stranger may say on the doorstep: not much, and nothing that is meant for another kind of house.

A page in a browser can have it connect to any port and send what looks like a request, with lines of
ours behind it.  So whoever begins like a browser is shown the door before a second line is read
(promise C8).
"""

from __future__ import annotations

import re

from improtocol.events import Bye
from improtocol.framing import Overlong

from .bounds import Bounds

#: How HTTP and WebSocket begin; and what a page may choose for a method still ends in the version.
_HTTP = re.compile(
    rb"(GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH|TRACE|CONNECT|PRI) \S|.* HTTP/[0-9](\.[0-9])?\Z", re.DOTALL
)
#: How TLS begins: the first byte of a ClientHello, which may never end a line.
_TLS = b"\x16"

NO_WEB = Bye("not-http", line="This is an instant messenger, and no web server.")
NO_TLS = Bye("not-tls", line="Nothing is encrypted here; connect without TLS.")
TOO_MUCH = Bye("too-much", 1, "That was much to say before logging in; come again, and do so.")


class Doorstep:
    """What one stranger has said so far."""

    __slots__ = ("_bounds", "_bytes", "_lines", "beyond")

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._bytes = 0
        self._lines = 0
        self.beyond = b""  #: what may not be read before a login

    def let_in(self, data: bytes) -> bytes:
        """Give as much of what came as may be read."""
        room = int(min(len(data), self._bounds.stranger_bytes - self._bytes))
        self._bytes += room
        self.beyond += data[room:]
        return data[:room]

    def first(self, data: bytes) -> Bye | None:
        """Look at the very first bytes; gives what to say if they are the last."""
        return NO_TLS if not self._bytes and data.startswith(_TLS) else None

    def line(self, line: bytes | Overlong) -> Bye | None:
        """Hear a line; gives what to say if it is the last."""
        self._lines += 1
        if self._lines == 1 and _HTTP.match(line.beginning if isinstance(line, Overlong) else line):
            return NO_WEB
        return TOO_MUCH if self._lines > self._bounds.stranger_lines else None
