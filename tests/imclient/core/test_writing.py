"""Group commit."""

from __future__ import annotations

import sqlite3

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from imclient.core.writing import TRY_AGAIN, Writer

from .case import Later


class Disk:
    """A database in memory that can be made to fail, and counts its commits."""

    def __init__(self) -> None:
        self.database = sqlite3.connect(":memory:", isolation_level=None)
        self.database.execute("CREATE TABLE lines (line TEXT UNIQUE)")
        self.commits = 0
        self.database.set_trace_callback(self._said)
        self.full = False

    def _said(self, statement: str) -> None:
        self.commits += statement == "COMMIT"

    def open(self) -> sqlite3.Connection:
        if self.full:
            raise sqlite3.OperationalError("database or disk is full")
        return self.database

    def lines(self) -> list[str]:
        return [line for (line,) in self.database.execute("SELECT line FROM lines")]


class WriterTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock, self.disk, self.run_ = Clock(), Disk(), Later()
        self.writer = Writer(self.disk.open, self.run_, self.clock)

    def put(self, line: str) -> object:
        return self.writer.ask(lambda db: self._insert(db, line))

    def _insert(self, db: sqlite3.Connection, line: str) -> str:
        if self.disk.full:
            raise sqlite3.OperationalError("database or disk is full")
        db.execute("INSERT INTO lines VALUES (?)", (line,))
        return line

    def test_gathers(self) -> None:
        """What gathers while a commit is under way goes into one more."""
        self.run_.held = True
        done = [self.writer.ask(lambda db, n=n: self._insert(db, str(n))) for n in range(50)]
        self.assertEqual(50, self.writer.backlog)
        self.run_.let()
        self.assertEqual([str(n) for n in range(50)], [self.successResultOf(one) for one in done])
        self.assertEqual((2, 0), (self.disk.commits, self.writer.backlog))

    def test_one_bad_job(self) -> None:
        """One job that cannot be done does not fail the others of its transaction."""
        self.run_.held = True
        first, second, third = (self.writer.ask(lambda db, n=n: self._insert(db, n)) for n in ("x", "x", "y"))
        self.run_.let()
        self.assertEqual(("x", "y"), (self.successResultOf(first), self.successResultOf(third)))
        self.failureResultOf(second, sqlite3.IntegrityError)
        self.assertEqual(["x", "y"], self.disk.lines())

    def test_full_disk(self) -> None:
        """A disk that is full loses nothing and keeps the order: the work waits until it can be done."""
        told: list[str] = []
        self.writer.trouble.connect(told.append)
        self.disk.full = True
        first = self.writer.ask(lambda db: self._insert(db, "a"))
        second = self.writer.ask(lambda db: self._insert(db, "b"))
        self.clock.advance(TRY_AGAIN)
        self.assertNoResult(first)
        self.assertIn("disk is full", told[0])
        self.disk.full = False
        self.clock.advance(TRY_AGAIN)
        self.assertEqual(("a", "b"), (self.successResultOf(first), self.successResultOf(second)))
        self.assertEqual(["a", "b"], self.disk.lines())
        self.assertEqual("", told[-1])
        self.flushLoggedErrors(sqlite3.OperationalError)

    def test_finish(self) -> None:
        """It ends when all is done, and takes nothing more; a disk that fails then is not waited for."""
        self.run_.held = True
        last = self.writer.ask(lambda db: self._insert(db, "a"))
        finished = self.writer.finish()
        self.failureResultOf(self.writer.ask(lambda db: None), sqlite3.ProgrammingError)
        self.assertNoResult(finished)
        self.run_.let()
        self.successResultOf(last)
        self.successResultOf(finished)

    def test_finish_without_a_disk(self) -> None:
        """A disk that fails at the end is not waited for."""
        self.disk.full = True
        last = self.writer.ask(lambda db: self._insert(db, "a"))
        finished = self.writer.finish()
        self.clock.advance(TRY_AGAIN)
        self.failureResultOf(last, sqlite3.OperationalError)
        self.successResultOf(finished)
        self.flushLoggedErrors(sqlite3.OperationalError)
