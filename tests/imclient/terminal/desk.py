"""A terminal client without a terminal: what it writes is in a list, and the server is real."""

from __future__ import annotations

from pathlib import Path

from twisted.internet.defer import Deferred

from imclient.core.client import Client
from imclient.terminal.paper import Line, Paper
from imclient.terminal.reporter import Reporter
from imclient.terminal.typist import Typist
from tests.imclient.core.test_end_to_end import RealCase

#: What time says of the moment in which a test plays, whatever the zone: it is left out of what is compared.
CLOCK = "10:00"


class Desk:
    """Somebody who is in, and sits there."""

    def __init__(self, case: RealCase, client: Client) -> None:
        self._case = case
        self.client = client
        self.paper = Paper(self._write, lambda act: case.clock.callLater(0, act))
        self.written: list[str] = []
        self.left = False
        self.reporter = Reporter(client, self.paper, case.clock.seconds)
        self.typist = Typist(client, self.paper, self.reporter, self._leave, echo=False)
        self.reporter.begin()
        case.wait(0.5)

    def _leave(self) -> None:
        self.left = True

    def _write(self, lines: list[Line]) -> None:
        for line in lines:
            pieces = [text for _, text in line]
            self.written.append("".join(pieces[1:] if len(pieces) == 4 else pieces))

    def type_in(self, *lines: str) -> list[str]:
        """Type lines, and give what was written meanwhile."""
        self.new()
        for line in lines:
            self.reporter.looked_at()
            done = Deferred.fromCoroutine(self.typist.typed(line))
            self._case.wait(1)
            self._case.successResultOf(done)
        return self.new()

    def start(self, line: str) -> None:
        """Type a line whose outcome may need others."""
        Deferred.fromCoroutine(self.typist.typed(line))
        self._case.wait(1)

    def new(self) -> list[str]:
        """Give what was written since the last look."""
        self._case.settle()
        written, self.written = self.written, []
        return written


class DeskCase(RealCase):
    """A test with desks."""

    def desk(self, name: str, folder: Path | None = None) -> Desk:
        """Let somebody come in and sit down."""
        return Desk(self, self.person(name, folder))
