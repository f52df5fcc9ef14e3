"""The end of a turn of the reactor: what one turn has to say to a connection goes out as one write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from twisted.logger import Logger


class Flushed(Protocol):
    """Something that has gathered what it wants to say."""

    def flush(self) -> None:
        """Say it."""


class Watch(Protocol):
    """Somebody who wants to know when a turn begins and ends."""

    def began(self) -> None:
        """Note that one begins, if none is under way."""

    def writes(self) -> None:
        """Note that what was gathered is written now."""

    def ended(self) -> None:
        """Note that it ends."""


class Turn:
    """Who has something to say at the end of this turn; one timer for all of them.

    ``soon`` has a call made once the turn's events are done: ``reactor.callLater(0, ...)``.
    """

    _log = Logger()

    def __init__(self, soon: Callable[[Callable[[], None]], object]) -> None:
        self._soon = soon
        self._waiting: list[Flushed] = []
        self.watch: Watch | None = None

    def at_end(self, flushed: Flushed) -> None:
        """Have it flushed at the end of the turn."""
        if not self._waiting:
            self._soon(self._end)
            if self.watch is not None:
                self.watch.began()
        self._waiting.append(flushed)

    def _end(self) -> None:
        waiting, self._waiting = self._waiting, []
        if self.watch is not None:
            self.watch.writes()
        for flushed in waiting:
            try:
                flushed.flush()
            except Exception:
                # One that cannot say it is no reason to keep the others waiting.
                self._log.failure("What had gathered could not be said")
        if self.watch is not None:
            self.watch.ended()
            if self._waiting:
                self.watch.began()
