"""The one writer: what gathers, what goes together, and what becomes of it when something fails."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from twisted.internet.defer import Deferred, fail
from twisted.trial.unittest import SynchronousTestCase

from imserver.storage import in_memory, sqlite
from imserver.storage.interface import DiskFull, OutcomeUnknown, StorageError
from imserver.storage.records import Entry, EntryKind
from imserver.storage.upgrading import upgrade
from imserver.storage.writer import LARGEST_BATCH, Committed, Job, Transactions, Writer

from .contract import Turns, at_once, draft

T = TypeVar("T")

ENTRY = Entry(1, EntryKind.REGISTER, 0, 1, "alice", "*", 0)


class Late:
    """A thread that works when the test says so."""

    def __init__(self) -> None:
        self._work: list[tuple[Callable[[], Any], Deferred[Any]]] = []

    def __call__(self, work: Callable[[], T], /) -> Deferred[T]:
        done: Deferred[T] = Deferred()
        self._work.append((work, done))
        return done

    def finish(self) -> None:
        """Do what was asked for first."""
        work, done = self._work.pop(0)
        at_once(work).chainDeferred(done)


class WriterCase(SynchronousTestCase):
    """A writer over a database that only takes notes."""

    def setUp(self) -> None:
        self.turns = Turns()
        self.late = Late()
        self.batches: list[list[str]] = []
        self.fired: list[str] = []
        self.writer = Writer(self.commit, run=self.late, soon=self.turns.soon, now=lambda: 7)

    def commit(self, jobs: Sequence[Job[Any]], at: int) -> Committed:
        names = [str(job.name) for job in jobs]
        self.batches.append(names)
        return Committed(tuple(names), (ENTRY,))

    def ask(self, *names: str) -> list[Deferred[str]]:
        """Ask for jobs with these names."""
        asked: list[Deferred[str]] = [self.writer.ask(Job(lambda batch: "", name=name)) for name in names]
        for one in asked:
            one.addCallback(self.note)
        return asked

    def note(self, name: str) -> str:
        self.fired.append(name)
        return name


class Gathering(WriterCase):
    """One commit at a time; the next takes all that has come meanwhile."""

    def test_a_turn_is_one_commit(self) -> None:
        """Nothing is begun within a turn; what it brought is committed together at its end."""
        self.ask("a", "b", "c")
        self.assertEqual(self.batches, [])
        self.turns.end()
        self.late.finish()
        self.assertEqual((self.batches, self.fired), ([["a", "b", "c"]], ["a", "b", "c"]))

    def test_the_next_commit_takes_what_has_gathered(self) -> None:
        """While a commit is under way nothing else is begun; behind it goes everything, in order."""
        for name in ("a", "b", "c"):
            self.ask(name)
            self.turns.end()
        self.late.finish()
        self.assertEqual(self.fired, ["a"])
        self.turns.end()
        self.late.finish()
        self.assertEqual(self.batches, [["a"], ["b", "c"]])

    def test_a_commit_has_its_bounds(self) -> None:
        """More than a commit may hold goes in several, none left out."""
        names = [str(n) for n in range(LARGEST_BATCH + 1)]
        self.ask(*names)
        for _ in range(2):
            self.turns.end()
            self.late.finish()
        self.assertEqual([len(batch) for batch in self.batches], [LARGEST_BATCH, 1])
        self.assertEqual(self.fired, names)

    def test_all_are_answered_before_anybody_is_told(self) -> None:
        """What is new is told when every answer of its commit was given, also to those who ask on at once."""
        self.writer.committed = lambda entries: self.fired.append("told")
        [first, _second] = self.ask("a", "b")
        first.addCallback(lambda _: self.ask("c"))
        self.turns.end()
        self.late.finish()
        self.assertEqual(self.fired, ["a", "b", "told"])
        self.turns.end()
        self.late.finish()
        self.assertEqual(self.fired, ["a", "b", "told", "c", "told"])

    def test_a_wait_that_was_given_up(self) -> None:
        """Who no longer waits for an answer disturbs nobody; what was asked for is done all the same."""
        [first, _second] = self.ask("a", "b")
        first.cancel()
        self.failureResultOf(first)
        self.turns.end()
        self.late.finish()
        self.assertEqual((self.batches, self.fired), ([["a", "b"]], ["b"]))


class Ending(WriterCase):
    """The writer finishes what was asked for."""

    def test_an_idle_writer_has_finished(self) -> None:
        """With nothing to do the end is at once."""
        self.successResultOf(self.writer.finish())

    def test_everything_is_done_before_the_end(self) -> None:
        """What is under way and what has gathered is committed before the end; nothing is taken behind it."""
        self.ask("a")
        self.turns.end()
        self.ask("b")
        finished = self.writer.finish()
        [refused] = self.ask("c")
        self.failureResultOf(refused, StorageError)
        self.late.finish()
        self.assertNoResult(finished)
        self.turns.end()
        self.late.finish()
        self.successResultOf(finished)
        self.assertEqual(self.batches, [["a"], ["b"]])


class Failing(WriterCase):
    """One commit's trouble is not the next one's."""

    def test_no_thread(self) -> None:
        """If the work cannot even be begun, all who wait for it hear so, and the next commit is tried."""
        self.writer = Writer(
            self.commit, run=lambda work: fail(OSError("no thread")), soon=self.turns.soon, now=lambda: 7
        )
        for name in ("a", "b"):
            [asked] = self.ask(name)
            self.turns.end()
            self.failureResultOf(asked, OSError)

    def test_a_hook_that_fails(self) -> None:
        """If telling fails, that is logged, everybody was answered, and the writer goes on."""

        def stumble(entries: tuple[Entry, ...]) -> None:
            raise ZeroDivisionError

        self.writer.committed = stumble
        for name in ("a", "b"):
            self.ask(name)
            self.turns.end()
            self.late.finish()
        self.assertEqual(self.fired, ["a", "b"])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 2)


class InDoubt(WriterCase):
    """A commit of which nobody knows what became."""

    def commit(self, jobs: Sequence[Job[Any]], at: int) -> Committed:
        return Committed((OutcomeUnknown("planted"),) * len(jobs), ())

    def test_the_end_comes_first(self) -> None:
        """The doubt is told at once, before any of those who wait hears of it."""
        self.writer.in_doubt = self.fired.append
        for asked in self.ask("a", "b"):
            asked.addErrback(lambda failure: self.fired.append("failed"))
        self.turns.end()
        self.late.finish()
        self.assertEqual(self.fired, ["planted", "failed", "failed"])


class Committing(SynchronousTestCase):
    """Transactions on a real database whose commits fail."""

    def setUp(self) -> None:
        self.engines = sqlite.open_memory()
        self.transactions = Transactions(
            self.engines.writing, kind=self.engines.kind, undone=self.engines.undone
        )
        with self.engines.writing.begin() as connection:
            upgrade(connection, lambda: "epoch")
        self.commits = 0

    def fail_with(self, code: int) -> None:
        """Let commits fail as the driver would."""

        def commit(_connection: object) -> None:
            self.commits += 1
            trouble = sqlite3.OperationalError("trouble")
            trouble.sqlite_errorcode = code
            raise OperationalError("COMMIT", None, trouble)

        event.listen(self.engines.writing, "commit", commit)
        self.addCleanup(event.remove, self.engines.writing, "commit", commit)

    def jobs(self) -> list[Job[Any]]:
        names = ("name1", "name2")
        return [Job(lambda batch, name=name: batch.register(name, ""), name=name) for name in names]

    def test_nobody_knows(self) -> None:
        """If the disk fails at the commit, nobody knows what is there: no denial, no second try."""
        self.fail_with(sqlite3.SQLITE_IOERR_FSYNC)
        committed = self.transactions.commit(self.jobs(), 0)
        self.assertEqual([type(outcome) for outcome in committed.outcomes], [OutcomeUnknown, OutcomeUnknown])
        self.assertEqual((committed.entries, self.commits), ((), 1))

    def test_surely_not(self) -> None:
        """If the disk is full at the commit, surely nothing is there, and that is said."""
        self.fail_with(sqlite3.SQLITE_FULL)
        committed = self.transactions.commit(self.jobs(), 0)
        self.assertEqual([type(outcome) for outcome in committed.outcomes], [DiskFull, DiskFull])

    def test_a_disk_that_fails_behind_a_commit(self) -> None:
        """If the disk fails when what was committed is brought to its place, nobody is told OK."""

        def fold() -> None:
            raise sqlite3.OperationalError("disk I/O error")

        engines = self.engines
        transactions = Transactions(engines.writing, kind=engines.kind, undone=engines.undone, fold=fold)
        committed = transactions.commit(self.jobs(), 0)
        self.assertEqual({type(outcome) for outcome in committed.outcomes}, {OutcomeUnknown})

    def test_a_bug_of_one_job(self) -> None:
        """A job that breaks in the middle fails alone; the others are committed, in order, without a hole."""
        first, second = self.jobs()
        broken: Job[Any] = Job(lambda batch: [batch.register("name3", ""), 1 / 0], name="name3")
        committed = self.transactions.commit([first, broken, second], 0)
        self.assertIsInstance(committed.outcomes[1], StorageError)
        self.assertEqual([entry.sender for entry in committed.entries], ["name1", "name2"])
        self.assertEqual([entry.number for entry in committed.entries], [1, 2])


class Answering(SynchronousTestCase):
    """The writer and a database together."""

    def test_answers_come_with_their_commit(self) -> None:
        """Nothing is answered before its turn has ended and its commit is done."""
        turns = Turns()
        storage = in_memory(now=lambda: 7, soon=turns.soon, name_epoch=lambda: "epoch")
        self.assertEqual(storage.open().epoch, "epoch")
        storage.register("name1", "")
        said = storage.append(draft("hello"))
        self.assertNoResult(said)
        turns.end()
        self.assertEqual(self.successResultOf(said).entry.number, 2)
        self.successResultOf(storage.close())
