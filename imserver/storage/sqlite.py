"""SQLite: one file, or none; written through its write-ahead log, every commit synchronised."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Callable

from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event
from sqlalchemy.exc import DBAPIError

from .database import Engines, Take

#: FULL, since NORMAL lost answered messages in most simulated power cuts, and gains nothing in batches.
#: The write-ahead log is folded in each 16 MiB: a busy page is then written back once and not four times.
_PRAGMAS = (
    "busy_timeout=10000",
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "wal_autocheckpoint=4000",
)


def open_file(url: URL) -> Engines:
    """Open a file; its folder must be there."""
    # One connection for the writer, four for the readers.  What people say stands in no error and no log.
    engine = create_engine(url, pool_size=5, max_overflow=0, hide_parameters=True)
    return _prepared(engine, part=engine.dispose, take=lambda: _lock(f"{url.database}.lock"))


def open_memory() -> Engines:
    """Make a database that ends with the process, for one thread."""
    engine = create_engine("sqlite://", poolclass=StaticPool, hide_parameters=True)
    # Its one connection is the database, and nobody else's.
    return _prepared(engine, part=lambda: None, take=lambda: lambda: None)


def _lock(path: str) -> Callable[[], None] | None:
    """Lock a file beside the database, whose own locks are the transactions'."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lambda: os.close(lock)


def _prepared(engine: Engine, part: Callable[[], None], take: Take) -> Engines:
    event.listen(engine, "connect", _connected)
    event.listen(engine, "begin", _begun)
    reading = engine.execution_options(reads_only=True)
    # BEGIN IMMEDIATE has waited for all others already.
    return Engines(engine, reading, alone=lambda connection: None, undone=_undone, part=part, take=take)


def _connected(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # or the driver would begin and commit where it likes
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begun(connection: Connection) -> None:
    # A writer that began as a reader could find its snapshot outdated; at BEGIN IMMEDIATE it waits instead.
    reads_only = connection.get_execution_options().get("reads_only")
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


def _undone(error: DBAPIError) -> bool:
    # The disk was full before the commit's last frame was written: nobody will ever find it there.
    return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL
