"""One window a profile: whoever starts the program again is shown the one that is open."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IListeningPort
from twisted.internet.protocol import Factory, Protocol

FILE = "window"
#: Bytes that the system takes for a socket's place; in a deeper folder each start opens a window.
LONGEST = 100
#: Seconds for the one that is open to answer: it may be at work, but not stuck.
PATIENCE = 2.0
SHOWN = b"shown\n"


def come_forward(folder: Path) -> bool:
    """Ask the window of a profile to show itself; False: there is none."""
    if not hasattr(socket, "AF_UNIX"):
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.settimeout(PATIENCE)
        try:
            asking.connect(str(folder / FILE))
            return asking.recv(len(SHOWN)) == SHOWN
        except OSError:
            return False


class _Asked(Protocol):
    def __init__(self, show: Callable[[], object]) -> None:
        self._show = show

    def connectionMade(self) -> None:
        """Show the window, and say so."""
        self._show()
        assert self.transport is not None
        self.transport.write(SHOWN)
        self.transport.loseConnection()


class _Door(Factory):
    noisy = False

    def __init__(self, show: Callable[[], object]) -> None:
        self._show = show

    def buildProtocol(self, addr: object) -> _Asked:
        """Hear whoever comes."""
        return _Asked(self._show)


def listen(reactor: Any, folder: Path, show: Callable[[], object]) -> IListeningPort | None:
    """Show the window to whoever starts the program again; None: it cannot be heard here."""
    path = str(folder / FILE)
    if not hasattr(reactor, "listenUNIX") or len(path.encode()) > LONGEST:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    try:
        port: IListeningPort = reactor.listenUNIX(path, _Door(show), mode=0o600, wantPID=True)
    except (CannotListenError, OSError):
        return None
    return port
