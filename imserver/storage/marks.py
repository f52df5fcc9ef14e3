"""How far accounts have read their conversations, within one transaction."""

from __future__ import annotations

import json
from collections.abc import Collection

from sqlalchemy import Connection

from . import queries, statements
from .conversations import people_read
from .interface import NoSuchMessage
from .records import Marked, People

Mark = tuple[int, int]  # an account, and the number of a message it has read


class Marks:
    """What is to be marked as read: looked up together, judged in memory, written at the end."""

    def __init__(self, connection: Connection, marks: Collection[Mark]) -> None:
        self._connection = connection
        self._messages: dict[Mark, tuple[int, People]] = {}
        self._read: dict[tuple[int, int], int] = {}  # by account and conversation
        self._moved: set[tuple[int, int]] = set()
        if marks:
            self.look_up(marks)

    def look_up(self, marks: Collection[Mark]) -> None:
        """Find the conversations of messages that are in the streams of those who read them."""
        rows = self._connection.execute(queries.in_streams, {"messages": json.dumps(list(marks))})
        for account, number, conversation, people, read in rows:
            self._messages[account, number] = conversation, people_read(people)
            self._read.setdefault((account, conversation), read)

    def read(self, account: int, number: int) -> Marked:
        """Move a mark on."""
        if (message := self._messages.get((account, number))) is None:
            raise NoSuchMessage
        conversation, people = message
        before = self._read[account, conversation]
        if number > before:
            self._read[account, conversation] = number
            self._moved.add((account, conversation))
        return Marked(people, before, max(before, number))

    def write(self) -> None:
        """Write the marks that moved."""
        if self._moved:
            rows = [
                {"who": account, "which": conversation, "to_read": self._read[account, conversation]}
                for account, conversation in sorted(self._moved)
            ]
            self._connection.execute(statements.mark_read, rows)
