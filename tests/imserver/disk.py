"""A disk for the real storage that can be slow, refuse, or leave open what became of a commit."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, execute, fail

from imserver.storage import sqlite
from imserver.storage.database import Database
from imserver.storage.interface import Storage

from ..stage import Stage

T = TypeVar("T")


class Disk:
    """Does the writer's work: at once, or when it is let, or not at all."""

    def __init__(self) -> None:
        self.engines = sqlite.open_memory()
        self.commits = 0
        self.held = False  #: what is to be written waits
        self.trouble: Exception | None = None  #: what is to be written fails with this
        self._waiting: deque[tuple[Callable[[], Any], Deferred[Any]]] = deque()

    def storage(self, stage: Stage) -> Storage:
        """Make the storage of a stage: the real one, on this disk."""
        return Database(
            self.engines,
            write=self,
            read=execute,
            soon=stage.soon,
            now=stage.now,
            name_epoch=lambda: "k3",
        )

    def __call__(self, work: Callable[[], T], /) -> Deferred[T]:
        """Do work of the writer."""
        self.commits += 1
        if self.trouble is not None:
            return fail(self.trouble)
        if not self.held:
            return execute(work)
        done: Deferred[T] = Deferred()
        self._waiting.append((work, done))
        return done

    def let(self) -> None:
        """Do what waits, and hold nothing any more."""
        self.held = False
        while self._waiting:
            work, done = self._waiting.popleft()
            execute(work).chainDeferred(done)
