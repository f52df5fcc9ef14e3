"""Notices that this computer is on another network than before, where the system tells it (Linux: netlink).

The kernel is listened to, never asked.  It also repeats itself (a router advertises an address each minute,
a wireless card scans): only a network card that comes or goes, or an address, is news.  Where there is no
netlink nothing is noticed, and the link finds out by itself.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from twisted.internet.interfaces import IDelayedCall, IReactorTime, IReadDescriptor
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

#: What is listened to (rtnetlink(7)): network cards, their IPv4 and their IPv6 addresses.
GROUPS = 0x1 | 0x10 | 0x100
NEW_LINK, DEL_LINK, NEW_ADDRESS, DEL_ADDRESS = 16, 17, 20, 21
#: The card is up, and there is somebody at the other end of its cable.
RUNNING = 0x40
#: Seconds until the news of one change have settled, and those over which clients that hear of the same one,
#: as when a switch is back, are spread.
SETTLED, SPREAD = 1.0, 2.0

#: So much is heard in one turn.
AT_ONCE = 32

_HEAD = struct.Struct("=IHHII")  # length, type, flags, sequence, sender
_LINK = struct.Struct("=BxHiII")  # family, type, index, flags, changed
_ADDRESS = struct.Struct("=BBBBI")  # family, prefix, flags, scope, index
_FIELD = struct.Struct("=HH")  # length, type
_IS_ADDRESS, _IS_LOCAL = 1, 2


class Network:
    """What is known of this computer's network; ``changed`` is called once a change, when it is over."""

    def __init__(self, clock: IReactorTime, random: Random, changed: Callable[[], object]) -> None:
        self._clock, self._random, self._changed = clock, random, changed
        self._links: dict[int, bool] = {}  # by the card's number: whether it runs
        self._addresses: set[tuple[int, bytes]] = set()
        self._telling: IDelayedCall | None = None

    def heard(self, data: bytes) -> None:
        """Take what the kernel says, and tell of it if it is news."""
        news = [self._is_news(kind, told) for kind, told in _messages(data)]
        if any(news):
            self.something()

    def something(self) -> None:
        """Tell that something is otherwise, once it has settled."""
        if self._telling is None:
            wait = SETTLED + self._random.uniform(0, SPREAD)
            self._telling = self._clock.callLater(wait, self._tell)

    def close(self) -> None:
        """Tell nothing more."""
        if self._telling is not None:
            self._telling.cancel()
            self._telling = None

    def _tell(self) -> None:
        self._telling = None
        self._changed()

    def _is_news(self, kind: int, told: bytes) -> bool:
        if kind in (NEW_LINK, DEL_LINK) and len(told) >= _LINK.size:
            _, _, index, flags, _ = _LINK.unpack_from(told)
            runs = kind == NEW_LINK and bool(flags & RUNNING)
            before = self._links.get(index, False)
            self._links[index] = runs
            return runs != before
        if kind in (NEW_ADDRESS, DEL_ADDRESS) and len(told) >= _ADDRESS.size:
            address = _ADDRESS.unpack_from(told)[4], _address_in(told)
            known = address in self._addresses
            (self._addresses.add if kind == NEW_ADDRESS else self._addresses.discard)(address)
            # One that goes may have been there before anybody listened.
            return not known if kind == NEW_ADDRESS else True
        return False


def _messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + _HEAD.size <= len(data):
        length, kind, _, _, _ = _HEAD.unpack_from(data, at)
        if length < _HEAD.size:
            return
        yield kind, data[at + _HEAD.size : at + length]
        at += (length + 3) & ~3


def _address_in(told: bytes) -> bytes:
    """Give the address of a card's own, not that of the other end."""
    found: dict[int, bytes] = {}
    at = _ADDRESS.size
    while at + _FIELD.size <= len(told):
        length, kind = _FIELD.unpack_from(told, at)
        if length < _FIELD.size:
            break
        found[kind] = told[at + _FIELD.size : at + length]
        at += (length + 3) & ~3
    return found.get(_IS_LOCAL) or found.get(_IS_ADDRESS, b"")


@implementer(IReadDescriptor)
class _Ear:
    """The socket at which the kernel is heard."""

    _log = Logger()

    def __init__(self, reactor: Any, network: Network) -> None:
        family: int = socket.AF_NETLINK  # type: ignore[attr-defined,unused-ignore]
        self._socket = socket.socket(family, socket.SOCK_RAW | socket.SOCK_CLOEXEC, 0)
        try:
            self._socket.setblocking(False)
            self._socket.bind((0, GROUPS))
        except OSError:
            self._socket.close()
            raise
        self._reactor, self._network = reactor, network
        reactor.addReader(self)

    def fileno(self) -> int:
        """Give the number of the socket."""
        return self._socket.fileno()

    def doRead(self) -> None:
        """Hear what there is."""
        try:
            for _ in range(AT_ONCE):
                self._network.heard(self._socket.recv(1 << 16))
        except BlockingIOError:
            pass
        except OSError:  # so much happened that the kernel did not keep all of it
            self._network.something()

    def connectionLost(self, reason: Failure) -> None:
        """Close."""
        self._network.close()
        self._socket.close()

    def logPrefix(self) -> str:
        """Name it in logs."""
        return "network"

    def close(self) -> None:
        """Listen no more."""
        self._reactor.removeReader(self)
        self._network.close()
        self._socket.close()


def listen(reactor: Any, random: Random, changed: Callable[[], object]) -> Callable[[], None]:
    """Listen from now on, where that is possible; give what ends it."""
    if not hasattr(socket, "AF_NETLINK") or not hasattr(reactor, "addReader"):
        return lambda: None
    try:
        return _Ear(reactor, Network(reactor, random, changed)).close
    except OSError:  # a sandbox may forbid it
        return lambda: None
