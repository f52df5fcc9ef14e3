"""Where hands are shaken: so many at once as there is room for; the others wait outside, unread.

Until somebody has said something to an encrypted port they cost next to nothing.  From their first byte on
OpenSSL holds up to 55 KiB ready for them, until the handshake is done, and half of it after.  For a thousand
who never finish that is too much, so only some shake hands at once (promise B1).  What the others say waits
in the kernel.

Programs are through in a moment, so a crowd of them passes in order.  Whoever lingers while others wait has
to go, the first first; so nobody keeps others out by standing there.
"""

from __future__ import annotations

from typing import Protocol

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from .bounds import Bounds

#: Seconds a handshake may take while others wait: many round trips, and any turn of a busy server.
LINGERS = 5.0


class Visitor(Protocol):
    """A connection, as much of it as is dealt with here."""

    def hear(self) -> None:
        """Begin to read: there is a place."""

    def make_way(self) -> None:
        """Go at once."""


class Vestibule:
    """Who has a place, since when, and who waits for one; both in the order in which they came."""

    def __init__(self, clock: IReactorTime, bounds: Bounds) -> None:
        self._clock = clock
        self._bounds = bounds
        self._since: dict[Visitor, float] = {}
        self._leaving: set[Visitor] = set()  # who had to go, and is not gone yet
        self._waiting: dict[Visitor, None] = {}
        self._timer: IDelayedCall | None = None

    def __len__(self) -> int:
        return len(self._since) + len(self._leaving)

    def come(self, visitor: Visitor) -> None:
        """Have somebody who has spoken heard, now or when there is a place."""
        self._waiting[visitor] = None
        self._go_on()

    def leave(self, visitor: Visitor) -> None:
        """Note that somebody is gone, or is through."""
        self._waiting.pop(visitor, None)
        self._leaving.discard(visitor)
        self._since.pop(visitor, None)
        self._go_on()

    def _go_on(self) -> None:
        """Hear as many as there are places for; if more wait, make room for them as soon as may be."""
        while self._waiting and len(self) < self._bounds.handshakes:
            visitor = next(iter(self._waiting))
            del self._waiting[visitor]
            self._since[visitor] = self._clock.seconds()
            visitor.hear()
        if self._wanted > 0 and self._since and self._timer is None:
            due = next(iter(self._since.values())) + LINGERS
            self._timer = self._clock.callLater(max(0.0, due - self._clock.seconds()), self._make_room)

    @property
    def _wanted(self) -> int:
        """How many places more are wanted than become free already."""
        return len(self._waiting) - len(self._leaving)

    def _make_room(self) -> None:
        self._timer = None
        limit = self._clock.seconds() - LINGERS
        lingering = [visitor for visitor, since in self._since.items() if since <= limit]
        for visitor in lingering[: max(0, self._wanted)]:
            del self._since[visitor]
            self._leaving.add(visitor)
            visitor.make_way()
        self._go_on()
