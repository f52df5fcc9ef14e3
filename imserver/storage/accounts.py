"""Who there is, within one transaction: names taken, changed and kept, secrets replaced, accounts closed."""

from __future__ import annotations

import hmac
from collections.abc import Collection

from sqlalchemy import Connection

from . import statements
from .interface import AccountClosed, InviteRefused, NameTaken, TooManyNames
from .schema import EVERYONES
from .tokens import Tokens


class Accounts:
    """Names are looked up together; accounts that are new are written at the end, all else at once.

    ``closed`` are the accounts that were closed before this transaction.
    """

    def __init__(
        self,
        connection: Connection,
        at: int,
        tokens: Tokens,
        names: Collection[str],
        closed: Collection[int],
    ) -> None:
        self._connection = connection
        self._at = at
        self._tokens = tokens
        self._owners = self._look_up(names)
        self._next = 1 + connection.execute(statements.highest_account).scalar_one() if names else 0
        self._closed = closed
        self.closed_now: set[int] = set()  #: by this transaction
        self._new: list[dict[str, object]] = []

    def _look_up(self, names: Collection[str]) -> dict[str, int]:
        if not names:
            return {}
        rows = self._connection.execute(statements.owners, {"names": list(names)})
        return {row.name: row.account for row in rows}

    def refuse_closed(self, accounts: Collection[int]) -> None:
        """Raise ``AccountClosed`` if any of them is."""
        if not self._closed and not self.closed_now:
            return
        gone = tuple(one for one in sorted(accounts) if one in self._closed or one in self.closed_now)
        if gone:
            raise AccountClosed(gone)

    # --- The acts ---

    def register(
        self, name: str, password_hash: str, number: int, invite_hash: str | None
    ) -> tuple[int, bool]:
        """Begin an account with the entry ``number``, perhaps an administrator's.

        An invite is used up by it, and by nothing less.
        """
        invite = None if invite_hash is None else self._invite(invite_hash)
        if name in self._owners:
            raise NameTaken(name)
        administrator = 0
        if invite is not None:
            self._connection.execute(statements.use_invite, {"which": invite[0]})
            administrator = invite[1]
        account = self._owners[name] = self._next
        self._next += 1
        self._new.append(
            {
                "id": account,
                "name": name,
                "password_hash": password_hash,
                "registered": number,
                "held": number,
                "administrator": administrator,
            }
        )
        return account, bool(administrator)

    def _invite(self, invite_hash: str) -> tuple[int, int]:
        row = self._connection.execute(
            statements.good_invite, {"hashed": invite_hash, "now": self._at}
        ).one_or_none()
        if row is None:
            raise InviteRefused
        return row.id, row.administrator

    def rename(self, account: int, name: str, most: int, number: int) -> str:
        """Call an account otherwise with the entry ``number``; gives the name it had."""
        self.refuse_closed([account])
        owner = self._owners.get(name)
        names = self._connection.execute(statements.names_of, {"who": account}).all()
        before: str = names[0].current
        if owner not in (None, account) or name == before:
            raise NameTaken(name)
        if owner is None:
            if len(names) >= most:
                raise TooManyNames(most)
            statements.add_names.write(self._connection, [(name, account, number)])
            self._owners[name] = account
        self._connection.execute(statements.move_name, {"who": account, "to_name": name})
        return before

    def close(self, account: int, number: int) -> str:
        """Close an account with the entry ``number``; gives its name, which stays taken."""
        name: str = self._connection.execute(statements.names_of, {"who": account}).all()[0].current
        self._connection.execute(statements.close_account, {"who": account, "number": number})
        self._tokens.revoke_all(account)
        self.closed_now.add(account)
        return name

    def set_password(self, account: int, password_hash: str, comes_back: tuple[str, str] | None) -> None:
        """Put another secret in the place of the one there is; what was made with that one opens nothing.

        ``comes_back`` is the one device that may, and the hash of its new token.
        """
        self.refuse_closed([account])
        self._connection.execute(statements.set_password, {"who": account, "to_hash": password_hash})
        self._tokens.revoke_all(account)
        if comes_back is not None:
            device, token_hash = comes_back
            self._tokens.renew(account, device, None, token_hash)

    def raise_hash(self, account: int, proved_hash: str, stronger: str) -> bool:
        """Keep the same secret under a stronger hash, unless it is another secret by now."""
        kept_hash: str = self._connection.execute(statements.kept_hash, {"who": account}).scalar_one()
        if not hmac.compare_digest(kept_hash, proved_hash):
            return False
        self._connection.execute(statements.set_password, {"who": account, "to_hash": stronger})
        return True

    # --- The end ---

    def write(self) -> None:
        """Write the accounts that are new; others may name them then."""
        if not self._new:
            return
        self._connection.execute(statements.add_account, self._new)
        statements.add_names.write(
            self._connection, [(one["name"], one["id"], one["registered"]) for one in self._new]
        )
        everyones = [(one["id"], EVERYONES, one["registered"], 0) for one in self._new]
        statements.add_members.write(self._connection, everyones)
        self._new.clear()
