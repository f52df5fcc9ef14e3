"""Who there is and how they are, asked for after each login: of everybody, or of what changed meanwhile."""

from __future__ import annotations

from improtocol.commands import Who
from improtocol.errors import Refusal

from .errands import Errands, patience
from .roster import Roster
from .session import Session

#: No roster has more pages; a server that goes on is not asked on.
MOST_PAGES = 1000


class RollCall:
    """Fills a roster; what is told of people comes as events."""

    def __init__(self, roster: Roster, errands: Errands) -> None:
        self._roster = roster
        self._errands = errands
        self._mark: str | None = None  # the roster was whole in a session that began there

    def begin(self, session: Session) -> None:
        """Begin a session."""
        self._errands.do(lambda: self._call(session))

    def stop(self) -> None:
        """End the session: its errands have ended."""

    async def _call(self, session: Session) -> None:
        since = self._mark if self._roster.complete else None
        try:
            await self._pages(session, since)
        except Refusal as refused:
            if since is None or patience(refused) is not None:
                raise
            await self._pages(session, None)
        self._roster.complete, self._mark = True, session.reply.mark

    async def _pages(self, session: Session, since: str | None) -> None:
        after: str | None = None
        for _ in range(MOST_PAGES):
            reply = await session.perform(Who(None, after=after, since=since))
            if reply.after is None or (after is not None and reply.after <= after):
                return
            after = reply.after
