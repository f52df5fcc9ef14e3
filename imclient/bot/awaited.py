"""Something that comes later, and can be awaited in a Twisted program and in an asyncio program alike."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from typing import Any, Generic, TypeVar

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

T = TypeVar("T")


class Awaited(Generic[T]):
    """An outcome that comes later, for whoever awaits it; nobody need."""

    def __init__(self, comes: Deferred[T]) -> None:
        self._outcome: T | Failure | None = None
        self._come = False
        self._waiting: list[Deferred[T]] = []
        comes.addBoth(self._take)

    def deferred(self) -> Deferred[T]:
        """Give a Deferred of one's own."""
        waiting: Deferred[T] = Deferred()
        if self._come:
            waiting.callback(self._outcome)  # type: ignore[arg-type]  # a Failure makes it fail
        else:
            self._waiting.append(waiting)
        return waiting

    def __await__(self) -> Generator[Any, Any, T]:
        """Wait as whoever waits can: a task of asyncio's knows no Deferred."""
        if _in_a_task():
            return self.deferred().asFuture(asyncio.get_running_loop()).__await__()
        return self.deferred().__await__()

    def _take(self, outcome: T | Failure) -> None:
        self._outcome, self._come = outcome, True
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            one.callback(outcome)


def _in_a_task() -> bool:
    try:
        return asyncio.current_task() is not None
    except RuntimeError:  # there is no asyncio here
        return False
