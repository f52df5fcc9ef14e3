"""A database as the server's storage: what changes something goes to the writer, questions to the readers."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from twisted.internet.defer import Deferred, fail

from ..counters import Counters
from . import questions, statements
from .administration import Administration
from .interface import Closed, Damaged, DatabaseTaken, StorageError, Witness
from .records import (
    Account,
    Arrival,
    Block,
    Conversation,
    Credential,
    Device,
    Draft,
    Entry,
    Gone,
    Held,
    Invitation,
    Invite,
    Marked,
    Opening,
    Outline,
    Page,
    People,
    Reached,
    Receipt,
    Receipts,
    Shown,
    Stored,
    Waiting,
)
from .tokens import Tokens
from .upgrading import lacks_steps, upgrade
from .writer import Committed, Job, Run, Soon, Transactions, Writer, in_a_sentence

P = ParamSpec("P")
T = TypeVar("T")


#: Keep other servers out, and give the way to let them in again; None if another one was first.
Take = Callable[[], Callable[[], None] | None]


def random_epoch() -> str:
    """Name a log so that no other will ever be taken for it."""
    return secrets.token_hex(8)


@dataclass(frozen=True, slots=True)
class Engines:
    """What a dialect provides."""

    writing: Engine
    reading: Engine  #: every transaction of it is one snapshot
    alone: Callable[[Connection], None]  #: wait until no other node brings the tables up to date
    check: Callable[[Connection], None]  #: look for damage, before anything is read; raises ``Damaged``
    kind: Callable[[DBAPIError], type[StorageError]]  #: what an error is
    undone: Callable[[DBAPIError], bool]  #: whether a commit that failed so has surely changed nothing
    fold: Callable[[], None]  #: called at the start and behind commits: bring them to their place
    keep: Callable[[str], None]  #: keep a copy of a database at this step, before its tables are changed
    part: Callable[[], None]  #: close the connections that nobody uses; the next use opens new ones
    take: Take


class Database:
    """Accounts, log and devices in SQLAlchemy's tables."""

    def __init__(
        self,
        engines: Engines,
        *,
        write: Run,
        read: Run,
        soon: Soon,
        now: Callable[[], int],
        name_epoch: Callable[[], str] = random_epoch,
        end_reading: Callable[[], object] = lambda: None,
        let_go: Callable[[], object] = lambda: None,
        witness: Witness | None = None,
    ) -> None:
        self._engines = engines
        self._run_writer = write
        self._run_reader = read
        self._now = now
        self._name_epoch = name_epoch
        self._end_reading = end_reading
        self._let_go = let_go
        self._witness = witness
        self._give_back: Callable[[], None] = lambda: None
        self._closed = False
        transactions = Transactions(
            engines.writing, kind=engines.kind, undone=engines.undone, fold=engines.fold
        )

        def commit(jobs: Sequence[Job[Any]], at: int) -> Committed:
            committed = transactions.commit(jobs, at)
            if witness is not None and committed.entries:
                witness.note(committed.entries[-1].number)
            return committed

        self._writer = Writer(commit, run=write, soon=soon, now=now)

    @property
    def committed(self) -> Callable[[tuple[Entry, ...]], None]:
        """Called with the new entries of each commit, after the Deferreds of that commit have fired."""
        return self._writer.committed

    @committed.setter
    def committed(self, hook: Callable[[tuple[Entry, ...]], None]) -> None:
        self._writer.committed = hook

    @property
    def in_doubt(self) -> Callable[[str], None]:
        """Called when nobody knows any more what the log holds."""
        return self._writer.in_doubt

    @in_doubt.setter
    def in_doubt(self, hook: Callable[[str], None]) -> None:
        self._writer.in_doubt = hook

    @property
    def counters(self) -> Counters:
        """Where transactions are counted."""
        return self._writer.counters

    @counters.setter
    def counters(self, counters: Counters) -> None:
        self._writer.counters = counters

    @property
    def jobs_waiting(self) -> int:
        """How many jobs no transaction has begun."""
        return self._writer.waiting()

    # --- Its beginning and end ---

    def take(self) -> None:
        """Be the only server on the database."""
        try:
            give_back = self._engines.take()
        except OSError as error:
            raise StorageError(error.strerror or str(error)) from error
        except SQLAlchemyError as error:
            raise StorageError(in_a_sentence(error)) from error
        if give_back is None:
            raise DatabaseTaken()
        self._give_back = give_back

    def open(self) -> Opening:
        """Bring the tables up to date and read what must be known at the start."""
        try:
            opening = self._open()
            self._engines.fold()
            return opening
        except (SQLAlchemyError, UnicodeError) as error:
            raise self._trouble(error) from error
        finally:
            # The process may yet fork, and no connection of a database outlives that.
            self._engines.part()

    def invite_first(self, invitation: Invitation) -> bool:
        """Make an invite in place of those the server made before, unless there is an administrator."""
        try:
            with self._engines.writing.begin() as connection:
                at = self._now()
                return Administration(connection, at, Tokens(connection, at)).invite_first(invitation)
        except SQLAlchemyError as error:
            raise StorageError(in_a_sentence(error)) from error
        finally:
            self._engines.part()

    def close(self) -> Deferred[None]:
        """Finish what was asked for, then let go of the database."""
        finished = self._writer.finish()
        # First: a reader that asks a pool for a connection while that is disposed of waits half a minute.
        finished.addCallback(lambda _: self._read_no_more())
        finished.addCallback(lambda _: self._run_writer(self._engines.writing.dispose))
        finished.addCallback(lambda _: self._let_others_in())
        return finished.addCallback(lambda _: self._let_go()).addCallback(lambda _: None)

    def _read_no_more(self) -> object:
        self._closed = True
        return self._end_reading()

    def _let_others_in(self) -> None:
        give_back, self._give_back = self._give_back, lambda: None
        give_back()

    def _open(self) -> Opening:
        with self._engines.writing.begin() as connection:
            self._engines.alone(connection)
            self._engines.check(connection)
            if (step := lacks_steps(connection)) is not None:
                self._engines.keep(step)
            upgrade(connection, self._name_epoch)
            epoch, last, _count, _gone = connection.execute(statements.read_log).one()
            accounts = connection.execute(statements.accounts).all()
            earlier: dict[int, tuple[str, ...]] = {}
            for account, name in connection.execute(statements.earlier_names):
                earlier[account] = (*earlier.get(account, ()), name)
            if connection.execute(statements.unsure).first() or connection.scalar(statements.newest) != last:
                raise Damaged("the log and who registered in it do not agree")
            blocks = tuple(Block(*row) for row in connection.execute(statements.blocks))
            before = None if self._is_what_was_told(epoch, last) else epoch
            if before is not None:
                epoch = self._name_epoch()
                connection.execute(statements.rename_log, {"to_epoch": epoch})
        if self._witness is not None:
            self._witness.begin(epoch, last)
        return Opening(
            epoch,
            last,
            tuple(statements.as_account(one, earlier.get(one.id, ())) for one in accounts),
            {one.id: one.held for one in accounts},
            blocks,
            before,
        )

    def _is_what_was_told(self, epoch: str, last: int) -> bool:
        """Whether no number behind the last was ever told; of a log that nobody knows that is not sure."""
        return self._witness is None or last == 0 or self._witness.vouches(epoch, last)

    # --- What changes something, and what must be behind it ---

    def register(self, name: str, password_hash: str, invite_hash: str | None = None) -> Deferred[Entry]:
        """Make an account and its REGISTER entry."""
        return self._writer.ask(
            Job(lambda batch: batch.register(name, password_hash, invite_hash), name=name)
        )

    def rename(self, account: int, name: str, most: int) -> Deferred[Entry]:
        """Call an account otherwise."""
        return self._writer.ask(Job(lambda batch: batch.rename(account, name, most), name=name))

    def close_account(self, account: int) -> Deferred[Entry]:
        """Close an account."""
        return self._writer.ask(Job(lambda batch: batch.close_account(account), holder=account))

    def set_password(
        self, account: int, password_hash: str, comes_back: tuple[str, str] | None = None
    ) -> Deferred[None]:
        """Put another secret in the place of the one there is."""
        return self._writer.ask(
            Job(lambda batch: batch.people.set_password(account, password_hash, comes_back))
        )

    def raise_hash(self, account: int, proved: str, stronger: str) -> Deferred[bool]:
        """Keep the same secret under a stronger hash."""
        return self._writer.ask(Job(lambda batch: batch.people.raise_hash(account, proved, stronger)))

    def append(self, draft: Draft) -> Deferred[Stored]:
        """Give a draft its number and keep it."""
        ref = None if draft.ref is None else (draft.account, draft.ref)
        return self._writer.ask(Job(lambda batch: batch.append(draft), ref=ref))

    def said_as(self, account: int, ref: str) -> Deferred[Entry | None]:
        """Look up what an account said under a ref."""
        return self._writer.ask(Job(lambda batch: batch.said_as(account, ref), ref=(account, ref)))

    def read(self, account: int, number: int) -> Deferred[Marked]:
        """Note that a message is read."""
        return self._writer.ask(Job(lambda batch: batch.read(account, number), mark=(account, number)))

    def arrive(self, account: int, device: str, keep: int, begins: int | None = None) -> Deferred[Arrival]:
        """Note that a device is in use and say where it stands."""
        return self._writer.ask(
            Job(lambda batch: batch.arrive(account, device, keep, begins), holder=account)
        )

    def come_back(
        self, account: int, device: str, keep: int, old: str | None, new: str
    ) -> Deferred[Arrival | None]:
        """Note that a device is in use, say where it stands, and keep its next token."""
        return self._writer.ask(
            Job(lambda batch: batch.come_back(account, device, keep, old, new), holder=account)
        )

    def hold(self, account: int, device: str, number: int) -> Deferred[Held]:
        """Note that a device holds everything up to ``number``."""
        return self._writer.ask(Job(lambda batch: batch.hold(account, device, number), holder=account))

    def forget(self, account: int, device: str) -> Deferred[bool]:
        """Forget a device."""
        return self._writer.ask(Job(lambda batch: batch.forget(account, device), holder=account))

    def block(self, account: int, whom: int) -> Deferred[Block]:
        """Keep what is said from now on out of a stream."""
        return self._writer.ask(Job(lambda batch: batch.block(account, whom)))

    def unblock(self, account: int, whom: int) -> Deferred[Block | None]:
        """End a block."""
        return self._writer.ask(Job(lambda batch: batch.unblock(account, whom)))

    # --- What administrators do ---

    def invite(self, invitation: Invitation) -> Deferred[Invite]:
        """Make an invite."""
        return self._writer.ask(Job(lambda batch: batch.administration.invite(invitation)))

    def uninvite(self, number: int) -> Deferred[bool]:
        """Let an invite be good no more."""
        return self._writer.ask(Job(lambda batch: batch.administration.uninvite(number)))

    def set_administrator(self, account: int, administrator: bool) -> Deferred[None]:
        """Make an account an administrator's, or not any more."""
        return self._writer.ask(
            Job(lambda batch: batch.administration.set_administrator(account, administrator))
        )

    def set_everyone(self, account: int, may: bool) -> Deferred[None]:
        """Let an account say something to everyone, or not."""
        return self._writer.ask(Job(lambda batch: batch.administration.set_everyone(account, may)))

    def suspend(self, account: int) -> Deferred[int]:
        """Let nobody in."""
        return self._writer.ask(Job(lambda batch: batch.administration.suspend(account)))

    def restore(self, account: int) -> Deferred[None]:
        """Let an account in again."""
        return self._writer.ask(Job(lambda batch: batch.administration.restore(account)))

    def let_go(self, before: int, most: int) -> Deferred[Gone]:
        """Let go of what is old."""
        return self._writer.ask(Job(lambda batch: batch.let_go(before, most)))

    # --- What is only read ---

    def invites(self) -> Deferred[tuple[Invite, ...]]:
        """Give the invites that are good now."""
        return self._read(questions.invites, self._now())

    def token_of(self, name: str, device: str, token_hash: str) -> Deferred[Account | None]:
        """Give the account of a name if that is a token of its device's."""
        return self._read(questions.token_of, name, device, token_hash)

    def credential(self, name: str) -> Deferred[Credential | None]:
        """Look up what proves an account."""
        return self._read(questions.credential, name)

    def invited(self, invite_hash: str) -> Deferred[bool]:
        """Say whether an invite is good now."""
        return self._read(questions.invited, invite_hash, self._now())

    def page_after(self, account: int, position: int, limit: int) -> Deferred[Page]:
        """Read an account's stream behind a position."""
        return self._read(questions.page_after, account, position, limit)

    def count_after(self, account: int, position: int) -> Deferred[int]:
        """Count an account's stream behind a position."""
        return self._read(questions.count_after, account, position)

    def history(
        self, account: int, people: People | None, *, after: int, before: int | None, limit: int
    ) -> Deferred[Shown]:
        """Read back the messages of one conversation, or of all in an account's stream."""
        return self._read(questions.history, account, people, after, before, limit)

    def conversations(
        self, account: int, before: int | None, limit: int
    ) -> Deferred[tuple[Conversation, ...]]:
        """Give an account's conversations, the newest first."""
        return self._read(questions.conversations, account, before, limit)

    def unread(
        self, account: int, people: People, after: int, limit: int
    ) -> Deferred[tuple[Conversation, Shown]]:
        """Give a conversation and its unread messages."""
        return self._read(questions.unread, account, people, after, limit)

    def reached(self, account: int, after: int, upto: int) -> Deferred[tuple[Reached, ...]]:
        """Give the newest of each speaker and conversation in a range."""
        return self._read(questions.reached, account, after, upto)

    def receipts_of(self, numbers: Collection[int]) -> Deferred[tuple[Receipts, ...]]:
        """Count how far messages came."""
        return self._read(questions.receipts_of, numbers)

    def receipts(
        self, sender: int, number: int, after: str | None, limit: int
    ) -> Deferred[tuple[Receipts, tuple[Receipt, ...]]]:
        """Count how far a message came, and with whom."""
        return self._read(questions.receipts, sender, number, after, limit)

    def waiting(self, sender: int, account: int) -> Deferred[int]:
        """Count what one said to another that is not held yet."""
        return self._read(questions.waiting, sender, account)

    def devices(self, account: int) -> Deferred[tuple[Device, ...]]:
        """Give the devices of an account."""
        return self._read(questions.devices, account)

    def outlines(self, after: str, limit: int) -> Deferred[tuple[Outline, ...]]:
        """Give the accounts behind a name."""
        return self._read(questions.outlines, after, limit)

    def backlog(self) -> Deferred[Waiting]:
        """Count what waits for all accounts."""
        return self._read(questions.backlog)

    def _read(
        self, question: Callable[Concatenate[Connection, P], T], *asked: P.args, **more: P.kwargs
    ) -> Deferred[T]:
        if self._closed:
            return fail(Closed())
        return self._run_reader(lambda: self._ask(lambda connection: question(connection, *asked, **more)))

    def _ask(self, question: Callable[[Connection], T]) -> T:
        try:
            with self._engines.reading.begin() as connection:
                return question(connection)
        except (SQLAlchemyError, UnicodeError) as error:
            raise self._trouble(error) from error

    def _trouble(self, error: Exception) -> StorageError:
        if isinstance(error, UnicodeError):
            return Damaged("the tables' own description is not as it was written")
        kind = self._engines.kind(error) if isinstance(error, DBAPIError) else StorageError
        return kind(in_a_sentence(error))
