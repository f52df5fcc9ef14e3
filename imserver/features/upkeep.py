"""What administrators have done with the whole server: a backup, and its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from improtocol import commands, replies
from improtocol.errors import Refusal
from improtocol.events import Bye

from ..avatar import Avatar
from ..dispatch import answers
from ..server_log import ServerLog

#: Seconds after which to look for a server that was stopped: often it is started again at once.
BACK = 5
STOPPED = "The server is being stopped; come back later."


class Backups(Protocol):
    """Where backups are made."""

    async def make(self) -> replies.BackedUp:
        """Write all of the server into a file; raises ``UnderWay``, ``NotBackedUp``, ``DiskFull``."""


class Running(Protocol):
    """The server, as much of it as ends."""

    stop: Callable[[Bye], None]


class Upkeep:
    """Looks after the server as a whole, and its log says who asked."""

    def __init__(self, backups: Backups, log: ServerLog, server: Callable[[], Running]) -> None:
        self._backups = backups
        self._log = log
        self._server = server  # which is made of what answers its commands, this among them

    @answers(commands.Backup)
    async def backup(self, avatar: Avatar, command: commands.Backup) -> replies.BackedUp:
        """Make a backup."""
        session, user = avatar.session.number, avatar.name  # they may have gone when it is done
        try:
            made = await self._backups.make()
        except Refusal as refused:
            self._log.note(
                "not-backed-up", session=session, user=user, why=getattr(refused, "why", refused.code)
            )
            raise
        self._log.note("backed-up", session=session, user=user, file=made.file, bytes=made.bytes_)
        return made

    @answers(commands.Stop)
    async def stop(self, avatar: Avatar, command: commands.Stop) -> replies.Stopping:
        """Stop, once the OK is written."""
        back = command.back or BACK
        self._log.note("stopping", session=avatar.session.number, user=avatar.name, back=back)
        bye = Bye("shutdown", back, command.why or STOPPED)
        avatar.session.afterwards(lambda: self._server().stop(bye))
        return replies.Stopping()
