"""The tokens devices come back with, within one transaction: at most two of a device."""

from __future__ import annotations

from sqlalchemy import Connection

from . import statements


class Tokens:
    """Tokens are given out and revoked; only their hashes are kept.  Seldom asked for, written at once."""

    def __init__(self, connection: Connection, at: int) -> None:
        self._connection = connection
        self._at = at

    def is_of(self, account: int, device: str, token_hash: str) -> bool:
        """Say whether a token is a device's still."""
        one = {"who": account, "of": device, "hashed": token_hash}
        return bool(self._connection.scalar(statements.count_token, one))

    def renew(self, account: int, device: str, old: str | None, new: str) -> None:
        """Keep a new token, and of the others only the one by which the device came."""
        others = {"who": account, "of": device, "kept": old or ""}
        self._connection.execute(statements.revoke_others, others)
        statements.add_token.write(self._connection, [(new, account, device, self._at)])

    def revoke(self, account: int, device: str) -> None:
        """End the tokens of a device."""
        self._connection.execute(statements.revoke_others, {"who": account, "of": device, "kept": ""})

    def revoke_all(self, account: int) -> None:
        """End the tokens of all devices of an account."""
        self._connection.execute(statements.revoke_all, {"who": account})
