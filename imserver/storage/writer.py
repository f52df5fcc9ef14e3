"""The one writer: what gathers while one commit is under way goes into the next, all at once.

There is no timer.  An idle writer begins at the end of the reactor's turn, so what one turn
brings is one transaction; a busy one takes whatever has gathered meanwhile.  So an idle server
answers at once and a busy one pays for one synchronisation of the disk per thousand messages.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from twisted.internet.defer import Deferred, fail
from twisted.logger import Logger
from twisted.python.failure import Failure

from ..counters import Counters
from . import statements
from .batch import Batch, Needs, Ref
from .conversations import Remembered
from .interface import Closed, Damaged, OutcomeUnknown, StorageError
from .marks import Mark
from .records import Entry

T = TypeVar("T")

#: Most jobs in one transaction: past some hundreds a larger one gains little, and all wait for the last.
LARGEST_BATCH = 1000

Soon = Callable[[Callable[[], None]], object]


class Run(Protocol):
    """Somewhere to do work that blocks."""

    def __call__(self, work: Callable[[], T], /) -> Deferred[T]:
        """Do it, and give what it gives."""


@dataclass(slots=True, eq=False)
class Job(Generic[T]):
    """Something to be done in a storing transaction, and who waits for it."""

    act: Callable[[Batch], T]
    ref: Ref | None = None  #: this, and what follows, must be looked up before it can be judged
    name: str | None = None
    holder: int | None = None  #: an account whose devices it speaks of
    mark: Mark | None = None
    done: Deferred[T] = field(default_factory=Deferred)


@dataclass(frozen=True, slots=True)
class Committed:
    """What became of a batch."""

    outcomes: tuple[object, ...]  #: of each job: what it gives, or the exception it fails with
    entries: tuple[Entry, ...]  #: what is new in the log


class Transactions:
    """Jobs in, one commit, outcomes out.  It blocks; it knows no reactor.

    ``kind`` says what an error of the database is, ``undone`` whether a commit that failed so has
    surely changed nothing.  ``fold`` is called after each commit, and may fail.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        kind: Callable[[DBAPIError], type[StorageError]],
        undone: Callable[[DBAPIError], bool],
        fold: Callable[[], None] = lambda: None,
    ) -> None:
        self._engine = engine
        self._kind = kind
        self._undone = undone
        self._fold = fold
        self._remembered = Remembered()
        self._closed: set[int] | None = None  # the accounts that are; None: not looked up yet

    def commit(self, jobs: Sequence[Job[Any]], at: int) -> Committed:
        """Do the jobs in one transaction; if it fails through one of them, each in one of its own."""
        try:
            return self._together(jobs, at)
        except (OutcomeUnknown, StorageError) as error:
            if not isinstance(error, Damaged) or len(jobs) == 1:
                return Committed((error,) * len(jobs), ())
        except Exception as error:
            if len(jobs) == 1:
                return Committed((self._refused(error),), ())
        alone = [self.commit([job], at) for job in jobs]
        return Committed(
            tuple(outcome for part in alone for outcome in part.outcomes),
            tuple(entry for part in alone for entry in part.entries),
        )

    def _together(self, jobs: Sequence[Job[Any]], at: int) -> Committed:
        committing = False
        try:
            with self._engine.connect() as connection, connection.begin() as transaction:
                closed = self._closed_accounts(connection)
                batch = Batch(connection, at, _needs(jobs), self._remembered, closed)
                outcomes = tuple(_judged(batch, job) for job in jobs)
                entries = batch.write()
                committing = True
                transaction.commit()
        except Exception as error:
            surely_undone = not committing or (isinstance(error, DBAPIError) and self._undone(error))
            if not surely_undone:
                raise OutcomeUnknown(_said_by(error)) from error
            if _is_of_the_database(error):
                raise self._refused(error) from error
            raise
        self._fold_in()
        self._remembered.keep(batch.conversations)
        self._closed = closed | batch.people.closed_now if batch.people.closed_now else closed
        return Committed(outcomes, entries)

    def _closed_accounts(self, connection: Connection) -> set[int]:
        if self._closed is None:
            return set(connection.scalars(statements.closed_accounts))
        return self._closed

    def _fold_in(self) -> None:
        """Have what was committed brought to its place; if the disk fails there, nothing on it is sure."""
        try:
            self._fold()
        except Exception as error:
            raise OutcomeUnknown(_said_by(error)) from error

    def _refused(self, error: Exception) -> StorageError:
        kind = self._kind(error) if isinstance(error, DBAPIError) else StorageError
        refusal = kind(in_a_sentence(error))
        refusal.__cause__ = error
        return refusal


def _said_by(error: Exception) -> str:
    """Say what an error said, without what people said."""
    said = str(error.args[0] if error.args else "").partition(" with text ")[0]
    return f"{type(error).__name__}: {said}"


def in_a_sentence(error: Exception) -> str:
    """Say what the database said, without SQLAlchemy's frame around it, and without what people said."""
    said = str(getattr(error, "orig", None) or error).partition(" with text ")[0].strip()
    return said.splitlines()[0] if said else type(error).__name__


def _is_of_the_database(error: Exception) -> bool:
    # Its trouble and no job's: to try each alone would fail a thousand times and only take longer.
    if isinstance(error, DBAPIError):
        return not isinstance(error, (IntegrityError, DataError, ProgrammingError))
    return isinstance(error, PoolTimeout)


def _needs(jobs: Sequence[Job[Any]]) -> Needs:
    return Needs(
        refs={job.ref for job in jobs if job.ref is not None},
        names={job.name for job in jobs if job.name is not None},
        holders={job.holder for job in jobs if job.holder is not None},
        marks={job.mark for job in jobs if job.mark is not None},
    )


def _judged(batch: Batch, job: Job[Any]) -> object:
    try:
        return job.act(batch)
    except StorageError as refusal:
        return refusal


class Writer:
    """Gathers jobs on the reactor's thread and has them committed in order."""

    log = Logger()

    def __init__(
        self,
        commit: Callable[[Sequence[Job[Any]], int], Committed],
        *,
        run: Run,
        soon: Soon,
        now: Callable[[], int],
    ) -> None:
        self._commit = commit
        self._run = run
        self._soon = soon
        self._now = now
        self._gathered: deque[Job[Any]] = deque()
        self._busy = False  # a commit is under way, or about to begin
        self._finished: Deferred[None] | None = None
        self.committed: Callable[[tuple[Entry, ...]], None] = lambda entries: None
        self.in_doubt: Callable[[str], None] = lambda why: None
        self.counters = Counters()

    def waiting(self) -> int:
        """Count the jobs that no transaction has begun."""
        return len(self._gathered)

    def ask(self, job: Job[T]) -> Deferred[T]:
        """Take a job; its Deferred fires after the commit."""
        if self._finished is not None:
            return fail(Closed())
        self._gathered.append(job)
        self._begin_soon()
        return job.done

    def finish(self) -> Deferred[None]:
        """Take no more jobs, and fire when the last is done."""
        if self._finished is None:
            self._finished = Deferred()
            if not self._busy:
                self._finished.callback(None)
        return self._finished

    def _begin_soon(self) -> None:
        if not self._busy:
            self._busy = True
            self._soon(self._begin)

    def _begin(self) -> None:
        jobs = [self._gathered.popleft() for _ in range(min(len(self._gathered), LARGEST_BATCH))]
        at, began = self._now(), self.counters.seconds()
        self._run(lambda: self._commit(jobs, at)).addCallbacks(
            self._fire, self._fire_failed, (jobs, began), {}, (jobs,), {}
        ).addErrback(lambda failure: self.log.failure("The writer stumbled", failure)).addCallback(
            lambda _: self._go_on()
        )

    def _fire(self, committed: Committed, jobs: list[Job[Any]], began: float) -> None:
        self.counters.stored(len(jobs), len(committed.entries), began)
        for outcome in committed.outcomes:
            if isinstance(outcome, OutcomeUnknown):
                # First of all: it is to end within a second, and a thousand may wait.
                self.in_doubt(str(outcome))
                break
        for job, outcome in zip(jobs, committed.outcomes, strict=True):
            if isinstance(outcome, Exception):
                job.done.errback(outcome)
            else:
                job.done.callback(outcome)
        if committed.entries:
            self.committed(committed.entries)

    def _fire_failed(self, failure: Failure, jobs: list[Job[Any]]) -> None:
        if failure.check(OutcomeUnknown):
            self.in_doubt(failure.getErrorMessage())
        for job in jobs:
            job.done.errback(failure)

    def _go_on(self) -> None:
        self._busy = False
        if self._gathered:
            self._begin_soon()
        elif self._finished is not None:
            self._finished.callback(None)
