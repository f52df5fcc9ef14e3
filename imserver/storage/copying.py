"""A SQLite database as it stands at one moment: read or copied while a server goes on writing.

What was committed last stands in the write-ahead log and not in the file, so that a copy of the file
misses it.  SQLite's own copy is one snapshot of both: it is taken in steps within one transaction, so that
it is never begun anew, however much is written meanwhile, and no writer waits for it.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Engine, NullPool, create_engine, event

from .interface import Damaged, DiskFull, StorageError

#: Pages of 4 KiB between two synchronisations: behind more than that a server's own would wait too long.
STEP = 1024


def copy(source: Path, target: Path) -> None:
    """Copy a database to a new file, for its owner's eyes alone, and have it on the disk."""
    try:
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600))
        _copied(source, target)
    except (sqlite3.Error, OSError) as error:
        full = getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL
        full = full or getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT)
        kind = DiskFull if full else Damaged if is_damage(error) else StorageError
        raise kind(f"{source} cannot be copied: {in_words(error)}") from error


def _copied(source: Path, target: Path) -> None:
    reading, writing = _connected(source, "mode=ro"), sqlite3.connect(target)
    try:
        # Until it is whole nobody takes it for a database: there is nothing to go back to.
        writing.execute("PRAGMA journal_mode=OFF")
        writing.execute("PRAGMA synchronous=OFF")
        reading.execute("BEGIN")
        reading.execute("SELECT count(*) FROM sqlite_master").fetchone()  # from here on it is one snapshot
        reading.backup(writing, pages=STEP, progress=lambda *_: synchronise(target))
    finally:
        reading.close()
        writing.close()
    synchronise(target)


def size_of(database: Path) -> int:
    """Give the bytes of a database with its write-ahead log: no copy of it is larger."""
    found = 0
    for path in (database, database.with_name(f"{database.name}-wal")):
        with suppress(FileNotFoundError):
            found += path.stat().st_size
    return found


def synchronise(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk."""
    opened = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def as_it_stands(path: Path, *, alone: bool = False) -> Engine:
    """Open a database to read it, each transaction one snapshot; ``alone``: nobody writes to it.

    Nothing is written beside one that is read alone, so that it can lie where nothing may be written.
    """
    how = "immutable=1" if alone else "mode=ro"
    engine = create_engine(
        "sqlite://", creator=lambda: _connected(path, how), poolclass=NullPool, hide_parameters=True
    )
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def _connected(path: Path, how: str) -> sqlite3.Connection:
    if not path.is_file():
        raise FileNotFoundError(2, "No such file or directory", str(path))
    if os.statvfs(path).f_flag & os.ST_RDONLY and not path.with_name(f"{path.name}-wal").exists():
        how = (
            "immutable=1"  # SQLite finds no place for what readers share, and where nobody writes needs none
        )
    address = f"file:{quote(str(path.absolute()))}?{how}"
    return sqlite3.connect(address, uri=True, timeout=10, isolation_level=None)


def in_words(error: Exception) -> str:
    """Say what the system said."""
    return (getattr(error, "strerror", None) or str(error)).rstrip(".")


def is_damage(error: Exception) -> bool:
    """Whether SQLite says that a file is not what it wrote."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
