"""What the server asks of a database: small protocols whose methods are named for acts.

Each method is one transaction.  What changes something goes through one writer, in the
order it was asked for; its Deferred fires after the commit, so that whoever answers OK
then says what is on disk.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from twisted.internet.defer import Deferred

from .records import Arrival, Credential, Draft, Entry, Opening, Page, Stored


class StorageError(Exception):
    """The database would not do it; nothing has changed."""


class NameTaken(StorageError):
    """The name is, or was, an account's."""


class RefUsed(StorageError):
    """That account has said something else under this ref, in the entry ``number``."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class OutcomeUnknown(Exception):
    """A commit failed and nobody knows whether it is on disk: the only honest answer is none.

    Whoever meets it ends the process (or at least the connections that wait) without an answer;
    clients say it again with their ref, and are told by the log as it is found then.
    """


class DatabaseTaken(StorageError):
    """Another server is using the database."""


class NewerDatabase(StorageError):
    """The database was written by a newer version of this program."""


class Accounts(Protocol):
    """Who there is."""

    def register(self, name: str, password_hash: str) -> Deferred[Entry]:
        """Make an account and its REGISTER entry; fails with ``NameTaken``."""

    def credential(self, name: str) -> Deferred[Credential | None]:
        """Look up what proves an account."""


class Log(Protocol):
    """What was said, in order."""

    def append(self, draft: Draft) -> Deferred[Stored]:
        """Give a draft its number and keep it; fails with ``RefUsed``.

        A ref that was used for the same words to the same people gives the first entry again.
        """

    def said_as(self, account: int, ref: str) -> Deferred[Entry | None]:
        """Look up what an account said under a ref, behind every draft that was appended before."""

    def page_after(self, account: int, position: int, limit: int) -> Deferred[Page]:
        """Read an account's stream behind a position, as it stands in one snapshot."""

    def count_after(self, account: int, position: int) -> Deferred[int]:
        """Count an account's stream behind a position."""


class Devices(Protocol):
    """How far each device holds its account's stream."""

    def arrive(self, account: int, device: str, keep: int) -> Deferred[Arrival]:
        """Note that a device is in use and say where it stands.

        A new device begins at its account's furthest cursor, the account's first at its REGISTER
        entry.  An account keeps ``keep`` devices: one more, and the longest unused is forgotten.
        """

    def hold(self, account: int, device: str, number: int) -> Deferred[None]:
        """Note that a device is in use and holds everything up to ``number``; a cursor never goes back.

        What a forgotten device holds is nobody's concern: it stays forgotten.
        """


class Storage(Accounts, Log, Devices, Protocol):
    """All of it, and its beginning and end."""

    #: Called once per commit with its new entries in order, after all Deferreds of that commit have fired.
    committed: Callable[[tuple[Entry, ...]], None]

    def take(self) -> None:
        """Keep other servers out until ``close``, or the process's end; raises ``DatabaseTaken``."""

    def open(self) -> Opening:
        """Bring the tables up to date and read what the server must know; raises ``NewerDatabase``.

        It blocks, and is called before anybody is let in.
        """

    def close(self) -> Deferred[None]:
        """Finish what was asked for, then let go of the database."""
