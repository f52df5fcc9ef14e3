"""Threads that work on a database, without a thread: each has its moment to do it and one to tell of it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.task import Clock

from .link import pause

T = TypeVar("T")


@dataclass
class Disk:
    """Threads that work on the database: what they do is done some time before anybody hears of it."""

    clock: Clock
    chance: random.Random
    longest: float
    times: int = 0

    def __call__(self, work: Callable[[], T], /) -> Deferred[T]:
        """Do it, later."""
        self.times += 1
        done: Deferred[T] = Deferred()
        self.clock.callLater(pause(self.chance, self.longest), self._do, work, done)
        return done

    def _do(self, work: Callable[[], T], done: Deferred[T]) -> None:
        outcome = maybeDeferred(work)
        self.clock.callLater(pause(self.chance, self.longest), outcome.chainDeferred, done)
