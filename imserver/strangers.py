"""Those who have connected and not logged in: they cost little, are gone soon, and keep nobody out.

A newcomer is let in unless its own source has sent too many.  When there is a crowd it is not the
newcomer who pays: with a chance that rises from none at ``crowd`` to certainty at ``strangers``, one
of those who are there goes instead, drawn at random.  So whoever fills the house with silent
connections loses them one by one, while somebody who logs in within a second is hardly ever drawn.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from itertools import islice
from typing import Protocol

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from improtocol.events import Bye

from .bounds import Bounds
from .tallies import Remembered, Tallies

#: Seconds after which whoever had to go for a newcomer may come again: a crowd is gone by then.
COME_AGAIN = 10
#: Seconds for which a source with a good login is not counted: whoever lives there comes back often.
WELCOME = 24 * 3600.0

CROWDED = Bye(
    "crowded", COME_AGAIN, "More people are coming in than there is room for; come again in a moment."
)


class Guest(Protocol):
    """A connection, as much of it as is dealt with here."""

    source: str | None  #: where it comes from; None: not counted

    def close(self, bye: Bye) -> None:
        """Say good-bye and end."""


class Strangers:
    """Who is here and has not logged in, and since when.

    ``draw(n)`` gives a whole number from 0 to n - 1.  There is one timer for all of them: they stand
    in the order in which they must be gone.
    """

    def __init__(self, clock: IReactorTime, bounds: Bounds, draw: Callable[[int], int]) -> None:
        self._clock = clock
        self.bounds = bounds
        self._draw = draw
        self._since: dict[Guest, float] = {}
        self._by_source: dict[str, int] = {}
        self._heavy: dict[Guest, None] = {}  # those of them who hold most memory
        self._arrivals: Tallies[str] = Tallies(
            clock.seconds, lambda: bounds.arrivals_per_source, lambda: bounds.remembered
        )
        self._welcome: Remembered[str, None] = Remembered(
            clock.seconds, lambda: bounds.remembered, lambda: WELCOME
        )
        self._timer: IDelayedCall | None = None

    def __len__(self) -> int:
        return len(self._since)

    def arrive(self, guest: Guest) -> Bye | None:
        """Let a newcomer in, or give what to tell it instead."""
        if guest.source is not None:
            if self._by_source.get(guest.source, 0) >= self.bounds.strangers_per_source:
                return Bye("too-many", COME_AGAIN, "Too many from your address are coming in at this moment.")
            wait = self._arrivals.wait(guest.source)
            if wait and guest.source not in self._welcome:
                seconds = math.ceil(wait)
                return Bye(
                    "too-often", seconds, f"Too many came from your address; come again in {seconds} s."
                )
            self._arrivals.count(guest.source)
        self._make_room()
        self.stay(guest)
        return None

    def stay(self, guest: Guest) -> None:
        """Give somebody the whole time to log in: a newcomer, one who has registered, one who logged out."""
        self._forget(guest)
        self._since[guest] = self._clock.seconds()
        if guest.source is not None:
            self._by_source[guest.source] = self._by_source.get(guest.source, 0) + 1
        self._watch()

    def shook_hands(self, guest: Guest) -> None:
        """Note that a stranger holds more memory from now on; for one too many another of those goes."""
        if guest not in self._since:
            return
        if len(self._heavy) >= self.bounds.encrypted_strangers:
            self._send_one_away(self._heavy)
        self._heavy[guest] = None

    def enter(self, guest: Guest) -> None:
        """Note that somebody has logged in: no stranger any more, and its source may send more."""
        self.leave(guest)
        if guest.source is not None:
            self._arrivals.forgive(guest.source)
            self._welcome.keep(guest.source, None)

    def leave(self, guest: Guest) -> None:
        """Note that somebody is gone."""
        self._forget(guest)
        self._watch()

    def _forget(self, guest: Guest) -> None:
        self._heavy.pop(guest, None)
        if self._since.pop(guest, None) is not None and guest.source is not None:
            self._by_source[guest.source] -= 1
            if not self._by_source[guest.source]:
                del self._by_source[guest.source]

    # --- a crowd ---

    def _make_room(self) -> None:
        here, crowd, most = len(self._since), self.bounds.crowd, self.bounds.strangers
        if here >= most or (
            here >= crowd and not math.isinf(most) and self._draw(int(most - crowd)) < here - crowd
        ):
            self._send_one_away(self._since)

    def _send_one_away(self, guests: Collection[Guest]) -> None:
        drawn = next(islice(guests, self._draw(len(guests)), None))
        self._send_away(drawn, CROWDED)

    def _send_away(self, guest: Guest, bye: Bye) -> None:
        self.leave(guest)
        guest.close(bye)

    # --- the deadline ---

    @property
    def _patience(self) -> float:
        crowded = len(self._since) > self.bounds.crowd
        return self.bounds.crowded_seconds if crowded else self.bounds.stranger_seconds

    def _watch(self) -> None:
        """Have the timer run until the first of them must be gone, or earlier."""
        due = next(iter(self._since.values())) + self._patience if self._since else math.inf
        if self._timer is not None and (math.isinf(due) or self._timer.getTime() > due):
            self._timer.cancel()
            self._timer = None
        if self._timer is None and not math.isinf(due):
            self._timer = self._clock.callLater(max(0.0, due - self._clock.seconds()), self._end_the_late)

    def _end_the_late(self) -> None:
        self._timer = None
        late = Bye(
            "too-late", 1, f"Nobody logged in here within {self._patience:.0f} s; come again to do so."
        )
        while self._since:
            guest, since = next(iter(self._since.items()))
            if since + self._patience > self._clock.seconds():
                break
            self._send_away(guest, late)
        self._watch()
