"""The file of an account on this device, as the thread sees it that writes it: tables, steps, statements."""

from __future__ import annotations

import os
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from improtocol.audience import EVERYONE_SIGN, Audience

from .records import Held, Mark, Message, Past, Receipt, Talk, Waiting, audience_of
from .settings import private

#: So many messages of a conversation are read at the start, and so many are a page of older ones.
NEWEST, PAGE = 300, 200
#: So many are read on each side of one that was found.
AROUND = 60

_ALL = 1 << 62
#: What a message is made of.
MESSAGE = "number, sender, audience, text, at, ref, announce"
_RECEIPT = "delivered, read, to_, offline"

Step = Callable[[sqlite3.Connection], None]


# --- opening ------------------------------------------------------------------------------------------


def opened(path: Path) -> sqlite3.Connection:
    """Open the file; one that is damaged is put aside, since all of it but the outbox can be told again."""
    private(path.parent.parent)
    private(path.parent)
    try:
        return _connected(path)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        _put_aside(path)
        return _connected(path)


def _put_aside(path: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        part = path.with_name(path.name + ending)
        if part.exists():
            part.replace(path.with_name(f"{path.name}.damaged{ending}"))


def _connected(path: Path) -> sqlite3.Connection:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        # FULL: the power may fail right after ACK was said, and then nobody tells it again.
        connection.execute("PRAGMA synchronous = FULL")
        _bring_up_to_date(connection)
        connection.execute("SELECT count(*) FROM outbox").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Take the steps that the file has not yet taken, all or none."""
    (taken,) = connection.execute("PRAGMA user_version").fetchone()
    if taken > len(STEPS):
        # A newer imclient wrote it: what this one would make of it nobody knows.
        raise sqlite3.DatabaseError("written by a newer version")
    if taken == len(STEPS):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for step in STEPS[taken:]:
            step(connection)
        connection.execute(f"PRAGMA user_version = {len(STEPS)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _first_tables(connection: sqlite3.Connection) -> None:
    """What was said, who there is, what waits."""
    for statement in (
        "CREATE TABLE IF NOT EXISTS about (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID",
        """CREATE TABLE IF NOT EXISTS messages (
            number INTEGER PRIMARY KEY, talk TEXT NOT NULL, sender TEXT NOT NULL, audience TEXT NOT NULL,
            text TEXT NOT NULL, at INTEGER NOT NULL, ref TEXT)""",
        "CREATE INDEX IF NOT EXISTS messages_by_talk ON messages (talk, number)",
        """CREATE TABLE IF NOT EXISTS talks (
            audience TEXT PRIMARY KEY, read INTEGER NOT NULL) WITHOUT ROWID""",
        "CREATE TABLE IF NOT EXISTS people (name TEXT PRIMARY KEY) WITHOUT ROWID",
        """CREATE TABLE IF NOT EXISTS outbox (
            place INTEGER PRIMARY KEY, ref TEXT NOT NULL UNIQUE, audience TEXT NOT NULL,
            text TEXT NOT NULL, at REAL NOT NULL, refusal TEXT)""",
    ):
        connection.execute(statement)


def _receipts_and_marks(connection: sqlite3.Connection) -> None:
    """How far messages came, what the server counts as unread, from where on all is held."""
    for statement in (
        "ALTER TABLE talks ADD COLUMN counted INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE talks ADD COLUMN unread INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE talks ADD COLUMN held_from INTEGER",
        """CREATE TABLE receipts (
            number INTEGER PRIMARY KEY, talk TEXT NOT NULL, delivered INTEGER NOT NULL,
            read INTEGER NOT NULL, to_ INTEGER NOT NULL, offline TEXT NOT NULL)""",
        "CREATE INDEX receipts_by_talk ON receipts (talk, number)",
        # The stream was told without holes from the oldest message that is held.
        """INSERT INTO about (key, value) SELECT 'held_from', coalesce(
            (SELECT min(number) FROM messages), (SELECT value + 1 FROM about WHERE key = 'position'), 1)
            WHERE EXISTS (SELECT * FROM about WHERE key = 'epoch')""",
    ):
        connection.execute(statement)


def _announcements(connection: sqlite3.Connection) -> None:
    """What administrators announce."""
    for table in ("messages", "outbox"):
        connection.execute(f"ALTER TABLE {table} ADD COLUMN announce INTEGER NOT NULL DEFAULT 0")


def _earlier_names(connection: sqlite3.Connection) -> None:
    """Names people had before, and the ones they have now."""
    connection.execute("CREATE TABLE names (before TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID")


def _what_is_gone(connection: sqlite3.Connection) -> None:
    """What the server no longer keeps."""
    connection.execute("ALTER TABLE talks ADD COLUMN gone INTEGER NOT NULL DEFAULT 0")


#: A file that has taken n of them says so as its ``user_version``; the first version said 0.
STEPS: tuple[Step, ...] = (_first_tables, _receipts_and_marks, _announcements, _earlier_names, _what_is_gone)


# --- writing ------------------------------------------------------------------------------------------


def note(connection: sqlite3.Connection, key: str, value: object) -> None:
    """Keep one thing about the whole."""
    connection.execute("INSERT OR REPLACE INTO about (key, value) VALUES (?, ?)", (key, value))


def put(connection: sqlite3.Connection, message: Message, me: str) -> None:
    """Keep a message, once; if it waited in the outbox, it waits no more."""
    row = (message.number, message.sender, str(message.to), message.text, message.at, message.ref)
    connection.execute(
        f"INSERT OR IGNORE INTO messages ({MESSAGE}, talk) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (*row, message.announce, str(message.conversation(me))),
    )
    if message.sender == me and message.ref is not None:
        connection.execute("DELETE FROM outbox WHERE ref = ?", (message.ref,))


def put_past(connection: sqlite3.Connection, past: Past, me: str, audience: Audience | None) -> None:
    """Keep what was read back of a conversation, or of all, and that there is no hole behind it."""
    for message in past.messages:
        put(connection, message, me)
    if audience is None:
        connection.execute(
            "UPDATE about SET value = min(value, ?) WHERE key = 'held_from'", (past.held_from,)
        )
        return
    connection.execute(
        "INSERT INTO talks (audience, read, held_from, gone) VALUES (?, 0, ?, ?) ON CONFLICT (audience) "
        "DO UPDATE SET held_from = min(coalesce(held_from, excluded.held_from), excluded.held_from),"
        " gone = max(gone, excluded.gone)",
        (str(audience), past.held_from, past.gone),
    )


def put_read(connection: sqlite3.Connection, audience: Audience, number: int) -> None:
    """Keep that a conversation was read up to a number."""
    connection.execute(
        "INSERT INTO talks (audience, read) VALUES (?, ?) "
        "ON CONFLICT (audience) DO UPDATE SET read = max(read, excluded.read)",
        (str(audience), number),
    )


def put_mark(connection: sqlite3.Connection, audience: Audience, mark: Mark) -> None:
    """Keep how far a conversation was read, and what is unread behind that."""
    connection.execute(
        "INSERT INTO talks (audience, read, counted, unread) VALUES (?, ?, ?, ?) ON CONFLICT (audience) "
        "DO UPDATE SET read = max(read, excluded.read), counted = excluded.counted, unread = excluded.unread",
        (str(audience), mark.read, mark.counted, mark.unread),
    )


def rename(connection: sqlite3.Connection, before: str, name: str, *, mine: bool) -> None:
    """Keep what was said with somebody under the name they have now; what they said keeps its sender."""
    connection.execute("UPDATE names SET name = ? WHERE name = ?", (name, before))
    connection.execute("INSERT OR REPLACE INTO names (before, name) VALUES (?, ?)", (before, name))
    connection.execute("DELETE FROM names WHERE before = ?", (name,))
    connection.execute("DELETE FROM people WHERE name = ?", (before,))
    connection.execute("INSERT OR IGNORE INTO people (name) VALUES (?)", (name,))
    if mine:
        connection.execute("UPDATE messages SET sender = ? WHERE sender = ?", (name, before))
    for (talk,) in connection.execute(
        "SELECT talk FROM messages UNION SELECT audience FROM talks UNION SELECT audience FROM outbox"
        " UNION SELECT talk FROM receipts"
    ).fetchall():
        if before in talk.split(","):
            renamed = Audience.of(*(name if one == before else one for one in talk.split(",")))
            _move_talk(connection, talk, str(renamed))


def _move_talk(connection: sqlite3.Connection, talk: str, to: str) -> None:
    for table, column in (("messages", "talk"), ("receipts", "talk"), ("outbox", "audience")):
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", (to, talk))
    # Something may have been said with both names: then each mark that is further on counts.
    connection.execute(
        "INSERT INTO talks (audience, read, counted, unread, held_from, gone)"
        " SELECT ?, read, counted, unread, held_from, gone FROM talks WHERE audience = ?"
        " ON CONFLICT (audience) DO UPDATE SET read = max(read, excluded.read),"
        " counted = max(counted, excluded.counted), unread = unread + excluded.unread,"
        " held_from = max(held_from, excluded.held_from), gone = max(gone, excluded.gone)",
        (to, talk),
    )
    connection.execute("DELETE FROM talks WHERE audience = ?", (talk,))


def put_receipt(connection: sqlite3.Connection, number: int, receipt: Receipt, me: str) -> None:
    """Keep how far a message of one's own came, if it is held.

    Among named people those before it have come at least as far (language, R35), so what says less of
    them is let go: there are never more rows than steps from nobody to all.
    """
    found = connection.execute(
        "SELECT talk FROM messages WHERE number = ? AND sender = ?", (number, me)
    ).fetchone()
    if found is None:
        return
    (talk,) = found
    known = connection.execute(f"SELECT {_RECEIPT} FROM receipts WHERE number = ?", (number,)).fetchone()
    receipt = receipt.of(audience_of(talk)).beside(_receipt(*known) if known else None)
    reached = (talk, number, receipt.delivered, receipt.read)
    if talk != EVERYONE_SIGN:
        if connection.execute(
            "SELECT 1 FROM receipts WHERE talk = ? AND number > ? AND delivered >= ? AND read >= ?", reached
        ).fetchone():
            return
        connection.execute(
            "DELETE FROM receipts WHERE talk = ? AND number <= ? AND delivered <= ? AND read <= ?", reached
        )
    connection.execute(
        f"INSERT OR REPLACE INTO receipts (talk, number, {_RECEIPT}) VALUES (?, ?, ?, ?, ?, ?)",
        (*reached, receipt.to, ",".join(receipt.offline)),
    )


# --- reading ------------------------------------------------------------------------------------------


def held(connection: sqlite3.Connection, me: str) -> Held:
    """Read all that a client starts with."""
    about = dict(connection.execute("SELECT key, value FROM about"))
    (newest,) = connection.execute("SELECT coalesce(max(number), 0) FROM messages").fetchone()
    waiting = connection.execute(
        "SELECT ref, audience, text, at, refusal, announce FROM outbox ORDER BY place"
    )
    talks = connection.execute("SELECT talk FROM messages UNION SELECT audience FROM talks").fetchall()
    return Held(
        epoch=about.get("epoch"),
        position=about.get("position", 0),
        held_from=about.get("held_from", 0),
        gap=about.get("gap", 0),
        newest=newest,
        people=[name for (name,) in connection.execute("SELECT name FROM people")],
        talks=[_talk(connection, talk, me) for (talk,) in talks],
        earlier=dict(connection.execute("SELECT before, name FROM names").fetchall()),
        waiting=[
            Waiting(ref, audience_of(to), text, at, refusal, bool(announce))
            for ref, to, text, at, refusal, announce in waiting
        ],
    )


def _talk(connection: sqlite3.Connection, talk: str, me: str) -> Talk:
    messages, more = page(connection, audience_of(talk), _ALL, me, NEWEST)
    kept = connection.execute(
        "SELECT read, counted, unread, held_from, gone FROM talks WHERE audience = ?", (talk,)
    ).fetchone()
    read, counted, unread, held_from, gone = kept or (0, 0, 0, None, 0)
    (since,) = connection.execute(
        "SELECT count(*) FROM messages WHERE talk = ? AND sender <> ? AND number > ?",
        (talk, me, max(read, counted)),
    ).fetchone()
    mark = Mark(read, counted, unread)
    return Talk(audience_of(talk), unread + since, messages, more, mark, held_from, gone)


def page(
    connection: sqlite3.Connection, audience: Audience, before: int, me: str, most: int | None = None
) -> tuple[list[Message], bool]:
    """Read messages before a number, rising, and whether there are still older ones."""
    most = most or PAGE
    rows = connection.execute(
        f"SELECT {MESSAGE} FROM messages WHERE talk = ? AND number < ? ORDER BY number DESC LIMIT ?",
        (str(audience), before, most + 1),
    ).fetchall()
    return _messages(connection, audience, rows[:most], me), len(rows) > most


def page_behind(
    connection: sqlite3.Connection, audience: Audience, number: int, me: str, most: int | None = None
) -> tuple[list[Message], bool]:
    """Read messages behind a number, rising, and whether there are still newer ones."""
    most = most or PAGE
    rows = connection.execute(
        f"SELECT {MESSAGE} FROM messages WHERE talk = ? AND number > ? ORDER BY number LIMIT ?",
        (str(audience), number, most + 1),
    ).fetchall()
    return _messages(connection, audience, rows[:most][::-1], me), len(rows) > most


def around(
    connection: sqlite3.Connection, audience: Audience, number: int, me: str
) -> tuple[list[Message], bool, bool]:
    """Read the messages around a number, rising, and whether there are still older and newer ones."""
    before, older = page(connection, audience, number + 1, me, AROUND)
    behind, newer = page_behind(connection, audience, number, me, AROUND)
    return [*before, *behind], older, newer


def _messages(
    connection: sqlite3.Connection, audience: Audience, rows: Sequence[tuple[Any, ...]], me: str
) -> list[Message]:
    """Make messages, rising, of rows that fall; with how far one's own came."""
    receipts = _receipts(connection, audience, [row[0] for row in rows if row[1] == me])
    return [
        Message(
            number, sender, audience_of(to), text, at, ref, receipts.get(number), bool(announce), audience
        )
        for number, sender, to, text, at, ref, announce in reversed(rows)
    ]


def _receipts(connection: sqlite3.Connection, audience: Audience, numbers: list[int]) -> dict[int, Receipt]:
    """Say how far messages of one's own came, whose numbers fall."""
    if not numbers:
        return {}
    rows = connection.execute(
        f"SELECT number, {_RECEIPT} FROM receipts WHERE talk = ? AND number BETWEEN ? AND ? "
        "ORDER BY number DESC",
        (str(audience), numbers[-1], numbers[0] if audience.everyone else _ALL),
    ).fetchall()
    if audience.everyone:
        return {number: _receipt(*rest) for number, *rest in rows}
    receipts: dict[int, Receipt] = {}
    known: Receipt | None = None
    told = deque(rows)
    for number in numbers:
        while told and told[0][0] >= number:
            known = _receipt(*told.popleft()[1:]).beside(known)
        if known is not None:
            receipts[number] = known
    return receipts


def _receipt(delivered: int, read: int, to: int, offline: str) -> Receipt:
    return Receipt(delivered, read, to, tuple(filter(None, offline.split(","))))


def message(connection: sqlite3.Connection, number: int) -> Message | None:
    """Read one message."""
    row = connection.execute(f"SELECT {MESSAGE} FROM messages WHERE number = ?", (number,)).fetchone()
    if row is None:
        return None
    number, sender, to, text, at, ref, announce = row
    return Message(number, sender, audience_of(to), text, at, ref, announce=bool(announce))
