"""Somebody on a connection of their own, who types lines and reads what comes: at nc, or at a bare socket."""

from __future__ import annotations

import os
import select
import socket
import subprocess
import time
from collections import deque
from collections.abc import Callable

from .patience import LONG


class Typist:
    """Who types and reads, on the two ends of a pipe or on a socket."""

    def __init__(self, keyboard: int, screen: int, leave: Callable[[], None]) -> None:
        self._keyboard, self._screen = keyboard, screen
        self.leave = leave  #: be gone without a word
        self._lines: deque[str] = deque()
        self._rest = b""
        self.heard: list[str] = []  #: every line that was read

    def say(self, *lines: str) -> None:
        """Type lines."""
        os.write(self._keyboard, "".join(f"{line}\n" for line in lines).encode())

    def hear(self, within: float = LONG) -> str | None:
        """Give the next line; None if nothing comes, or the connection is closed."""
        deadline = time.monotonic() + within
        while not self._lines and self._read(max(0.0, deadline - time.monotonic())):
            pass
        if not self._lines:
            return None
        self.heard.append(self._lines.popleft())
        return self.heard[-1]

    def expect(self, beginning: str, within: float = LONG) -> str:
        """Read lines up to the first that begins so, and give it."""
        while (line := self.hear(within)) is not None:
            if line.startswith(beginning):
                return line
        raise AssertionError(f"no {beginning!r} among {self.heard}")

    def ask(self, line: str) -> str:
        """Type a line and give the OK or ERR to it."""
        verb = line.split(maxsplit=1)[0]
        self.say(line)
        while (heard := self.hear()) is not None:
            if heard.split()[:2] in (["OK", verb], ["ERR", verb]):
                return heard
        raise AssertionError(f"no answer to {line!r} among {self.heard}")

    def come_in(self, name: str, password: str = "correct horse", *, keys: str = "") -> None:
        """Register and log in; the name may be registered already."""
        self.ask(f"REGISTER {name} :{password}")
        answer = self.ask(f"LOGIN {name} {keys} :{password}")
        assert answer.startswith("OK"), answer
        self.expect("* LIVE")

    def rest(self) -> list[str]:
        """Read until the server closes the connection."""
        read = []
        while (line := self.hear()) is not None:
            read.append(line)
        if self._read(0.0) is None:
            raise AssertionError(f"the connection stays open after {read}")
        return read

    def _read(self, within: float) -> bool | None:
        """Read what there is: whether there was something; None if nothing comes yet."""
        readable, _, _ = select.select([self._screen], [], [], within)
        if not readable:
            return None
        data = os.read(self._screen, 65536)
        *lines, self._rest = (self._rest + data).split(b"\n")
        self._lines.extend(line.decode() for line in lines)
        return bool(data)


def at_socket(host: str, port: int) -> Typist:
    """Connect."""
    connection = socket.create_connection((host, port), timeout=LONG)
    return Typist(connection.fileno(), connection.fileno(), connection.close)


def at_nc(host: str, port: int) -> Typist:
    """Start an nc, a process of its own."""
    nc = subprocess.Popen(
        ["nc", host, str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, process_group=0
    )
    assert nc.stdin is not None and nc.stdout is not None
    keyboard, screen = nc.stdin, nc.stdout

    def leave() -> None:
        nc.kill()
        nc.wait(LONG)
        keyboard.close()
        screen.close()

    return Typist(keyboard.fileno(), screen.fileno(), leave)
