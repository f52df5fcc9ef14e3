"""Defects of the server, each planted from outside before it starts, and to be found by its proof.

The product knows nothing of this.  A part that is not there any more is an error, so that no proof passes for
want of a defect.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from dataclasses import replace as replace_in
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from sqlalchemy import text
from twisted.internet.defer import execute, succeed
from twisted.internet.task import LoopingCall

from imserver import mailroom
from imserver.portal.passwords import OWASP
from imserver.storage import statements, writer
from imserver.storage.batch import Batch
from imserver.storage.writer import Committed

#: Seconds that a planted commit comes late.
LATE = 0.1
#: Seconds between two looks of a server that has nothing to do, and bytes that it needs for nothing.
TICK, TOO_MUCH = 0.002, 64 * 1024 * 1024


def wrap(where: str, around: Callable[..., Any]) -> None:
    """Put something around a method; fails if there is no such method."""
    module, _, path = where.partition(":")
    owner, name = path.split(".")
    described = getattr(import_module(module), owner)
    method = getattr(described, name)

    def wrapped(*words: Any, **keys: Any) -> Any:
        return around(method, *words, **keys)

    setattr(described, name, wrapped)


def replace(where: str, by: object) -> None:
    """Put something in the place of a module's own; fails if there is none."""
    module, _, name = where.partition(":")
    getattr(import_module(module), name)
    setattr(import_module(module), name, by)


# --- what is said and stored


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

    wrap("imserver.storage.writer:Transactions._together", lambda _, *words: together(*words))
    wrap("imserver.storage.writer:Writer._fire", fire)


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

    wrap("imserver.storage.database:Database.open", opened)
    wrap("imserver.storage.batch:Batch.append", append)


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

    replace("imserver.storage.statements:add_audiences", Later())
    wrap("imserver.storage.writer:Transactions.commit", commit)


def failed_sync_believed() -> None:
    """Take a commit whose fdatasync failed for one that has surely changed nothing, and go on."""
    replace("imserver.storage.sqlite:_undone", lambda error: True)


def unseen_fold() -> None:
    """Leave it to SQLite to fold in the write-ahead log, which tells nobody when the disk fails at it."""
    wrap("imserver.storage.sqlite:WriteAheadLog.fold", lambda method, log: None)
    replace("imserver.storage.sqlite:_PRAGMAS", ("journal_mode=WAL", "synchronous=FULL"))


def full_disk_unknown() -> None:
    """Take a full disk at a commit for an outcome that nobody knows."""
    replace("imserver.storage.sqlite:_undone", lambda error: False)


def stop_without_goodbye() -> None:
    """Cut everybody when the server is told to end."""

    def end_all(method: Callable[..., Any], server: Any, bye: object) -> Any:
        for connection in list(server._sessions.values()):
            connection._drop("stopped")
        return method(server, bye)

    wrap("imserver.server:Server.end_all", end_all)


def timers_by_the_wall_clock() -> None:
    """Leave the reactor's timers as they are shipped."""
    replace("imserver.service:time", SimpleNamespace(monotonic=time.time, time_ns=time.time_ns))


def every_log_vouched_for() -> None:
    """Take any database for the one that was told."""
    wrap("imserver.told:Told.vouches", lambda method, *words: True)


def goodbye_before_answers() -> None:
    """Say good-bye to somebody whose lines are under way, and answer none of them."""

    def close(method: Callable[..., Any], connection: Any, bye: object) -> Any:
        if bye is not None:
            connection._answers.clear()
        return method(connection, bye)

    wrap("imserver.connection:Connection.close", close)


# --- what is read, and by whom


def page_without_its_end() -> None:
    """Pass over the last entry of each page that is read from disk."""

    def told(method: Callable[..., Any], mailroom: Any, stream: Any, began: int, page: Any) -> Any:
        return method(mailroom, stream, began, replace_in(page, entries=page.entries[:-1]))

    wrap("imserver.mailroom:Mailroom._page", told)


def all_told_is_kept() -> None:
    """Keep every entry that is told, as it is told."""
    kept: list[object] = []
    really = mailroom._posted

    def posted(entry: Any) -> mailroom.Posted:
        made = really(entry)
        kept.append(made)
        return made

    replace("imserver.mailroom:_posted", posted)


def looked_up_by_the_reactor() -> None:
    """Ask the database on the reactor's thread."""

    def read(method: Callable[..., Any], database: Any, question: Any, *asked: Any, **more: Any) -> Any:
        return execute(database._ask, lambda connection: question(connection, *asked, **more))

    wrap("imserver.storage.database:Database._read", read)


def backup_by_the_reactor() -> None:
    """Wait for a backup on the reactor's thread."""

    def make(method: Callable[..., Any], backing_up: Any) -> Any:
        backing_up._run = execute
        return method(backing_up)

    wrap("imserver.backing_up:BackingUp.make", make)


# --- what a server does to which nobody speaks


def ticks_when_idle() -> None:
    """Look for something all the time."""
    _once_started(lambda: LoopingCall(lambda: None).start(TICK))


def holds_too_much() -> None:
    """Keep a lot that nobody asks for."""
    _once_started(lambda: b"x" * TOO_MUCH)


def _once_started(begin: Callable[[], object]) -> None:
    def started(method: Callable[..., Any], service: Any) -> None:
        method(service)
        service.begun = begin()

    wrap("imserver.service:Imserver.startService", started)


# --- who comes back, and what is counted


def tokens_forgotten() -> None:
    """Know no token that was given before."""
    wrap("imserver.storage.database:Database.token_of", lambda method, *words: succeed(None))


def token_as_dear_as_a_password() -> None:
    """Have a token cost what a password costs, on the reactor's thread."""

    def prove(method: Callable[..., Any], *words: Any) -> Any:
        OWASP.hash("a token")
        return method(*words)

    wrap("imserver.portal.tokens:TokenChecker._prove", prove)


def refusals_uncounted() -> None:
    """Count no refusal of what cannot be read."""

    def refused(method: Callable[..., Any], connection: Any, answer: Any, refusal: Any) -> None:
        method(connection, answer, refusal)
        connection._server.counters.refused.pop(("?", refusal.code), None)

    wrap("imserver.connection:Connection._refused", refused)


def turns_unwatched() -> None:
    """Take every turn of the reactor for a short one."""

    def ended(method: Callable[..., Any], watchdog: Any) -> None:
        watchdog._too_long = float("inf")
        method(watchdog)

    wrap("imserver.watchdog:Watchdog.ended", ended)


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
    "goodbye-before-answers": goodbye_before_answers,
    "page-without-its-end": page_without_its_end,
    "all-told-is-kept": all_told_is_kept,
    "looked-up-by-the-reactor": looked_up_by_the_reactor,
    "backup-by-the-reactor": backup_by_the_reactor,
    "ticks-when-idle": ticks_when_idle,
    "holds-too-much": holds_too_much,
    "tokens-forgotten": tokens_forgotten,
    "token-as-dear-as-a-password": token_as_dear_as_a_password,
    "refusals-uncounted": refusals_uncounted,
    "turns-unwatched": turns_unwatched,
}
