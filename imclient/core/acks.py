"""When to say ACK: for what is on this device's disk, once a second or each hundred entries (R27)."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.python.failure import Failure

from improtocol.replies import Acked

#: The most entries, and the most seconds, that stay without an ACK while there is news.
ENTRIES, SECONDS = 100, 1.0

Say = Callable[[int], Deferred[Acked]]


class Acks:
    """How far the server was told that this device holds its stream."""

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._say: Say | None = None
        self._held = 0  # on disk up to here
        self._entries = 0  # that came since the last ACK
        self._last = -SECONDS
        self._later: IDelayedCall | None = None

    def begin(self, say: Say, held: int) -> None:
        """Say ACK on this session; what is held already is said soon, since its ACK may have been lost."""
        self.stop()
        self._say, self._held, self._entries = say, held, 0
        if held:
            self._soon()

    def stop(self) -> None:
        """Say none any more."""
        self._say = None
        if self._later is not None and self._later.active():
            self._later.cancel()
        self._later = None

    def kept(self, number: int) -> None:
        """Note that everything up to there is on disk."""
        if self._say is None or number <= self._held:
            return
        self._held = number
        self._entries += 1
        if self._entries >= ENTRIES:
            self._now()
        else:
            self._soon()

    def _soon(self) -> None:
        if self._later is None:
            due = self._last + SECONDS - self._clock.seconds()
            self._later = self._clock.callLater(max(0, due), self._now)

    def _now(self) -> None:
        if self._later is not None and self._later.active():
            self._later.cancel()
        self._later = None
        if self._say is not None:
            self._last, self._entries = self._clock.seconds(), 0
            self._say(self._held).addErrback(_no_matter)


def _no_matter(failure: Failure) -> None:
    """Pass over that an ACK was not taken: the next one says the same and more."""
