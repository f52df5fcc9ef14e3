"""The real server with a defect planted in it, or with a place in its code where it dies: for proofs alone.

``python -m bench.altered_server [--plant DEFECT] [--die-at PLACE:PASSES] -- WORDS FOR TWISTD``

The product knows nothing of this.  What is altered is altered from outside, before it starts; a
place or a part that is not there any more is an error, so that no proof passes for want of a defect.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import count
from types import SimpleNamespace
from typing import Any

from sqlalchemy import text
from twisted.scripts.twistd import run as twistd

from imserver.storage import statements, writer
from imserver.storage.batch import Batch
from imserver.storage.writer import Committed

BEFORE, AFTER = "before", "after"

#: Places where the server can be made to end as by SIGKILL: a method, and which side of it.
FAIL_POINTS: dict[str, tuple[str, str]] = {
    "database-opened": ("imserver.storage.database:Database.open", AFTER),
    "line-taken": ("imserver.connection:Connection._begin", BEFORE),
    "asked-of-the-writer": ("imserver.storage.writer:Writer.ask", AFTER),
    "batch-begun": ("imserver.storage.writer:Transactions.commit", BEFORE),
    "rows-written": ("imserver.storage.batch:Batch.write", AFTER),
    "committed": ("imserver.storage.writer:Transactions.commit", AFTER),
    "before-answers": ("imserver.storage.writer:Writer._fire", BEFORE),
    "before-told": ("imserver.mailroom:Mailroom.committed", BEFORE),
    "told": ("imserver.mailroom:Mailroom.committed", AFTER),
    "before-write": ("imserver.connection:Connection.flush", BEFORE),
    "written": ("imserver.connection:Connection.flush", AFTER),
    "page-read": ("imserver.mailroom:Mailroom._page", BEFORE),
}

#: Seconds that a planted commit comes late.
LATE = 0.1


def die_at(point: str, passes: int) -> None:
    """Have the process end at the n-th pass of a place."""
    where, side = FAIL_POINTS[point]
    passing = count(1)

    def pass_by() -> None:
        if next(passing) == passes:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(method: Callable[..., Any], *words: Any, **keys: Any) -> Any:
        if side == BEFORE:
            pass_by()
        given = method(*words, **keys)
        if side == AFTER:
            pass_by()
        return given

    _wrap(where, around)


def _wrap(where: str, around: Callable[..., Any]) -> None:
    """Put something around a method; fails if there is no such method."""
    module, _, path = where.partition(":")
    owner, name = path.split(".")
    described = getattr(import_module(module), owner)
    method = getattr(described, name)

    def wrapped(*words: Any, **keys: Any) -> Any:
        return around(method, *words, **keys)

    setattr(described, name, wrapped)


# --- defects ------------------------------------------------------------------------------------------


def ok_before_commit() -> None:
    """Answer and tell when the rows are written, and commit a moment later."""

    def fire(answer: Callable[..., None], by: Any, batch: _Uncommitted, *more: Any) -> object:
        answer(by, batch, *more)
        return by._run(batch.finish)

    _hand_back_uncommitted(fire)


def told_before_commit() -> None:
    """Tell the recipients when the rows are written; answer after the commit."""

    def fire(answer: Callable[..., None], by: Any, batch: _Uncommitted, *more: Any) -> object:
        if batch.entries:
            by.committed(batch.entries)
        told = Committed(batch.outcomes, ())
        return by._run(batch.finish).addCallback(lambda _: answer(by, told, *more))

    _hand_back_uncommitted(fire)


@dataclass(frozen=True)
class _Uncommitted(Committed):
    """A batch whose rows are written, and which is committed only by ``finish``."""

    finish: Callable[[], None]


def _hand_back_uncommitted(fire: Callable[..., object]) -> None:
    def together(self: Any, jobs: Sequence[Any], at: int) -> Committed:
        connection = self._engine.connect()
        transaction = connection.begin()
        closed = self._closed_accounts(connection)
        batch = Batch(connection, at, writer._needs(jobs), self._remembered, closed)
        outcomes = tuple(writer._judged(batch, job) for job in jobs)

        def finish() -> None:
            time.sleep(LATE)
            transaction.commit()
            connection.close()
            self._remembered.keep(batch.conversations)

        return _Uncommitted(outcomes, batch.write(), finish)

    _wrap("imserver.storage.writer:Transactions._together", lambda _, *words: together(*words))
    _wrap("imserver.storage.writer:Writer._fire", fire)


def ref_stored_twice() -> None:
    """Drop the index that holds a ref to one entry, and look no ref up."""

    def opened(method: Callable[..., Any], database: Any) -> Any:
        opening = method(database)
        with database._engines.writing.begin() as connection:
            connection.execute(text("DROP INDEX IF EXISTS entry_ref"))
        return opening

    def append(method: Callable[..., Any], batch: Any, draft: Any) -> Any:
        batch._said.clear()
        return method(batch, draft)

    _wrap("imserver.storage.database:Database.open", opened)
    _wrap("imserver.storage.batch:Batch.append", append)


def fan_out_apart() -> None:
    """Store whom a message is for in a transaction of its own, behind the message's."""
    really = statements.add_audiences
    rows: list[Any] = []

    class Later:
        def write(self, connection: Any, named: Any) -> None:
            rows.extend(named)

    def commit(method: Callable[..., Any], transactions: Any, *words: Any) -> Any:
        committed = method(transactions, *words)
        time.sleep(LATE)
        with transactions._engine.begin() as connection:
            if rows:
                really.write(connection, rows)
        rows.clear()
        return committed

    statements.add_audiences = Later()  # type: ignore[assignment]
    _wrap("imserver.storage.writer:Transactions.commit", commit)


def failed_sync_believed() -> None:
    """Take a commit whose fdatasync failed for one that has surely changed nothing, and go on."""
    _replace("imserver.storage.sqlite:_undone", lambda error: True)


def unseen_fold() -> None:
    """Leave it to SQLite to fold in the write-ahead log, which tells nobody when the disk fails at it."""
    _wrap("imserver.storage.sqlite:WriteAheadLog.fold", lambda method, log: None)
    _replace("imserver.storage.sqlite:_PRAGMAS", ("journal_mode=WAL", "synchronous=FULL"))


def full_disk_unknown() -> None:
    """Take a full disk at a commit for an outcome that nobody knows."""
    _replace("imserver.storage.sqlite:_undone", lambda error: False)


def stop_without_goodbye() -> None:
    """Cut everybody when the server is told to end."""

    def end_all(method: Callable[..., Any], server: Any, bye: object) -> Any:
        for connection in list(server._sessions.values()):
            connection._drop("stopped")
        return method(server, bye)

    _wrap("imserver.server:Server.end_all", end_all)


def timers_by_the_wall_clock() -> None:
    """Leave the reactor's timers as they are shipped."""
    _replace("imserver.service:time", SimpleNamespace(monotonic=time.time, time_ns=time.time_ns))


def every_log_vouched_for() -> None:
    """Take any database for the one that was told."""
    _wrap("imserver.told:Told.vouches", lambda method, *words: True)


def _replace(where: str, by: object) -> None:
    """Put something in the place of a module's own; fails if there is none."""
    module, _, name = where.partition(":")
    getattr(import_module(module), name)
    setattr(import_module(module), name, by)


#: Defects that a proof must find.
PLANTS: dict[str, Callable[[], None]] = {
    "ok-before-commit": ok_before_commit,
    "told-before-commit": told_before_commit,
    "ref-stored-twice": ref_stored_twice,
    "fan-out-apart": fan_out_apart,
    "failed-sync-believed": failed_sync_believed,
    "unseen-fold": unseen_fold,
    "full-disk-unknown": full_disk_unknown,
    "stop-without-goodbye": stop_without_goodbye,
    "timers-by-the-wall-clock": timers_by_the_wall_clock,
    "every-log-vouched-for": every_log_vouched_for,
}


def launcher(plant: str | None, fail_point: str | None) -> list[str]:
    """Give the words that start such a server, but for those that twistd reads."""
    words = [sys.executable, "-m", "bench.altered_server"]
    words += ["--plant", plant] if plant else []
    words += ["--die-at", fail_point] if fail_point else []
    return [*words, "--"]


def main() -> None:
    """Alter, then be twistd."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plant", choices=PLANTS)
    parser.add_argument("--die-at")
    parser.add_argument("twistd", nargs="*")
    asked = parser.parse_args()
    if asked.plant:
        PLANTS[asked.plant]()
    if asked.die_at:
        point, _, passes = asked.die_at.partition(":")
        die_at(point, int(passes))
    sys.argv = ["twistd", *asked.twistd]
    twistd()


if __name__ == "__main__":
    main()
