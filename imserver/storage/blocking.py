"""Whom accounts do not want to hear, within one transaction."""

from __future__ import annotations

from sqlalchemy import Connection

from . import statements
from .interface import StorageError
from .records import Block


class Blocking:
    """Blocks begin and end between two entries.  That is seldom asked for, and written at once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def block(self, account: int, whom: int, last: int) -> Block:
        """Begin a block behind the entry ``last``, unless there is one."""
        if account == whom:
            raise StorageError("nobody can block themselves")
        after = self._begun(account, whom)
        if after is None:
            after = last
            statements.add_block.write(self._connection, [(account, whom, after, None)])
        return Block(account, whom, after)

    def unblock(self, account: int, whom: int, last: int) -> Block | None:
        """End it with the entry ``last``."""
        after = self._begun(account, whom)
        if after is None:
            return None
        # What nothing was said behind has kept nothing out, and another may begin at the same place.
        end = statements.end_block if after < last else statements.drop_block
        self._connection.execute(end, {"who": account, "blocked": whom, "last": last})
        return Block(account, whom, after, last)

    def _begun(self, account: int, whom: int) -> int | None:
        after: int | None = self._connection.scalar(
            statements.block_that_goes_on, {"who": account, "blocked": whom}
        )
        return after
