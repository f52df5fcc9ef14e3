"""A data folder with people in it whose passwords are cheap to check: it is something else that is measured.

A hash carries what it costs, so the server as it is checks these in no time: argon2 at OWASP's
minimum would take 25 ms of a core for each login, and there are many.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from argon2 import PasswordHasher
from sqlalchemy import make_url
from twisted.internet.defer import Deferred, maybeDeferred

from imserver.storage import sqlite
from imserver.storage.database import Database

T = TypeVar("T")

PASSWORD = "correct horse"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
DATABASE = "imserver.db"


def settle(folder: Path, names: Iterable[str]) -> None:
    """Register people in a data folder that no server uses."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    soon: list[Callable[[], None]] = []
    database = Database(
        sqlite.open_file(make_url(f"sqlite:///{folder / DATABASE}")),
        write=_at_once,
        read=_at_once,
        soon=soon.append,
        now=lambda: time.time_ns() // 1_000_000,
    )
    database.open()
    password_hash = CHEAP.hash(PASSWORD)
    for name in names:
        database.register(name, password_hash)
    while soon:
        soon.pop()()
    database.close()


def _at_once(work: Callable[[], T], /) -> Deferred[T]:
    return maybeDeferred(work)
