"""Threads of one's own: what blocks never runs on the reactor's, nor waits behind a name look-up."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.interfaces import IReactorFromThreads
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

T = TypeVar("T")


class Left(Exception):
    """It was not begun, and will not be."""


class Threads:
    """A few threads that do what they are given in turn; one thread does it in order."""

    def __init__(self, reactor: IReactorFromThreads, most: int, name: str) -> None:
        self._reactor = reactor
        self._pool = ThreadPool(0, most, name)
        self._ended = self._left = False

    def __call__(self, work: Callable[[], T], /) -> Deferred[T]:
        """Do something that blocks."""
        if self._ended:
            return fail(Left())
        if not self._pool.started:  # only now: no thread outlives a fork
            self._pool.start()
        return deferToThreadPool(self._reactor, self._pool, lambda: self._unless_left(work))

    def _unless_left(self, work: Callable[[], T]) -> T:
        if self._left:
            raise Left
        return work()

    def leave(self) -> Deferred[None]:
        """Finish what was begun and leave the rest, which fails with `Left`; else as `stop`."""
        self._left = True
        return self.stop()

    def stop(self) -> Deferred[None]:
        """Finish what was given, then end the threads; fires when whoever gave it has heard of it."""
        self._ended = True
        if not self._pool.started:
            return succeed(None)
        self._pool.stop()
        heard: Deferred[None] = Deferred()
        self._reactor.callFromThread(heard.callback, None)  # behind all that they had to say
        return heard
