"""The real server for the client core: a stage on the test's own Clock, whose actors are clients."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from imserver.connection import Connection
from imserver.storage.records import Entry
from tests.stage import Stage

from .case import at_once

T = TypeVar("T")


class RealServer(Stage):
    """A server that compares passwords at once, and keeps a list of what was committed."""

    def __init__(self, clock: Clock, epoch: str = "k3", keep: float | None = None) -> None:
        super().__init__(clock=clock, epoch=epoch, keep=keep)
        self.entries: list[Entry] = []  #: the log
        told = self.storage.committed

        def committed(entries: tuple[Entry, ...]) -> None:
            self.entries.extend(entries)
            told(entries)

        self.storage.committed = committed

    def run(self, work: Callable[[], T], /) -> Deferred[T]:
        """Do at once what takes a moment in life: that a login takes time is not what is tested here."""
        return at_once(work)

    def serve(self) -> Connection:
        """Build the server's end of a connection."""
        return self.server.buildProtocol(None)

    def texts(self) -> list[str]:
        """Give what was said, in order."""
        return [entry.text for entry in self.entries if entry.text]
