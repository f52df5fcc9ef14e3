"""How one is shown to the others (PRESENCE): remembered, and said again after each return."""

from __future__ import annotations

from improtocol import codec
from improtocol.commands import SetPresence
from improtocol.errors import Refusal
from improtocol.fields import Shown

from .errands import Errands, patience
from .reaching import Unreachable
from .saying import cleaned
from .session import Session, needs
from .signal import Signal

__all__ = ["Showing", "Shown"]

PRESENCE = "presence"  #: what HELLO calls it


class Showing:
    """What this device says of its user."""

    def __init__(self, errands: Errands) -> None:
        self.presence = Shown.ONLINE
        self.text = ""
        self.changed: Signal[()] = Signal()
        self._errands = errands
        self._session: Session | None = None

    def restore(self) -> None:
        """Begin with another account, which is shown as any is that has just come in."""
        self._set(Shown.ONLINE, "")

    def begin(self, session: Session) -> None:
        """Begin a session: say what was said in the one before it."""
        self._session = session
        if session.can(PRESENCE) and (self.presence is Shown.AWAY or self.text):
            self._errands.do(self._say)

    def stop(self) -> None:
        """End the session."""
        self._session = None

    async def show(self, presence: str, text: str) -> None:
        """Show it now, or when one is back; what will never be taken is not remembered."""
        shown, text = Shown(presence), cleaned(text)
        codec.write(SetPresence(shown, text))  # raises what the server would refuse
        if self._session is not None:
            needs(self._session, PRESENCE)
        before = self.presence, self.text
        self._set(shown, text)
        try:
            await self._say()
        except Refusal as refused:
            wait = patience(refused)
            if wait is None:
                self._set(*before)
            else:
                self._errands.later(self._say, wait)
            raise
        except Unreachable:
            pass  # it is said when one is back

    async def _say(self) -> None:
        await needs(self._session, PRESENCE).perform(SetPresence(self.presence, self.text))

    def _set(self, presence: Shown, text: str) -> None:
        if (presence, text) != (self.presence, self.text):
            self.presence, self.text = presence, text
            self.changed.emit()
