"""Memory that was needed for a moment goes back to the machine."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from .portal.passwords import Run

T = TypeVar("T")

#: Seconds without work after which memory is given back: a second login soon after finds it where it was.
RESTED = 10
#: What glibc calls it: how many arenas it makes at most.
_M_ARENA_MAX = -8


def share_one_arena() -> None:
    """Have all threads take memory from one place, the only one that `give_back` empties; once, at start.

    The hash of a password takes 19 MiB, and glibc would keep so much for each thread that ever made one.
    """
    _ask_glibc("mallopt", _M_ARENA_MAX, 1)


def give_back() -> None:
    """Give the machine what is free; it takes a millisecond or two."""
    _ask_glibc("malloc_trim", 0)


def _ask_glibc(what: str, *values: int) -> None:
    ask = getattr(ctypes.CDLL(None), what, None)
    if ask is not None:  # another library of C does without
        ask(*values)


class Frugal:
    """Threads for work that takes much memory; once they have rested for a while it is given back."""

    def __init__(self, clock: IReactorTime, run: Run, give_back: Callable[[], None] = give_back) -> None:
        self._clock = clock
        self._run = run
        self._give_back = give_back
        self._under_way = 0
        self._due: IDelayedCall | None = None

    def __call__(self, work: Callable[[], T], /) -> Deferred[T]:
        """Do it, and give what it gives."""
        self._under_way += 1
        self.stop()
        return self._run(work).addBoth(self._done)

    def stop(self) -> None:
        """Give nothing back any more, until there was work again."""
        if self._due is not None and self._due.active():
            self._due.cancel()
        self._due = None

    def _done(self, outcome: T) -> T:
        self._under_way -= 1
        if not self._under_way:
            self._due = self._clock.callLater(RESTED, self._rested)
        return outcome

    def _rested(self) -> None:
        # Nobody asked for it: where it cannot be done, it is not.
        self._run(self._give_back).addErrback(lambda _: None)
