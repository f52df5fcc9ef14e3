"""One window a profile: whoever starts the program again is shown the one that is open."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from twisted.internet.error import CannotListenError
from twisted.internet.protocol import Factory, Protocol

FILE = "window"
#: Bytes that every system takes for a socket's place, and for the lock that Twisted makes beside it.
LONGEST = 100
#: Where Linux has what a process has opened, by its number; where it has not, each start in a deeper folder
#: opens a window.
OPENED = Path("/proc/self/fd")
#: Seconds for the one that is open to answer: it may be at work, but not stuck.
PATIENCE = 2.0
SHOWN = b"shown\n"


@contextmanager
def _place(folder: Path) -> Iterator[str]:
    """Give the socket's place, as short as it must be: of a deep folder it holds as long as this does."""
    if len(os.fsencode(folder / FILE)) <= LONGEST:
        yield str(folder / FILE)
        return
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield str(OPENED / str(opened) / FILE)
    finally:
        os.close(opened)


def come_forward(folder: Path) -> bool:
    """Ask the window of a profile to show itself; False: there is none."""
    if not hasattr(socket, "AF_UNIX"):
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.settimeout(PATIENCE)
        try:
            with _place(folder) as place:
                asking.connect(place)
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


def listen(reactor: Any, folder: Path, show: Callable[[], object]) -> None:
    """Show the window to whoever starts the program again, where that can be heard."""
    if not hasattr(reactor, "listenUNIX"):
        return
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as held, suppress(CannotListenError, OSError):
        reactor.listenUNIX(held.enter_context(_place(folder)), _Door(show), mode=0o600, wantPID=True)
        # The port takes its socket and its lock away when it ends.
        reactor.addSystemEventTrigger("after", "shutdown", held.pop_all().close)
