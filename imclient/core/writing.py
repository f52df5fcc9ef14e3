"""Group commit for a client: what gathers while a commit is under way goes into the next one.

A disk that cannot be written (it is full, it was pulled out) loses nothing: the same work is tried again,
in the same order, until it succeeds, and whoever waits for it waits.  So nothing later is ever kept
before something earlier.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from twisted.internet.defer import Deferred, fail
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from imtongue import tr

from .running import Run
from .signal import Signal

T = TypeVar("T")

#: Most jobs of one transaction.
LARGEST_BATCH = 1000
#: Seconds until a disk that could not be written is tried again.
TRY_AGAIN = 5


@dataclass(slots=True, eq=False)
class Job(Generic[T]):
    """Something to be done in a transaction, and who waits for its commit."""

    act: Callable[[sqlite3.Connection], T]
    done: Deferred[T] = field(default_factory=Deferred)


class Writer:
    """Gathers jobs on the reactor's thread and has them committed, in order, on another."""

    _log = Logger()

    def __init__(self, opened: Callable[[], sqlite3.Connection], run: Run, clock: IReactorTime) -> None:
        self.trouble: Signal[str] = (
            Signal()
        )  #: a sentence when the disk cannot be written; empty when it can again
        self.eased: Signal[()] = Signal()  #: work was done
        self._opened = opened
        self._run = run
        self._clock = clock
        self._jobs: deque[Job[Any]] = deque()
        self._busy = False
        self._troubled = False
        self._finished: Deferred[None] | None = None
        self._connection: sqlite3.Connection | None = None

    @property
    def backlog(self) -> int:
        """How many jobs wait."""
        return len(self._jobs)

    def ask(self, act: Callable[[sqlite3.Connection], T]) -> Deferred[T]:
        """Take a job; its Deferred fires after the commit."""
        if self._finished is not None:
            return fail(sqlite3.ProgrammingError("closed"))
        job = Job(act)
        self._jobs.append(job)
        self._begin()
        return job.done

    def look(self, act: Callable[[sqlite3.Connection], T]) -> Deferred[T]:
        """Read something between two commits; a disk that is full keeps nobody from reading."""
        if self._finished is not None:
            return fail(sqlite3.ProgrammingError("closed"))
        return self._run(lambda: act(self._connected()))

    def finish(self) -> Deferred[None]:
        """Do what was asked, take no more, close; a disk that fails now is not waited for."""
        if self._finished is None:
            self._finished = Deferred()
            self._begin()
        return self._finished

    def _begin(self) -> None:
        if self._busy:
            return
        if self._jobs:
            self._busy = True
            jobs = [self._jobs[i] for i in range(min(len(self._jobs), LARGEST_BATCH))]
            done = self._run(lambda: self._commit(jobs))
            done.addCallbacks(self._committed, self._failed, (jobs,), {}, (jobs,)).addErrback(self._stumbled)
        elif self._finished is not None and not self._finished.called:
            self._busy = True
            self._run(self._shut).addErrback(self._stumbled).chainDeferred(self._finished)

    # On the other thread

    def _commit(self, jobs: Sequence[Job[Any]]) -> list[object]:
        connection = self._connected()
        connection.execute("BEGIN IMMEDIATE")
        try:
            outcomes = [self._one(connection, job) for job in jobs]
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return outcomes

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = self._opened()
        return self._connection

    @staticmethod
    def _one(connection: sqlite3.Connection, job: Job[Any]) -> object:
        connection.execute("SAVEPOINT one")
        try:
            return job.act(connection)
        except Exception as error:
            # The disk's trouble is everybody's; anything else is this job's alone.
            if isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError:
                raise
            connection.execute("ROLLBACK TO one")
            return Failure()
        finally:
            if connection.in_transaction:
                connection.execute("RELEASE one")

    def _shut(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    # Back on the reactor's thread

    def _committed(self, outcomes: list[object], jobs: list[Job[Any]]) -> None:
        for _ in jobs:
            self._jobs.popleft()
        if self._troubled:
            self._troubled = False
            self.trouble.emit("")
        for job, outcome in zip(jobs, outcomes, strict=True):
            if isinstance(outcome, Failure):
                job.done.errback(outcome)
            else:
                job.done.callback(outcome)
        self._busy = False
        self.eased.emit()
        self._begin()

    def _failed(self, failure: Failure, jobs: list[Job[Any]]) -> None:
        self._log.failure("What was told could not be kept", failure)
        if self._finished is not None:
            self._abandon(failure)
            return
        self._troubled = True
        self.trouble.emit(
            tr(
                "This computer's disk cannot be written ({why}). Nothing is lost: what arrives now is kept "
                "later, and what you write is sent when it can be kept.",
                why=failure.getErrorMessage(),
            )
        )
        self._clock.callLater(TRY_AGAIN, self._try_again)

    def _try_again(self) -> None:
        self._busy = False
        self._begin()

    def _abandon(self, failure: Failure) -> None:
        jobs, self._jobs = self._jobs, deque()
        for job in jobs:
            job.done.errback(failure)
        self._busy = False
        self._begin()

    def _stumbled(self, failure: Failure) -> None:
        self._log.failure("The cache stumbled", failure)
