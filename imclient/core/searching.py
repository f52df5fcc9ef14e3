"""Looks through what an account's file holds for words, as the thread sees it that reads there.

A plain look at every text: an index would cost each message that comes, and the disk, for a question that is
asked now and then.
"""

from __future__ import annotations

import sqlite3

from improtocol.audience import Audience

from .records import Message, audience_of
from .sought import Sought
from .tables import MESSAGE

#: So many messages are looked through at a time: some 10 ms in which nothing else can be kept.
LOOKED_THROUGH = 20_000


def found(
    connection: sqlite3.Connection, sought: Sought, audience: Audience | None, before: int, most: int
) -> tuple[list[Message], int]:
    """Look through the next `LOOKED_THROUGH` messages before a number, of one conversation or of all.

    Gives so many of them at most in which it was said, the newest first, and before which number to look
    on; 0: that was all.
    """
    where, values = ("talk = ? AND ", (str(audience),)) if audience is not None else ("", ())
    low, count = connection.execute(
        f"SELECT min(number), count(*) FROM (SELECT number FROM messages WHERE {where}number < ?"
        " ORDER BY number DESC LIMIT ?)",
        (*values, before, LOOKED_THROUGH),
    ).fetchone()
    said = "".join(f" AND text {condition}" for condition, _ in sought.conditions)
    rows = connection.execute(
        f"SELECT {MESSAGE}, talk FROM messages WHERE {where}number < ? AND number >= ?{said}"
        " ORDER BY number DESC",
        (*values, before, low, *(value for _, value in sought.conditions)),
    )
    hits: list[Message] = []
    for number, sender, to, text, at, ref, announce, talk in rows:
        if sought.is_in(text):
            told = (number, sender, audience_of(to), text, at, ref)
            hits.append(Message(*told, announce=bool(announce), talk=audience_of(talk)))
        if len(hits) == most:
            return hits, number
    return hits, low if count == LOOKED_THROUGH else 0
