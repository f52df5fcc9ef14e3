"""Letting go of what is old by hand, once, and giving the room back to the disk."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from ..storage.copying import synchronise
from .alone import alone
from .backups import DATABASE, in_a_sentence, taken
from .saying import NotDone

DAY = 24 * 60 * 60 * 1000
#: Messages in one transaction.
AT_ONCE = 1000


def prune(folder: Path, days: int) -> dict[str, object]:
    """Let go of messages older than so many days; numbers and refs stay (language, R21 and R30)."""
    database = folder / DATABASE
    if not database.is_file():
        raise NotDone(f"There is no database in {folder}; name the data folder with --data FOLDER.")
    before, messages, upto = _bytes(folder), 0, 0
    with alone(folder) as opened:
        until = time.time_ns() // 1_000_000 - days * DAY
        while True:
            gone = opened.done(opened.storage.let_go(until, AT_ONCE))
            messages, upto = messages + gone.messages, gone.upto
            if not gone.more:
                break
    with taken(folder), in_a_sentence(folder):
        _rebuild(database)
    copies = sorted(
        str(path) for path in folder.glob(f"{DATABASE}.*") if path.suffix.startswith((".step", ".repl"))
    )
    return {
        "messages": messages,
        "upto": upto,
        "before": before,
        "after": _bytes(folder),
        "freed": before - _bytes(folder),
        "copies": copies,
    }


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


def _bytes(folder: Path) -> int:
    names = (DATABASE, f"{DATABASE}-wal")
    return sum((folder / name).stat().st_size for name in names if (folder / name).exists())
