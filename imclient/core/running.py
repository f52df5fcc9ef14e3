"""Where work is done that waits for a disk: a thread of its own, or whatever a test hands in."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Thread
from typing import Protocol, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFromThreads
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

T = TypeVar("T")


class Run(Protocol):
    """Somewhere to do work that blocks; one piece after the other, in order."""

    def __call__(self, work: Callable[[], T], /) -> Deferred[T]:
        """Do it, and give what it gives."""


class OneThread:
    """One thread that does what it is given, in order."""

    def __init__(self, reactor: IReactorFromThreads) -> None:
        self._reactor = reactor
        self._pool = ThreadPool(1, 1, "cache")
        # What is not yet on disk at a sudden end is told again: no reason to hold the process.
        self._pool.threadFactory = partial(Thread, daemon=True)  # type: ignore[assignment]
        self._pool.start()

    def __call__(self, work: Callable[[], T], /) -> Deferred[T]:
        """Do something that blocks."""
        return deferToThreadPool(self._reactor, self._pool, work)

    def stop(self) -> None:
        """Finish what was given, then end the thread."""
        self._pool.stop()
