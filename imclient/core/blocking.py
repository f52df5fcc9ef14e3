"""Whom one does not want to hear (BLOCK): the server keeps what they say out of the stream."""

from __future__ import annotations

from improtocol import commands
from improtocol.replies import BlockedShown

from .errands import Errands
from .saying import canonical
from .session import Session, needs
from .signal import Signal

BLOCK = "block"  #: what HELLO calls it
#: No more pages are asked for, and no more names kept.
MOST_PAGES, MOST_NAMES = 100, 10_000


class Blocklist:
    """Those who are blocked, as this session knows it; it is asked for at each login."""

    def __init__(self, errands: Errands) -> None:
        self.names: frozenset[str] = frozenset()
        self.changed: Signal[()] = Signal()
        self._errands = errands
        self._session: Session | None = None

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def restore(self) -> None:
        """Begin with another account."""
        self._set(frozenset())

    def begin(self, session: Session) -> None:
        """Begin a session."""
        self._session = session
        if session.can(BLOCK):
            self._errands.do(self._ask)

    def stop(self) -> None:
        """End the session."""
        self._session = None

    async def block(self, name: str) -> None:
        """Hear nothing of what somebody says from now on."""
        name = canonical(name)
        await needs(self._session, BLOCK).perform(commands.Block(name))
        self._set(self.names | {name})

    async def unblock(self, name: str) -> None:
        """Hear them again."""
        name = canonical(name)
        await needs(self._session, BLOCK).perform(commands.Unblock(name))
        self._set(self.names - {name})

    async def _ask(self) -> None:
        names: set[str] = set()
        after: str | None = None
        for _ in range(MOST_PAGES):
            answer = await needs(self._session, BLOCK).ask(commands.Blocked(after))
            names |= {item.name for item in answer.items if isinstance(item, BlockedShown)}
            on = answer.reply.after
            if on is None or (after is not None and on <= after):
                break
            after = on
        self._set(frozenset(sorted(names)[:MOST_NAMES]))

    def _set(self, names: frozenset[str]) -> None:
        if names != self.names:
            self.names = names
            self.changed.emit()
