"""What this device holds of one account: messages and cursor in one transaction, in a file of its own.

The file is a copy, but for the outbox: what is lost of it is told again, since ACK is said only for what
was committed here (language, R27).
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import quote

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from improtocol.audience import Audience

from . import searching, tables
from .records import Held, Mark, Message, Past, Receipt, Waiting
from .running import Run
from .signal import Signal
from .sought import Sought
from .writing import Writer


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
        self._writer = Writer(lambda: tables.opened(path), run, clock)

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
        return self._writer.ask(lambda connection: tables.held(connection, self._me))

    # The stream

    def keep(self, position: int, message: Message | None = None, *, read: bool = False) -> Deferred[None]:
        """Keep how far the stream was told, with the message that was told there."""

        def act(connection: sqlite3.Connection) -> None:
            if message is not None:
                tables.put(connection, message, self._me)
                if read:
                    tables.put_read(connection, message.conversation(self._me), message.number)
            tables.note(connection, "position", position)

        return self._writer.ask(act)

    def keep_gap(self, position: int) -> Deferred[None]:
        """Keep that the stream goes on behind a number, and that something before it is lost."""

        def act(connection: sqlite3.Connection) -> None:
            tables.note(connection, "gap", position)
            tables.note(connection, "position", position)

        return self._writer.ask(act)

    def keep_person(self, name: str) -> Deferred[None]:
        """Keep that somebody exists."""
        return self._do("INSERT OR IGNORE INTO people (name) VALUES (?)", name)

    def rename(self, before: str, name: str, *, mine: bool) -> Deferred[None]:
        """Keep everything under the name somebody has now; from here on it may be one's own."""
        if mine:
            self._me = name
        return self._writer.ask(lambda connection: tables.rename(connection, before, name, mine=mine))

    def keep_epoch(self, epoch: str, position: int) -> Deferred[None]:
        """Keep which log it is, and where the stream begins."""

        def act(connection: sqlite3.Connection) -> None:
            tables.note(connection, "epoch", epoch)
            tables.note(connection, "position", position)
            tables.note(connection, "held_from", position + 1 if position else 0)

        return self._writer.ask(act)

    def forget(self) -> Deferred[None]:
        """Let go of all that the log told; what waits to be sent stays."""

        def act(connection: sqlite3.Connection) -> None:
            for table in ("about", "messages", "talks", "people", "receipts", "names"):
                connection.execute(f"DELETE FROM {table}")

        return self._writer.ask(act)

    # The outbox

    def keep_waiting(self, waiting: Waiting) -> Deferred[None]:
        """Keep what is to be sent."""
        return self._do(
            "INSERT INTO outbox (ref, audience, text, at, announce) VALUES (?, ?, ?, ?, ?)",
            waiting.ref,
            str(waiting.audience),
            waiting.text,
            waiting.at,
            waiting.announce,
        )

    def sent(self, message: Message) -> Deferred[None]:
        """Keep one's own message under its number, and let it go from the outbox, at once."""
        return self._writer.ask(lambda connection: tables.put(connection, message, self._me))

    def refused(self, ref: str, sentence: str) -> Deferred[None]:
        """Keep why it will never be sent."""
        return self._do("UPDATE outbox SET refusal = ? WHERE ref = ?", sentence, ref)

    def dismissed(self, ref: str) -> Deferred[None]:
        """Let it go."""
        return self._do("DELETE FROM outbox WHERE ref = ?", ref)

    # Reading back

    def keep_mark(self, audience: Audience, mark: Mark) -> Deferred[None]:
        """Keep how far a conversation was read."""
        return self._writer.ask(lambda connection: tables.put_mark(connection, audience, mark))

    def keep_past(self, past: Past, audience: Audience | None = None) -> Deferred[None]:
        """Keep what was read back from the server, of one conversation or of all."""
        return self._writer.ask(lambda connection: tables.put_past(connection, past, self._me, audience))

    def keep_receipt(self, number: int, receipt: Receipt) -> Deferred[None]:
        """Keep how far a message of one's own came, if it is held."""
        return self._writer.ask(lambda connection: tables.put_receipt(connection, number, receipt, self._me))

    def older(self, audience: Audience, before: int) -> Deferred[tuple[list[Message], bool]]:
        """Give a page of messages before a number, rising, and whether there are still older ones."""
        return self._writer.ask(lambda connection: tables.page(connection, audience, before, self._me))

    def newer(self, audience: Audience, behind: int) -> Deferred[tuple[list[Message], bool]]:
        """Give a page of messages behind a number, rising, and whether there are still newer ones."""
        return self._writer.look(
            lambda connection: tables.page_behind(connection, audience, behind, self._me)
        )

    def around(self, audience: Audience, number: int) -> Deferred[tuple[list[Message], bool, bool]]:
        """Give the messages around a number, rising, and whether there are older and newer ones."""
        return self._writer.look(lambda connection: tables.around(connection, audience, number, self._me))

    def found(
        self, sought: Sought, audience: Audience | None, before: int, most: int
    ) -> Deferred[tuple[list[Message], int]]:
        """Look through a piece of what is held before a number, for so many messages at most.

        Gives them, the newest first, and before which number to look on; 0: that was all.
        """
        return self._writer.look(
            lambda connection: searching.found(connection, sought, audience, before, most)
        )

    def message(self, number: int) -> Deferred[Message | None]:
        """Look a message up."""
        return self._writer.ask(lambda connection: tables.message(connection, number))

    def close(self) -> Deferred[None]:
        """Write what is to be written, and close."""
        return self._writer.finish()

    def _do(self, statement: str, *values: object) -> Deferred[None]:
        def act(connection: sqlite3.Connection) -> None:
            connection.execute(statement, values)

        return self._writer.ask(act)
