"""A test with a server in memory whose disk can be moved."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from imserver.bounds import UNHURRIED

from ..stage import Actor, Stage
from .disk import Disk


def answers(lines: list[str]) -> list[str]:
    """Leave out what was told."""
    return [line for line in lines if not line.startswith("* ")]


class StageCase(SynchronousTestCase):
    """A stage whose disk can be moved."""

    def setUp(self) -> None:
        self.disk = Disk()
        self.stage = Stage(storage=self.disk.storage, bounds=UNHURRIED)

    def send(self, actor: Actor, *lines: str) -> None:
        """Send lines in one packet, and let everything happen that needs no time."""
        actor.send("".join(f"{line}\n" for line in lines).encode())
        self.stage.settle()

    def events(self, event: str) -> list[str]:
        """Give the lines of server.log about an event."""
        return [line for line in self.stage.logged if line.split(" ")[1] == event]
