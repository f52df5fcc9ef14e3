"""What administrators change of others, and whom they let in, within one transaction.

All of it is seldom asked for, and written at once.
"""

from __future__ import annotations

from sqlalchemy import Connection

from . import statements
from .interface import LastAdministrator
from .records import Invitation, Invite
from .tokens import Tokens


class Administration:
    """Invites, rights and suspensions as they are in the transaction."""

    def __init__(self, connection: Connection, at: int, tokens: Tokens) -> None:
        self._connection = connection
        self._at = at
        self._tokens = tokens

    # --- Invites ---

    def invite(self, invitation: Invitation) -> Invite:
        """Make an invite.  One that is good no more stays, so that its number never means another."""
        number: int = 1 + self._connection.execute(statements.highest_invite).scalar_one()
        until = self._at + invitation.lasting
        self._connection.execute(
            statements.add_invite,
            {
                "id": number,
                "code_hash": invitation.code_hash,
                "maker": invitation.maker,
                "made": self._at,
                "until": until,
                "uses": invitation.uses,
                "administrator": int(invitation.administrator),
            },
        )
        return Invite(number, invitation.maker, invitation.uses, until, invitation.administrator)

    def invite_first(self, invitation: Invitation) -> bool:
        """Make an invite in place of those the server made before, unless there is an administrator."""
        if self._administrators():
            return False
        self._connection.execute(statements.end_own_invites)
        self.invite(invitation)
        return True

    def uninvite(self, number: int) -> bool:
        """Let an invite be good no more."""
        ended = self._connection.execute(statements.end_invite, {"which": number, "now": self._at})
        return ended.rowcount > 0

    # --- Rights ---

    def set_administrator(self, account: int, administrator: bool) -> None:
        """Make an account an administrator's, or not any more."""
        if not administrator:
            self.refuse_the_last(account)
        self._connection.execute(
            statements.set_administrator, {"who": account, "to_administrator": int(administrator)}
        )

    def set_everyone(self, account: int, may: bool) -> None:
        """Let an account say something to everyone, or not."""
        self._connection.execute(statements.set_everyone, {"who": account, "to_everyone": int(may)})

    def suspend(self, account: int) -> int:
        """Let nobody in; who is suspended already stays so since then."""
        self.refuse_the_last(account)
        self._connection.execute(statements.suspend, {"who": account, "now": self._at})
        self._tokens.revoke_all(account)
        since: int = self._connection.execute(statements.suspended_since, {"who": account}).scalar_one()
        return since

    def restore(self, account: int) -> None:
        """Let an account in again."""
        self._connection.execute(statements.restore, {"who": account})

    def refuse_the_last(self, account: int) -> None:
        """Raise ``LastAdministrator`` if nobody else is one."""
        if self._administrators() == [account]:
            raise LastAdministrator

    def _administrators(self) -> list[int]:
        """Give those who can come in."""
        return list(self._connection.scalars(statements.administrators))
