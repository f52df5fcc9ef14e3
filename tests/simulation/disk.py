"""Threads that work on a database, without a thread: each has its moment to do it and one to tell of it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from imserver.storage.interface import DiskFull, OutcomeUnknown

from .link import pause

T = TypeVar("T")
#: What a disk says that has no room.
FULL = "full"


@dataclass
class Disk:
    """Threads that work on the database: what they do is done some time before anybody hears of it.

    Sometimes the disk is full, and nothing was done; ``doubtful``, it sometimes fails behind the
    commit, and nobody knows whether it was.
    """

    clock: Clock
    chance: random.Random
    longest: float  #: seconds it takes to do something, and again until that is told
    full: float = 0.0  #: how often there is no room
    doubtful: float = 0.0  #: how often nobody knows
    times: int = 0

    def __call__(self, work: Callable[[], T], /) -> Deferred[T]:
        """Do it, later."""
        self.times += 1
        done: Deferred[T] = Deferred()
        self.clock.callLater(pause(self.chance, self.longest), self._do, work, done)
        return done

    def _do(self, work: Callable[[], T], done: Deferred[T]) -> None:
        is_full = self.chance.random() < self.full
        outcome = DiskFull(FULL) if is_full else _outcome(work)
        if self.chance.random() < self.doubtful and not isinstance(outcome, Exception):
            outcome = OutcomeUnknown()
        # No failure waits in a Deferred here: the server may be gone before, and nobody would take it.
        tell = done.errback if isinstance(outcome, Exception) else done.callback
        self.clock.callLater(pause(self.chance, self.longest), tell, outcome)


def _outcome(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except Exception as error:
        return error
