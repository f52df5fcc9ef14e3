"""One transaction of the writer: acts judged in the order they were asked for, few statements.

What can be looked up for all acts together is looked up first; what is to be inserted is
gathered and inserted at the end.  Between the two everything is judged in memory, so that an
act sees what the acts before it in the same transaction did.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Set
from dataclasses import dataclass, field

from sqlalchemy import Connection

from . import letting_go, questions, statements
from .accounts import Accounts
from .administration import Administration
from .blocking import Blocking
from .checksums import as_entry, checksum
from .conversations import Conversations, Remembered
from .cursors import Cursors
from .interface import MailboxFull, NoSuchMessage, RefUsed
from .marks import Mark, Marks
from .records import Arrival, Block, Draft, Entry, EntryKind, Gone, Held, Marked, People, Stored
from .tokens import Tokens

Ref = tuple[int, str]  # an account and its own name for something it said

# Looked up once: an enum's member costs more than a message's whole way through a dictionary.
_MESSAGE, _AS_MESSAGE = EntryKind.MESSAGE, EntryKind.MESSAGE.value


@dataclass(slots=True)
class Needs:
    """What must be looked up before the jobs of a transaction can be judged."""

    refs: set[Ref] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    holders: set[int] = field(default_factory=set)  #: accounts whose devices are spoken of
    marks: set[Mark] = field(default_factory=set)


class Batch:
    """A storing transaction; while it is open, nobody else gives out numbers."""

    def __init__(
        self,
        connection: Connection,
        at: int,
        needs: Needs,
        remembered: Remembered,
        closed: Set[int] = frozenset(),
    ) -> None:
        self._connection = connection
        self._at = at
        _epoch, self._last, self._accounts, self._gone = connection.execute(statements.lock_log).one()
        self._begun_at = self._last
        self._said = self._look_up(needs.refs)
        self.tokens = Tokens(connection, at)
        self.people = Accounts(connection, at, self.tokens, needs.names, closed)
        self._conversations = Conversations(connection, remembered)
        self._cursors = Cursors(connection, at, needs.holders)
        self._marks = Marks(connection, needs.marks)
        self._blocking = Blocking(connection)
        self._entries: list[Entry] = []
        self._written = 0  # so many of them

    def _look_up(self, refs: Collection[Ref]) -> dict[Ref, Entry]:
        if not refs:
            return {}
        rows = self._connection.execute(statements.said_under, {"refs": json.dumps(list(refs))})
        return {(entry.account, entry.ref or ""): entry for entry in map(as_entry, rows)}

    # --- The acts ---

    def append(self, draft: Draft) -> Stored:
        """Number a draft, or find what it repeats."""
        if draft.ref is not None and (earlier := self._said.get((draft.account, draft.ref))):
            if not self._is_same(earlier, draft):
                raise RefUsed(earlier.number)
            return Stored(earlier, new=False)
        self.people.refuse_closed(draft.accounts | {draft.account})
        if full := tuple(account for account in sorted(draft.crowded) if self._is_full(draft, account)):
            raise MailboxFull(full)
        entry = self._add(self._entry_of(draft))
        if draft.ref is not None:
            self._said[draft.account, draft.ref] = entry
        return Stored(entry, new=True)

    def _is_full(self, draft: Draft, account: int) -> bool:
        # What this transaction adds is not in the table yet.
        new = sum(entry.account == draft.account and account in entry.accounts for entry in self._entries)
        return questions.waiting(self._connection, draft.account, account) + new >= draft.most

    def said_as(self, account: int, ref: str) -> Entry | None:
        """Look up a ref."""
        return self._said.get((account, ref))

    def register(self, name: str, password_hash: str, invite_hash: str | None = None) -> Entry:
        """Make an account, and the entry that tells of it."""
        account, administrator = self.people.register(name, password_hash, self._last + 1, invite_hash)
        entry = Entry(
            self._last + 1,
            EntryKind.REGISTER,
            self._at,
            account,
            name,
            "*",
            self._accounts,
            administrator=administrator,
        )
        self._accounts += 1
        return self._add(entry)

    def rename(self, account: int, name: str, most: int) -> Entry:
        """Call an account otherwise, and tell of it."""
        before = self.people.rename(account, name, most, self._last + 1)
        return self._about(EntryKind.RENAME, account, before, to=self._accounts - 1, text=name)

    def close_account(self, account: int) -> Entry:
        """Close an account, and tell of it; the last administrator stays."""
        self.people.refuse_closed([account])
        self.administration.refuse_the_last(account)
        name = self.people.close(account, self._last + 1)
        self._cursors.forget_all(account)
        self._accounts -= 1
        return self._about(EntryKind.CLOSE, account, name, to=self._accounts)

    def _about(self, kind: EntryKind, account: int, name: str, *, to: int, text: str = "") -> Entry:
        return self._add(Entry(self._last + 1, kind, self._at, account, name, "*", to, text))

    def hold(self, account: int, device: str, number: int) -> Held:
        """Move a cursor on."""
        return self._cursors.hold(account, device, number)

    def arrive(self, account: int, device: str, keep: int, begins: int | None = None) -> Arrival:
        """Find a device, or begin it and make room for it."""
        self.people.refuse_closed([account])
        arrival = self._cursors.arrive(account, device, keep, begins)
        if arrival.forgotten is not None:
            self.tokens.revoke(account, arrival.forgotten)
        return arrival

    def come_back(self, account: int, device: str, keep: int, old: str | None, new: str) -> Arrival | None:
        """Let a device arrive, and keep the token it will come back with."""
        if old is not None and not self.tokens.is_of(account, device, old):
            return None
        arrival = self.arrive(account, device, keep)
        self.tokens.renew(account, device, old, new)
        return arrival

    def forget(self, account: int, device: str) -> bool:
        """Forget a device, and what it would come back with."""
        self.tokens.revoke(account, device)
        return self._cursors.forget(account, device)

    def read(self, account: int, number: int) -> Marked:
        """Mark a message as read, and what came before it in its conversation."""
        if number <= self._gone:  # perhaps since a moment, and was looked up before
            raise NoSuchMessage
        if self._begun_at < number <= self._last:
            # Nobody can know this number yet.  Whoever says it all the same is answered in order.
            self._write_log()
            self._marks.look_up([(account, number)])
        return self._marks.read(account, number)

    def block(self, account: int, whom: int) -> Block:
        """Keep what is said behind the entries so far out of a stream."""
        return self._blocking.block(account, whom, self._last)

    def unblock(self, account: int, whom: int) -> Block | None:
        """Keep out nothing that is said behind the entries so far."""
        return self._blocking.unblock(account, whom, self._last)

    @property
    def administration(self) -> Administration:
        """What administrators change of those who are there by now."""
        self.people.write()
        return Administration(self._connection, self._at, self.tokens)

    def let_go(self, before: int, most: int) -> Gone:
        """Let go of what is old, but not of its number and ref."""
        gone = letting_go.let_go(self._connection, self._gone, before, most)
        self._gone = gone.upto
        self._said |= self._look_up([ref for ref, entry in self._said.items() if entry.number <= gone.upto])
        return gone

    def _is_same(self, earlier: Entry, draft: Draft) -> bool:
        if earlier.announce != draft.announce:
            return False
        if earlier.number <= self._gone:
            people = draft.accounts | {draft.account} if draft.accounts else draft.accounts
            return earlier.text == letting_go.digest(people, draft.text)
        return earlier.text == draft.text and self._same_people(earlier, draft)

    def _same_people(self, earlier: Entry, draft: Draft) -> bool:
        if earlier.everyone or draft.everyone:
            return earlier.everyone and draft.everyone
        if earlier.number > self._begun_at:
            return earlier.accounts == draft.accounts
        # A name is one account's for ever, so the same names are the same people; other names may be too.
        return earlier.audience == draft.audience or self._names_exactly(earlier, draft)

    def _names_exactly(self, earlier: Entry, draft: Draft) -> bool:
        others = draft.accounts - {draft.account}
        people = {"number": earlier.number, "people": list(draft.accounts | {draft.account})}
        named = self._connection.scalar(statements.named_among, people)
        return earlier.to == len(others) and named == len(others) + 1

    def _entry_of(self, draft: Draft) -> Entry:
        return Entry(
            self._last + 1,
            _MESSAGE,
            self._at,
            draft.account,
            draft.sender,
            draft.audience,
            self._accounts - 1 if draft.everyone else len(draft.accounts) - (draft.account in draft.accounts),
            draft.text,
            draft.ref,
            draft.accounts,
            draft.announce,
        )

    def _add(self, entry: Entry) -> Entry:
        self._last = entry.number
        self._entries.append(entry)
        return entry

    # --- The end ---

    def write(self) -> tuple[Entry, ...]:
        """Write what was judged, and say which entries are new."""
        self._write_log()
        self._cursors.write()
        self._marks.write()
        return tuple(self._entries)

    @property
    def conversations(self) -> Mapping[People, int]:
        """Those that were looked up or made: to be remembered once they are committed."""
        return self._conversations.found

    def _write_log(self) -> None:
        self.people.write()
        if new := self._entries[self._written :]:
            self._write_entries(new)
            self._written = len(self._entries)

    def _write_entries(self, entries: list[Entry]) -> None:
        among = [_people(entry) for entry in entries]
        conversations = self._conversations.numbers_of(among)
        rows = [_entry_row(*said) for said in zip(entries, conversations, strict=True)]
        named = [
            (account, entry.number, entry.account, conversation)
            for entry, people, conversation in zip(entries, among, conversations, strict=True)
            if people
            for account in people
        ]
        statements.add_entries.write(self._connection, rows)
        if named:
            statements.add_audiences.write(self._connection, named)
        self._connection.execute(statements.move_log, {"to_last": self._last, "to_accounts": self._accounts})


def _people(entry: Entry) -> People:
    return entry.accounts | {entry.account} if entry.accounts else entry.accounts


def _entry_row(entry: Entry, conversation: int) -> tuple[object, ...]:
    is_message = entry.kind is _MESSAGE
    row = (
        entry.number,
        _AS_MESSAGE if is_message else entry.kind.value,
        entry.at,
        entry.account,
        entry.sender,
        entry.audience,
        entry.to,
        entry.text,
        entry.ref,
        conversation if is_message else None,
        1 if entry.announce else None,
    )
    return (*row, checksum(*row))
