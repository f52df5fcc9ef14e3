"""Letting go of what is old, within one transaction.

Numbers and refs stay, or something could be said twice: of a message there stay its row, its ref and
a digest of who said what to whom, by which it is known when it is said again (language, R21).  It is
in no conversation and no stream any more.  Each conversation knows the newest it lost, so that a
stream says GAP (R30) to those who miss something, and only to them.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from itertools import takewhile
from typing import Any

from sqlalchemy import Connection, Row

from . import statements
from .conversations import people_read, people_written
from .records import Gone, People

Rows = Sequence[Row[Any]]


def digest(people: People, text: str) -> str:
    """Give what stays of a message."""
    return blake2b(f"{people_written(people)}\n{text}".encode(), digest_size=8).hexdigest()


def let_go(connection: Connection, gone: int, before: int, most: int) -> Gone:
    """Let go of the first messages behind ``gone``, up to the first that was said after ``before``.

    Only from the front, and only as far as all is old: so a clock that was wrong for a while makes
    something stay longer, and nothing go earlier than what was said before it.
    """
    rows = connection.execute(statements.oldest_kept, {"gone": gone, "limit": most})
    old = list(takewhile(lambda row: row.at < before, rows.all()))
    if old:
        _empty(connection, gone, old)
    return Gone(old[-1].number if old else gone, len(old), more=len(old) == most)


def _empty(connection: Connection, gone: int, old: Rows) -> None:
    upto = old[-1].number
    among = {row.conversation: people_read(row.people) for row in old}
    named = sorted({account for people in among.values() for account in people})
    if named:
        connection.execute(statements.drop_audiences, {"gone": gone, "to_gone": upto, "accounts": named})
    connection.execute(
        statements.empty_entry,
        [
            {"which": row.number, "left": digest(among[row.conversation], row.text) if row.ref else ""}
            for row in old
        ],
    )
    newest = {row.conversation: row.number for row in old}
    connection.execute(
        statements.move_conversation, [{"which": one, "to_gone": number} for one, number in newest.items()]
    )
    connection.execute(statements.move_gone, {"to_gone": upto})
