"""Somebody at a socket who says lines and waits for what is told; they know nothing of the server's codec."""

from __future__ import annotations

import re
import socket
import ssl
from contextlib import suppress

from .people import PASSWORD
from .running import HERE

#: Seconds until what is waited for will not come any more.
PATIENCE = 600.0


class Caller:
    """One connection, used by one thread."""

    def __init__(self, port: int, *, tls: bool = False) -> None:
        self._socket = socket.create_connection((HERE, port), PATIENCE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            self._socket = context.wrap_socket(self._socket)
        self._lines = self._socket.makefile("rb")

    def say(self, line: str) -> None:
        """Say a line, or several."""
        self._socket.sendall(f"{line}\n".encode())

    def hear(self, expected: str) -> str:
        """Read until a line begins with what matches; give what did."""
        while line := self._lines.readline():
            if found := re.match(expected, line.decode()):
                return found[0]
        raise EOFError(f"the server left before it said {expected!r}")

    def ask(self, line: str) -> str:
        """Say a line; give the OK, or the ERR."""
        self.say(line)
        return self.hear("(?:OK|ERR) .*")

    def come_in(self, name: str, keys: str = "") -> int:
        """Log in, and read what waits; give the number of the last of it."""
        self.say(f"LOGIN {name} {keys} :{PASSWORD}")
        return int(self.hear(r"\* LIVE \d+").rpartition(" ")[2])

    def leave(self) -> None:
        """Go without a word."""
        with suppress(OSError):
            self._lines.close()
            self._socket.close()
