"""SQLite: one file, or none; written through its write-ahead log, every commit synchronised."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event

from .copying import copy, synchronise
from .database import Engines, Take
from .interface import Damaged, DiskFull, StorageError

#: FULL, since NORMAL lost answered messages in most simulated power cuts, and gains nothing in batches.
#: What is sorted for a reader is kept in memory: to be read, a full disk needs no room.
_PRAGMAS = (
    "busy_timeout=10000",
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "temp_store=MEMORY",
    "wal_autocheckpoint=0",
)

#: Pages of 4 KiB.  A whole check of 64 MiB takes half a second, a quick one a third of that.
WHOLLY_CHECKED = 16 * 1024


def open_file(url: URL) -> Engines:
    """Open a file; its folder must be there."""
    # One connection for the writer, four for the readers.  What people say stands in no error and no log.
    engine = create_engine(url, pool_size=5, max_overflow=0, hide_parameters=True)
    return _prepared(
        engine,
        fold=WriteAheadLog(engine, f"{url.database}-shm").fold,
        keep=lambda step: _keep(Path(str(url.database)), step),
        part=engine.dispose,
        take=lambda: _lock(f"{url.database}.lock"),
    )


def open_memory() -> Engines:
    """Make a database that ends with the process, for one thread."""
    engine = create_engine("sqlite://", poolclass=StaticPool, hide_parameters=True)
    # Its one connection is the database, and nobody else's.
    return _prepared(
        engine, fold=lambda: None, keep=lambda step: None, part=lambda: None, take=lambda: lambda: None
    )


def _lock(path: str) -> Callable[[], None] | None:
    """Lock a file beside the database, whose own locks are the transactions'."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lambda: os.close(lock)


def _keep(database: Path, step: str) -> None:
    """Keep a copy beside a database; it is whole as soon as it has its name."""
    unfinished = database.with_name(f"{database.name}.part")
    copy(database, unfinished)
    unfinished.replace(database.with_name(f"{database.name}.step-{step}"))
    synchronise(database.parent)


def _prepared(
    engine: Engine,
    *,
    fold: Callable[[], None],
    keep: Callable[[str], None],
    part: Callable[[], None],
    take: Take,
) -> Engines:
    event.listen(engine, "connect", _connected)
    event.listen(engine, "begin", _begun)
    reading = engine.execution_options(reads_only=True)
    # BEGIN IMMEDIATE has waited for all others already.
    return Engines(
        engine,
        reading,
        alone=lambda connection: None,
        check=_check,
        kind=lambda error: _kind(error.orig),
        undone=lambda error: _undone(error.orig),
        fold=fold,
        keep=keep,
        part=part,
        take=take,
    )


def _connected(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # or the driver would begin and commit where it likes
    try:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
    except sqlite3.Error as error:  # which nobody has translated here
        raise _kind(error)(str(error)) from error


def _begun(connection: Connection) -> None:
    # A writer that began as a reader could find its snapshot outdated; at BEGIN IMMEDIATE it waits instead.
    reads_only = connection.get_execution_options().get("reads_only")
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


def _undone(error: object) -> bool:
    # The disk was full before the commit's last frame was written: nobody will ever find it there.
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL


#: What some of SQLite's errors are; SHMSIZE: there was no room for the file that all connections share.
_KINDS: dict[int, type[StorageError]] = {
    sqlite3.SQLITE_FULL: DiskFull,
    sqlite3.SQLITE_IOERR_SHMSIZE: DiskFull,
    sqlite3.SQLITE_CORRUPT: Damaged,
    sqlite3.SQLITE_NOTADB: Damaged,
}


def _kind(error: object) -> type[StorageError]:
    code = getattr(error, "sqlite_errorcode", 0)
    if str(error).startswith("Could not decode"):  # the driver's own, without a code
        return Damaged
    return _KINDS.get(code) or _KINDS.get(code & 0xFF, StorageError)


def _check(connection: Connection) -> None:
    """Look whether the file holds together: all of it, or of a large one all but the indexes' contents."""
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    how = "integrity_check" if pages <= WHOLLY_CHECKED else "quick_check"
    found = connection.exec_driver_sql(f"PRAGMA {how}(1)").scalar()
    if found != "ok":
        raise Damaged(str(found).replace("\n", " "))


class WriteAheadLog:
    """The file that every commit is written to first, folded into the database when it has grown.

    SQLite would do that by itself, but not tell when the disk fails at it; whoever tried again would
    then be told that all is well (what the disk has refused once, the kernel takes for written).
    """

    #: Pages of 4 KiB at which it is folded in: a busy page is then written back once and not four times.
    FOLDED_AT = 4000
    #: While readers, or a full disk, keep it from being folded in whole, it is tried again after so many.
    AGAIN = 1000
    #: Room for the index of all it may then hold, taken beforehand: behind a commit nothing may need room.
    INDEX = 128 * 1024

    def __init__(self, engine: Engine, index: str) -> None:
        self._engine = engine
        self._path = index
        # Never closed: a process that closes any file gives up all the locks it has on it.
        self._index = -1
        self._next = 0

    def fold(self) -> None:
        """Fold it in, if it is time: at the start, and when it has grown; raises ``StorageError``."""
        pages = self._pages()
        if pages >= self._next:
            self._fold()
            self._next = max(pages + self.AGAIN, self.FOLDED_AT)
        elif pages < self.FOLDED_AT:
            self._next = self.FOLDED_AT

    def _pages(self) -> int:
        if self._index >= 0 and not os.fstat(self._index).st_nlink:
            os.close(self._index)  # nobody has it any more, nor any locks on it
            self._index = -1
        if self._index < 0:
            self._index = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
            synchronise(Path(self._path).parent)  # SQLite does that, too, and does not look whether it could
            with suppress(OSError):  # then it grows when it must, if it can
                there = os.fstat(self._index).st_size
                os.pwrite(self._index, bytes(max(0, self.INDEX - there)), there)
        # https://www.sqlite.org/walformat.html: the index begins with its header; in it, mxFrame.
        pages: int = struct.unpack("=I", os.pread(self._index, 4, 16))[0]
        return pages

    def _fold(self) -> None:
        connection = self._engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint")
        except sqlite3.Error as error:
            # Without room it does no harm where it is.
            if _kind(error) is not DiskFull:
                raise StorageError(f"{error}, behind a commit") from error
        finally:
            connection.close()
