"""Reads a database from end to end and says what is not as it was written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, select, text

from . import schema, statements
from .checksums import as_entry
from .conversations import people_read
from .interface import Damaged
from .records import EntryKind
from .upgrading import must_be_now

#: So many faults are named; of a file that is broken everywhere nobody reads more.
NAMED = 100
#: Rows fetched at a time.
PAGE = 1000

#: An entry, the people of its conversation, and nothing for one that was let go.
_ENTRIES = (
    select(*statements.ENTRY, schema.conversation.c.people)
    .outerjoin(schema.conversation, schema.conversation.c.id == schema.entry.c.conversation)
    .order_by(schema.entry.c.number)
)
_AUDIENCES = select(
    schema.audience.c.entry,
    schema.audience.c.account,
    schema.audience.c.sender,
    schema.audience.c.conversation,
).order_by(schema.audience.c.entry)

Rows = Iterable[Row[*tuple[Any, ...]]]


@dataclass
class Findings:
    """What a database holds, and what is wrong with it."""

    epoch: str = ""
    step: str = ""
    entries: int = 0
    messages: int = 0  #: that are kept
    accounts: int = 0
    gone: int = 0  #: messages up to there were let go
    faults: int = 0
    wrong: list[str] = field(default_factory=list)  #: the first of the faults

    def fault(self, what: str) -> None:
        """Note one."""
        self.faults += 1
        if len(self.wrong) < NAMED:
            self.wrong.append(what)


def verify(connection: Connection) -> Findings:
    """Check the file, every entry's checksum, the order of the log, and that each message is for its people.

    Fails with ``NewerDatabase`` or ``OlderDatabase`` when it is of another step than this program.
    """
    found = Findings(step=must_be_now(connection))
    if connection.dialect.name == "sqlite":
        for said in connection.scalars(text(f"PRAGMA integrity_check({NAMED})")):
            if said != "ok":
                found.fault(str(said).replace("\n", " "))
    found.epoch, last, found.accounts, found.gone = connection.execute(statements.read_log).one()
    _entries(connection, found)
    if found.entries != last:
        found.fault(f"the log ends at {found.entries}, and says that it ends at {last}")
    for account in connection.scalars(statements.unsure):
        found.fault(f"account {account} is not registered where it says")
    return found


def _entries(connection: Connection, found: Findings) -> None:
    streamed = {"yield_per": PAGE}
    audiences = _Audiences(connection.execute(_AUDIENCES, execution_options=streamed))
    expected = 1
    for row in connection.execute(_ENTRIES, execution_options=streamed):
        number = row.number
        if number != expected:
            found.fault(f"behind entry {expected - 1} stands entry {number}")
        expected = number + 1
        _entry(found, row, audiences.of(number))
    found.entries = expected - 1


def _entry(found: Findings, row: Row[*tuple[Any, ...]], audience: set[tuple[int, int, int]]) -> None:
    *columns, people = row
    try:
        entry = as_entry(columns)
    except (Damaged, KeyError):
        found.fault(f"entry {row.number} is not as it was written")
        return
    if entry.kind is not EntryKind.MESSAGE:
        return
    if row.conversation is None:
        if entry.number > found.gone:
            found.fault(f"entry {entry.number} was let go, and should not have been")
        return
    found.messages += 1
    if people is None:
        found.fault(f"entry {entry.number} is in no conversation")
    elif audience != {(one, entry.account, row.conversation) for one in people_read(people)}:
        found.fault(f"entry {entry.number} is not for the people of its conversation")


class _Audiences:
    """The rows of the table that says whose a message is, taken along with the entries."""

    def __init__(self, rows: Rows) -> None:
        self._rows: Iterator[Row[*tuple[Any, ...]]] = iter(rows)
        self._next = next(self._rows, None)

    def of(self, number: int) -> set[tuple[int, int, int]]:
        found = set()
        while self._next is not None and self._next.entry <= number:
            if self._next.entry == number:
                found.add((self._next.account, self._next.sender, self._next.conversation))
            self._next = next(self._rows, None)
        return found
