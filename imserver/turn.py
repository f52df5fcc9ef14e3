"""The end of a turn of the reactor: what one turn has to say to a connection goes out as one write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from twisted.logger import Logger


class Flushed(Protocol):
    """Something that has gathered what it wants to say."""

    def flush(self) -> None:
        """Say it."""


class Turn:
    """Who has something to say at the end of this turn; one timer for all of them.

    ``soon`` has a call made once the turn's events are done: ``reactor.callLater(0, ...)``.
    """

    _log = Logger()

    def __init__(self, soon: Callable[[Callable[[], None]], object]) -> None:
        self._soon = soon
        self._waiting: list[Flushed] = []

    def at_end(self, flushed: Flushed) -> None:
        """Have it flushed at the end of the turn."""
        if not self._waiting:
            self._soon(self._end)
        self._waiting.append(flushed)

    def _end(self) -> None:
        waiting, self._waiting = self._waiting, []
        for flushed in waiting:
            try:
                flushed.flush()
            except Exception:
                # One that cannot say it is no reason to keep the others waiting.
                self._log.failure("What had gathered could not be said")
