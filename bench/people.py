"""A data folder with people in it whose passwords are cheap to check: it is something else that is measured.

A hash carries what it costs, so the server as it is checks these in no time: argon2 at OWASP's
minimum would take 25 ms of a core for each login, and there are many.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from argon2 import PasswordHasher
from sqlalchemy import make_url
from twisted.internet.defer import Deferred, maybeDeferred

from imserver.storage import sqlite
from imserver.storage.database import Database
from imserver.storage.records import NAMELESS, Entry

T = TypeVar("T")

PASSWORD = "correct horse"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
DATABASE = "imserver.db"


def settle(
    folder: Path,
    names: Iterable[str],
    *,
    long_ago: bool = False,
    hasher: PasswordHasher = CHEAP,
    tokens: Mapping[str, str] | None = None,
    device: str = NAMELESS,
) -> None:
    """Register people in a data folder that no server uses; *long ago*: they know of each other already.

    ``tokens`` are hashes, by name, of what their device may come back with.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with unserved(folder) as (database, done):
        password_hash = hasher.hash(PASSWORD)
        settled = [database.register(name, password_hash) for name in names]
        done()
        if long_ago:
            _have_been_here(database, settled, tokens or {}, device)


@contextmanager
def unserved(folder: Path) -> Iterator[tuple[Database, Callable[[], None]]]:
    """Give the database of a folder that no server uses, and a way to have done what was asked of it."""
    soon: list[Callable[[], None]] = []
    database = Database(
        sqlite.open_file(make_url(f"sqlite:///{folder / DATABASE}")),
        write=_at_once,
        read=_at_once,
        soon=soon.append,
        now=lambda: time.time_ns() // 1_000_000,
    )
    database.open()

    def done() -> None:
        while soon:
            soon.pop()()

    yield database, done
    done()
    database.close()


def _have_been_here(
    database: Database, settled: list[Deferred[Entry]], tokens: Mapping[str, str], device: str
) -> None:
    entries: list[Entry] = []
    for registered in settled:
        registered.addCallback(entries.append)
    for entry in entries:
        if (token := tokens.get(entry.sender)) is not None:
            database.come_back(entry.account, device, 1, None, token)
        else:
            database.arrive(entry.account, device, 1)
        database.hold(entry.account, device, entries[-1].number)


def _at_once(work: Callable[[], T], /) -> Deferred[T]:
    return maybeDeferred(work)
