"""Letting go of what is old by hand, once, and giving the room back to the disk."""

from __future__ import annotations

import sqlite3
import time
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, text

from ..storage import schema
from ..storage.copying import size_of, synchronise
from .alone import alone
from .backups import in_a_sentence, older_copies, taken
from .databases import database_of, engines_of, file_of, must_be_there, reading

DAY = 24 * 60 * 60 * 1000
#: Messages in one transaction.
AT_ONCE = 1000


def prune(folder: Path, days: int, database: str | None = None) -> dict[str, Any]:
    """Let go of messages older than so many days; numbers and refs stay (language, R21 and R30)."""
    url = database_of(folder, database)
    file = file_of(url)
    if file is not None:
        must_be_there(file)
    size = partial(size_of, file) if file is not None else partial(_asked_size, url)
    messages, upto = 0, 0
    with alone(folder, database) as opened:
        before = size()
        until = time.time_ns() // 1_000_000 - days * DAY
        while True:
            gone = opened.done(opened.storage.let_go(until, AT_ONCE))
            messages, upto = messages + gone.messages, gone.upto
            if not gone.more:
                break
    with taken(folder), in_a_sentence(folder):
        _rebuild(file) if file is not None else _vacuum(url)
        after = size()
    copies = [] if file is None else [str(path) for path in older_copies(file)]
    return {
        "messages": messages,
        "upto": upto,
        "before": before,
        "after": after,
        "freed": max(0, before - after),  # what is written anew can be a little more
        "copies": copies,
    }


def _vacuum(url: URL) -> None:
    """Have PostgreSQL write its tables anew, and give what is left over to the disk."""
    engine = engines_of(url).writing
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in schema.metadata.sorted_tables:
                connection.execute(text(f"VACUUM (FULL, ANALYZE) {table.name}"))
    finally:
        engine.dispose()


def _asked_size(url: URL) -> int:
    with reading(url) as connection:
        found: int = connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
        return found


def _rebuild(database: Path) -> None:
    """Write the file anew without what was let go: SQLite would keep the words in pages it uses no more."""
    connection = sqlite3.connect(database, isolation_level=None)
    try:
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
    synchronise(database)
