"""What waits for all readers together, and that it stays within a bound."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol


class Queue(Protocol):
    """What waits for one reader."""

    @property
    def unread(self) -> int:
        """How many bytes its peer has not taken yet."""

    def shed(self) -> None:
        """Cut the connection, and forget what waits for it."""


class Queues:
    """All that was written and perhaps not read; with more than the bound the biggest queue goes.

    Nobody says when a byte has been read, so what is written is added up, and only when the sum
    comes to the bound is it looked how much of it waits still.  While people read, that is one look
    for every so many megabytes.
    """

    def __init__(self, most: Callable[[], float], all_of_them: Callable[[], Iterable[Queue]]) -> None:
        self._most = most
        self._all = all_of_them
        self._at_most = 0  # no more than this can be waiting

    def written(self, size: int) -> None:
        """Note that so many bytes more may be waiting."""
        self._at_most += size
        if self._at_most > self._most():
            self._look()

    def _look(self) -> None:
        waiting = {queue: queue.unread for queue in self._all()}
        self._at_most = sum(waiting.values())
        while self._at_most > self._most() and waiting:
            biggest = max(waiting, key=waiting.__getitem__)
            self._at_most -= waiting.pop(biggest)
            biggest.shed()
