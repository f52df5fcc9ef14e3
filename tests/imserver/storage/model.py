"""A storage in plain Python, too simple to be wrong: what the databases are compared with."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from imserver.storage.interface import NameTaken, NoSuchMessage, RefUsed, StorageError
from imserver.storage.letting_go import digest
from imserver.storage.records import (
    Account,
    Arrival,
    Block,
    Conversation,
    Device,
    Draft,
    Entry,
    EntryKind,
    Gone,
    Held,
    Marked,
    Page,
    People,
    Reached,
    Receipt,
    Receipts,
    Shown,
    Stored,
)


class Model:
    """Does at once, in lists and dictionaries, what the interface says."""

    def __init__(self) -> None:
        self.now = 0
        self.entries: list[Entry] = []
        self.names: list[str] = []  # of the accounts 1, 2 ...
        self.registered: list[int] = []
        self.cursors: dict[int, dict[str, tuple[int, int]]] = {}  # account -> name -> (used, cursor)
        self.held: dict[int, int] = {}
        self.marks: dict[tuple[int, People], int] = {}
        self.blocks: list[Block] = []
        self.tokens: dict[str, tuple[int, str]] = {}  # account and device
        self.gone = 0  # messages up to there are no longer kept

    def register(self, name: str, password_hash: str) -> Entry:
        if name in self.names:
            raise NameTaken(name)
        self.names.append(name)
        number = len(self.entries) + 1
        self.registered.append(number)
        self.held[len(self.names)] = number
        others = len(self.names) - 1
        entry = Entry(number, EntryKind.REGISTER, self.now, len(self.names), name, "*", others)
        self.entries.append(entry)
        return entry

    def append(self, draft: Draft) -> Stored:
        if draft.ref is not None and (earlier := self.said_as(draft.account, draft.ref)):
            first = self.entries[earlier.number - 1]
            if (first.text, first.accounts) != (draft.text, draft.accounts):
                raise RefUsed(earlier.number)
            return Stored(earlier, new=False)
        to = len(self.names) - 1 if draft.everyone else len(draft.accounts - {draft.account})
        entry = Entry(
            number=len(self.entries) + 1,
            kind=EntryKind.MESSAGE,
            at=self.now,
            account=draft.account,
            sender=draft.sender,
            audience=draft.audience,
            to=to,
            text=draft.text,
            ref=draft.ref,
            accounts=draft.accounts,
        )
        self.entries.append(entry)
        return Stored(entry, new=True)

    def said_as(self, account: int, ref: str) -> Entry | None:
        return next((self._as_kept(e) for e in self.entries if (e.account, e.ref) == (account, ref)), None)

    def let_go(self, before: int, most: int) -> Gone:
        old: list[Entry] = []
        for entry in self.entries[self.gone :]:
            if entry.kind is EntryKind.MESSAGE:
                if entry.at >= before or len(old) == most:
                    break
                old.append(entry)
        self.gone = old[-1].number if old else self.gone
        return Gone(self.gone, len(old), more=len(old) == most)

    def _as_kept(self, entry: Entry) -> Entry:
        if self._is_kept(entry):
            return entry
        return replace(entry, text=digest(people_of(entry), entry.text), audience="", accounts=frozenset())

    def _is_kept(self, entry: Entry) -> bool:
        return entry.number > self.gone or entry.kind is not EntryKind.MESSAGE

    def _gap(self, account: int, position: int, among: People | None = None) -> int:
        lost = [e for e in self.entries[position : self.gone] if among in (None, people_of(e))]
        return max((e.number for e in lost if not self._is_kept(e) and self._is_for(account, e)), default=0)

    def stream(self, account: int) -> list[Entry]:
        return [entry for entry in self.entries if self._sees(account, entry)]

    def _sees(self, account: int, entry: Entry) -> bool:
        if entry.kind is not EntryKind.MESSAGE:
            return True
        return self._is_kept(entry) and self._is_for(account, entry) and not self._blocked(account, entry)

    def _is_for(self, account: int, entry: Entry) -> bool:
        if entry.everyone:
            return entry.number > self.registered[account - 1]
        return account in people_of(entry)

    def _blocked(self, account: int, entry: Entry) -> bool:
        return any(
            (block.account, block.whom) == (account, entry.account)
            and block.after < entry.number
            and (block.upto is None or entry.number <= block.upto)
            for block in self.blocks
        )

    def page_after(self, account: int, position: int, limit: int) -> Page:
        found = tuple(e for e in self.stream(account) if e.number > position)[:limit]
        upto = found[-1].number if len(found) == limit else len(self.entries)
        return Page(found, upto, self._gap(account, position))

    def count_after(self, account: int, position: int) -> int:
        return sum(entry.number > position for entry in self.stream(account))

    # --- Reading back ---

    def messages(self, account: int) -> list[Entry]:
        return [entry for entry in self.stream(account) if entry.kind is EntryKind.MESSAGE]

    def history(
        self, account: int, people: People | None, *, after: int, before: int | None, limit: int
    ) -> Shown:
        found = [
            entry
            for entry in self.messages(account)
            if people in (None, people_of(entry)) and entry.number > after
            if before is None or entry.number < before
        ]
        shown = found[:limit] if after else found[max(len(found) - limit, 0) :]
        more = len(shown) < len(found)
        gone = 0 if more and not after else self._gap(account, after, people)
        return Shown(tuple(shown), more, gone)

    def _unread(self, account: int, people: People) -> list[Entry]:
        return [
            entry
            for entry in self.messages(account)
            if people_of(entry) == people and entry.account != account
            if entry.number > self.marks.get((account, people), 0)
        ]

    def _conversation(self, account: int, people: People) -> Conversation:
        numbers = [entry.number for entry in self.messages(account) if people_of(entry) == people]
        read = self.marks.get((account, people), 0)
        return Conversation(people, max(numbers, default=0), read, len(self._unread(account, people)))

    def conversations(self, account: int, before: int | None, limit: int) -> tuple[Conversation, ...]:
        groups = {people_of(entry) for entry in self.messages(account)}
        found = sorted((self._conversation(account, people) for people in groups), key=lambda one: -one.last)
        return tuple(one for one in found if before is None or one.last < before)[:limit]

    def unread(self, account: int, people: People, after: int, limit: int) -> tuple[Conversation, Shown]:
        found = [entry for entry in self._unread(account, people) if entry.number > after]
        return self._conversation(account, people), Shown(tuple(found[:limit]), more=len(found) > limit)

    def read(self, account: int, number: int) -> Marked:
        for entry in self.messages(account):
            if entry.number == number:
                people = people_of(entry)
                before = self.marks.get((account, people), 0)
                self.marks[account, people] = max(before, number)
                return Marked(people, before, max(before, number))
        raise NoSuchMessage

    # --- How far messages came ---

    def reached(self, account: int, after: int, upto: int) -> tuple[Reached, ...]:
        newest: dict[tuple[int, People], int] = {}
        for entry in self.entries[after:upto]:
            if not self._is_kept(entry) or entry.kind is not EntryKind.MESSAGE:
                continue
            if entry.account != account and self._is_for(account, entry):
                newest[entry.account, people_of(entry)] = entry.number
        found = [Reached(number, sender, people) for (sender, people), number in newest.items()]
        return tuple(sorted(found, key=lambda one: one.number))

    def _for(self, entry: Entry) -> list[int]:
        accounts = range(1, len(self.names) + 1)
        return [one for one in accounts if one != entry.account and self._is_for(one, entry)]

    def _has_read(self, account: int, entry: Entry) -> bool:
        return self.marks.get((account, people_of(entry)), 0) >= entry.number

    def _has(self, account: int, entry: Entry) -> bool:
        return self.held[account] >= entry.number or self._has_read(account, entry)

    def receipts_of(self, numbers: Collection[int]) -> tuple[Receipts, ...]:
        return tuple(
            Receipts(
                entry.number,
                entry.account,
                people_of(entry),
                sum(self._has(account, entry) for account in self._for(entry)),
                sum(self._has_read(account, entry) for account in self._for(entry)),
                entry.to,
                () if entry.everyone else tuple(a for a in self._for(entry) if not self._has(a, entry)),
            )
            for entry in self.entries
            if entry.number in numbers and entry.kind is EntryKind.MESSAGE and self._is_kept(entry)
        )

    def receipts(
        self, sender: int, number: int, after: str | None, limit: int
    ) -> tuple[Receipts, tuple[Receipt, ...]]:
        counts = self.receipts_of([number])
        if not counts or counts[0].sender != sender:
            raise NoSuchMessage
        entry = self.entries[number - 1]
        found = sorted(
            (self.names[one - 1], self._has(one, entry), self._has_read(one, entry))
            for one in self._for(entry)
        )
        return counts[0], tuple(Receipt(*one) for one in found if after is None or one[0] > after)[:limit]

    def waiting(self, sender: int, account: int) -> int:
        return sum(
            entry.kind is EntryKind.MESSAGE
            and self._is_kept(entry)
            and entry.account == sender
            and account in people_of(entry)
            and entry.number > self.held[account]
            for entry in self.entries
        )

    # --- Devices ---

    def arrive(self, account: int, device: str, keep: int, begins: int | None = None) -> Arrival:
        devices = self.cursors.setdefault(account, {})
        if device in devices:
            _used, cursor = devices[device]
            devices[device] = self.now, cursor
            return Arrival(cursor)
        forgotten = None
        if len(devices) >= keep:
            forgotten = min(devices, key=lambda name: (devices[name][0], name))
            del devices[forgotten]
            self._revoke(account, forgotten)
        cursor = self.held[account] if begins is None else min(begins, self.held[account])
        devices[device] = self.now, cursor
        return Arrival(cursor, forgotten)

    def hold(self, account: int, device: str, number: int) -> Held:
        devices = self.cursors.get(account, {})
        before = self.held[account]
        if device in devices:
            devices[device] = self.now, max(number, devices[device][1])
            self.held[account] = max(number, before)
        return Held(before, self.held[account])

    def devices(self, account: int) -> tuple[Device, ...]:
        found = [Device(name, cursor, used) for name, (used, cursor) in self.cursors.get(account, {}).items()]
        return tuple(sorted(found, key=lambda device: (-device.used, device.name)))

    def forget(self, account: int, device: str) -> bool:
        self._revoke(account, device)
        return self.cursors.get(account, {}).pop(device, None) is not None

    # --- Tokens ---

    def come_back(self, account: int, device: str, keep: int, old: str | None, new: str) -> Arrival | None:
        if old is not None and self.tokens.get(old) != (account, device):
            return None
        arrival = self.arrive(account, device, keep)
        self._revoke(account, device, old)
        self.tokens[new] = account, device
        return arrival

    def token_of(self, name: str, device: str, token_hash: str) -> Account | None:
        account, of = self.tokens.get(token_hash, (0, ""))
        if not account or of != device or self.names[account - 1] != name:
            return None
        return Account(account, name, self.registered[account - 1])

    def _revoke(self, account: int, device: str, kept: str | None = None) -> None:
        for token, whose in list(self.tokens.items()):
            if whose == (account, device) and token != kept:
                del self.tokens[token]

    # --- Blocks ---

    def _block(self, account: int, whom: int) -> Block | None:
        both = account, whom
        return next((b for b in self.blocks if (b.account, b.whom) == both and b.upto is None), None)

    def block(self, account: int, whom: int) -> Block:
        if account == whom:
            raise StorageError
        if (block := self._block(account, whom)) is None:
            block = Block(account, whom, len(self.entries))
            self.blocks.append(block)
        return block

    def unblock(self, account: int, whom: int) -> Block | None:
        if (block := self._block(account, whom)) is None:
            return None
        self.blocks.remove(block)
        ended = replace(block, upto=len(self.entries))
        if ended.after != ended.upto:  # one that kept nothing out is no block
            self.blocks.append(ended)
        return ended


def people_of(entry: Entry) -> People:
    """Give the people of an entry's conversation."""
    return entry.accounts | {entry.account} if entry.accounts else frozenset()


def as_read_back(outcome: Any) -> Any:
    """Forget whom entries name: a database does not say it when it is asked again."""
    if isinstance(outcome, Entry):
        return replace(outcome, accounts=frozenset())
    if isinstance(outcome, Stored):
        return replace(outcome, entry=as_read_back(outcome.entry))
    if isinstance(outcome, Page | Shown):
        return replace(outcome, entries=as_read_back(outcome.entries))
    if isinstance(outcome, tuple):
        return tuple(map(as_read_back, outcome))
    if isinstance(outcome, StorageError):
        return type(outcome), getattr(outcome, "number", None)
    return outcome
