"""What this device holds of one account: messages and cursor in one transaction, in a file of its own.

The file is a copy, but for the outbox: what is lost of it is told again, since ACK is said only for what
was committed here (language, R27).
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from urllib.parse import quote

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from improtocol.audience import Audience

from .records import Held, Message, Talk, Waiting, audience_of
from .running import Run
from .settings import private
from .signal import Signal
from .writing import Writer

#: So many messages of a conversation are read at the start, and so many are a page of older ones.
NEWEST, PAGE = 300, 200

_TABLES = """
CREATE TABLE IF NOT EXISTS about (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS messages (
    number INTEGER PRIMARY KEY, talk TEXT NOT NULL, sender TEXT NOT NULL, audience TEXT NOT NULL,
    text TEXT NOT NULL, at INTEGER NOT NULL, ref TEXT);
CREATE INDEX IF NOT EXISTS messages_by_talk ON messages (talk, number);
CREATE TABLE IF NOT EXISTS talks (audience TEXT PRIMARY KEY, read INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS people (name TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outbox (
    place INTEGER PRIMARY KEY, ref TEXT NOT NULL UNIQUE, audience TEXT NOT NULL,
    text TEXT NOT NULL, at REAL NOT NULL, refusal TEXT);
"""
_MESSAGE = "number, sender, audience, text, at, ref"


def cache_path(folder: Path, host: str, port: int, name: str, device: str) -> Path:
    """Give the file for an account at a server as one device sees it."""
    return (
        folder / "accounts" / quote(f"{host.lower()}:{port}", safe="") / f"{quote(name, safe='')}@{device}.db"
    )


class Cache:
    """The file, as the reactor's thread sees it: everything is asked, nothing waits."""

    def __init__(self, path: Path, me: str, run: Run, clock: IReactorTime) -> None:
        self.path = path
        self._me = me
        self._writer = Writer(lambda: _opened(path), run, clock)

    @property
    def trouble(self) -> Signal[str]:
        """A sentence when the disk cannot be written; empty when it can again."""
        return self._writer.trouble

    @property
    def eased(self) -> Signal[()]:
        """Something was committed."""
        return self._writer.eased

    @property
    def backlog(self) -> int:
        """How much is not committed yet."""
        return self._writer.backlog

    def load(self) -> Deferred[Held]:
        """Read all that a client starts with."""
        return self._writer.ask(lambda connection: _held(connection, self._me))

    def keep(self, position: int, message: Message | None = None, *, read: bool = False) -> Deferred[None]:
        """Keep how far the stream was told, with the message that was told there."""

        def act(connection: sqlite3.Connection) -> None:
            if message is not None:
                _put(connection, message, self._me)
                connection.execute("DELETE FROM outbox WHERE ref = ?", (_own_ref(message, self._me),))
                if read:
                    _read_to(connection, message.conversation(self._me), message.number)
            _note(connection, "position", position)

        return self._writer.ask(act)

    def keep_person(self, name: str) -> Deferred[None]:
        """Keep that somebody exists."""
        return self._do("INSERT OR IGNORE INTO people (name) VALUES (?)", name)

    def keep_epoch(self, epoch: str, position: int) -> Deferred[None]:
        """Keep which log it is, and where the stream begins."""

        def act(connection: sqlite3.Connection) -> None:
            _note(connection, "epoch", epoch)
            _note(connection, "position", position)

        return self._writer.ask(act)

    def forget(self) -> Deferred[None]:
        """Let go of all that the log told; what waits to be sent stays."""

        def act(connection: sqlite3.Connection) -> None:
            for table in ("about", "messages", "talks", "people"):
                connection.execute(f"DELETE FROM {table}")

        return self._writer.ask(act)

    # The outbox

    def keep_waiting(self, waiting: Waiting) -> Deferred[None]:
        """Keep what is to be sent."""
        return self._do(
            "INSERT INTO outbox (ref, audience, text, at) VALUES (?, ?, ?, ?)",
            waiting.ref,
            str(waiting.audience),
            waiting.text,
            waiting.at,
        )

    def sent(self, message: Message) -> Deferred[None]:
        """Keep one's own message under its number, and let it go from the outbox, at once."""

        def act(connection: sqlite3.Connection) -> None:
            _put(connection, message, self._me)
            connection.execute("DELETE FROM outbox WHERE ref = ?", (message.ref,))

        return self._writer.ask(act)

    def refused(self, ref: str, sentence: str) -> Deferred[None]:
        """Keep why it will never be sent."""
        return self._do("UPDATE outbox SET refusal = ? WHERE ref = ?", sentence, ref)

    def dismissed(self, ref: str) -> Deferred[None]:
        """Let it go."""
        return self._do("DELETE FROM outbox WHERE ref = ?", ref)

    # Reading back

    def read(self, audience: Audience, number: int) -> Deferred[None]:
        """Keep how far a conversation was read."""
        return self._writer.ask(lambda connection: _read_to(connection, audience, number))

    def older(self, audience: Audience, before: int) -> Deferred[tuple[list[Message], bool]]:
        """Give a page of messages before a number, rising, and whether there are still older ones."""
        return self._writer.ask(lambda connection: _page(connection, str(audience), before, PAGE))

    def close(self) -> Deferred[None]:
        """Write what is to be written, and close."""
        return self._writer.finish()

    def _do(self, statement: str, *values: object) -> Deferred[None]:
        def act(connection: sqlite3.Connection) -> None:
            connection.execute(statement, values)

        return self._writer.ask(act)


# --- on the other thread ------------------------------------------------------------------------------


def _opened(path: Path) -> sqlite3.Connection:
    """Open the file; one that is damaged is put aside, since all of it but the outbox can be told again."""
    private(path.parent.parent)
    private(path.parent)
    try:
        return _connected(path)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        for ending in ("", "-wal", "-shm"):
            part = path.with_name(path.name + ending)
            if part.exists():
                part.replace(path.with_name(f"{path.name}.damaged{ending}"))
        return _connected(path)


def _connected(path: Path) -> sqlite3.Connection:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        # FULL: the power may fail right after ACK was said, and then nobody tells it again.
        connection.execute("PRAGMA synchronous = FULL")
        connection.executescript(_TABLES)
        connection.execute("SELECT count(*) FROM outbox").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _note(connection: sqlite3.Connection, key: str, value: object) -> None:
    connection.execute("INSERT OR REPLACE INTO about (key, value) VALUES (?, ?)", (key, value))


def _put(connection: sqlite3.Connection, message: Message, me: str) -> None:
    row = (message.number, message.sender, str(message.to), message.text, message.at, message.ref)
    connection.execute(
        f"INSERT OR IGNORE INTO messages ({_MESSAGE}, talk) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (*row, str(message.conversation(me))),
    )


def _own_ref(message: Message, me: str) -> str | None:
    return message.ref if message.sender == me else None


def _read_to(connection: sqlite3.Connection, audience: Audience, number: int) -> None:
    connection.execute(
        "INSERT INTO talks (audience, read) VALUES (?, ?) "
        "ON CONFLICT (audience) DO UPDATE SET read = max(read, excluded.read)",
        (str(audience), number),
    )


def _held(connection: sqlite3.Connection, me: str) -> Held:
    about = dict(connection.execute("SELECT key, value FROM about"))
    (newest,) = connection.execute("SELECT coalesce(max(number), 0) FROM messages").fetchone()
    waiting = connection.execute("SELECT ref, audience, text, at, refusal FROM outbox ORDER BY place")
    return Held(
        epoch=about.get("epoch"),
        position=about.get("position", 0),
        newest=newest,
        people=[name for (name,) in connection.execute("SELECT name FROM people")],
        talks=[
            _talk(connection, talk, me)
            for (talk,) in connection.execute("SELECT DISTINCT talk FROM messages").fetchall()
        ],
        waiting=[Waiting(ref, audience_of(to), text, at, refusal) for ref, to, text, at, refusal in waiting],
    )


def _talk(connection: sqlite3.Connection, talk: str, me: str) -> Talk:
    messages, more = _page(connection, talk, 1 << 62, NEWEST)
    (unread,) = connection.execute(
        "SELECT count(*) FROM messages WHERE talk = :talk AND sender <> :me "
        "AND number > coalesce((SELECT read FROM talks WHERE audience = :talk), 0)",
        {"talk": talk, "me": me},
    ).fetchone()
    return Talk(audience_of(talk), unread, messages, more)


def _page(connection: sqlite3.Connection, talk: str, before: int, most: int) -> tuple[list[Message], bool]:
    rows = connection.execute(
        f"SELECT {_MESSAGE} FROM messages WHERE talk = ? AND number < ? ORDER BY number DESC LIMIT ?",
        (talk, before, most + 1),
    ).fetchall()
    messages = [_message(*row) for row in reversed(rows[:most])]
    return messages, len(rows) > most


def _message(number: int, sender: str, to: str, text: str, at: int, ref: str | None) -> Message:
    return Message(number, sender, audience_of(to), text, at, ref)
