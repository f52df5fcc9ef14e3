"""An account, as one session that proved it speaks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .storage.records import NAMELESS, Account

if TYPE_CHECKING:  # what it holds, not what it needs
    from .mailroom import Stream
    from .session import Session


class Avatar:
    """What a logged-in user may do is asked of this.

    It is made by the portal's realm from the secret that was proved and lives until its session
    logs out, is replaced or drops.
    """

    def __init__(self, account: Account, session: Session) -> None:
        self.account = account
        self.session = session
        self.device = NAMELESS
        self.stream: Stream | None = None  #: what of the log it is told, once it has a place in it

    @property
    def name(self) -> str:
        """The account's name."""
        return self.account.name
