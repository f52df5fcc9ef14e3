"""The real server, whole and in memory, on the test's Clock."""

from __future__ import annotations

import io

from twisted.internet.task import Clock

from imserver.connection import Connection
from imserver.server_log import ServerLog
from imserver.service import put_together
from imserver.storage import in_memory
from imserver.storage.records import Entry
from imserver.turn import Turn
from tests.stage import QUICK

from .case import at_once


class RealServer:
    """A server; `serve` builds the server's end of a connection."""

    def __init__(self, clock: Clock, epoch: str = "k3") -> None:
        def now() -> int:
            return int(clock.seconds() * 1000)

        def soon(act: object) -> object:
            return clock.callLater(0, act)  # type: ignore[arg-type]

        self.entries: list[Entry] = []  #: the log
        self.log = io.BytesIO()
        self.storage = in_memory(now=now, soon=soon, name_epoch=lambda: epoch)
        turn = Turn(soon)
        self.server = put_together(
            clock,
            self.storage,
            self.storage.open(),
            ServerLog(self.log, turn, now),
            turn,
            soon=soon,
            run=at_once,
            hasher=QUICK,
            start=f"s{clock.seconds():g}",
        )
        tell = self.storage.committed

        def committed(entries: tuple[Entry, ...]) -> None:
            self.entries.extend(entries)
            tell(entries)

        self.storage.committed = committed

    def serve(self) -> Connection:
        """Build the server's end of a connection."""
        return self.server.buildProtocol(None)

    def texts(self) -> list[str]:
        """Give what was said, in order."""
        return [entry.text for entry in self.entries if entry.text]
