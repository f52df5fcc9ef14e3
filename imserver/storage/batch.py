"""One transaction of the writer: acts judged in the order they were asked for, few statements.

What can be looked up for all acts together is looked up first; what is to be inserted is
gathered and inserted at the end.  Between the two everything is judged in memory, so that an
act sees what the acts before it in the same transaction did.
"""

from __future__ import annotations

import json
from collections.abc import Collection

from sqlalchemy import Connection

from . import statements
from .interface import NameTaken, RefUsed
from .records import Arrival, Draft, Entry, EntryKind, Stored

Ref = tuple[int, str]  # an account and its own name for something it said


class Batch:
    """A storing transaction; while it is open, nobody else gives out numbers."""

    def __init__(
        self, connection: Connection, at: int, refs: Collection[Ref], names: Collection[str]
    ) -> None:
        self._connection = connection
        self._at = at
        _epoch, self._last, self._accounts = connection.execute(statements.lock_log).one()
        self._begun_at = self._last
        self._said = self._look_up(refs)
        self._taken = self._look_up_names(names)
        self._next_account = 1 + connection.execute(statements.highest_account).scalar_one() if names else 0
        self._entries: list[Entry] = []
        self._new_accounts: list[dict[str, object]] = []
        self._held: dict[tuple[int, str], int] = {}

    def _look_up(self, refs: Collection[Ref]) -> dict[Ref, Entry]:
        if not refs:
            return {}
        rows = self._connection.execute(statements.said_under, {"refs": json.dumps(list(refs))})
        return {(entry.account, entry.ref or ""): entry for entry in map(statements.as_entry, rows)}

    def _look_up_names(self, names: Collection[str]) -> set[str]:
        if not names:
            return set()
        return set(self._connection.scalars(statements.taken_names, {"names": list(names)}))

    # --- The acts ---

    def append(self, draft: Draft) -> Stored:
        """Number a draft, or find what it repeats."""
        if draft.ref is not None and (earlier := self._said.get((draft.account, draft.ref))):
            if earlier.text != draft.text or not self._same_people(earlier, draft):
                raise RefUsed(earlier.number)
            return Stored(earlier, new=False)
        entry = self._add(self._entry_of(draft))
        if draft.ref is not None:
            self._said[draft.account, draft.ref] = entry
        return Stored(entry, new=True)

    def said_as(self, account: int, ref: str) -> Entry | None:
        """Look up a ref."""
        return self._said.get((account, ref))

    def register(self, name: str, password_hash: str) -> Entry:
        """Make an account, and the entry that tells of it."""
        if name in self._taken:
            raise NameTaken(name)
        account = self._next_account
        entry = self._add(
            Entry(self._last + 1, EntryKind.REGISTER, self._at, account, name, "*", self._accounts)
        )
        self._new_accounts.append(
            {"id": account, "name": name, "password_hash": password_hash, "registered": entry.number}
        )
        self._taken.add(name)
        self._next_account += 1
        self._accounts += 1
        return entry

    def hold(self, account: int, device: str, number: int) -> None:
        """Move a cursor on; of several for one device the furthest is written."""
        key = account, device
        self._held[key] = max(number, self._held.get(key, 0))

    def arrive(self, account: int, device: str, keep: int) -> Arrival:
        """Find a device, or begin it and make room for it."""
        self._write_held()
        known = {
            name: (used, cursor)
            for name, cursor, used in self._connection.execute(statements.devices, {"who": account})
        }
        if device in known:
            self._connection.execute(statements.use_device, {"who": account, "named": device, "at": self._at})
            return Arrival(known[device][1])
        cursor = max((cursor for _used, cursor in known.values()), default=None)
        if cursor is None:
            cursor = self._connection.execute(statements.registered, {"who": account}).scalar_one()
        self._connection.execute(
            statements.add_device, {"account": account, "name": device, "cursor": cursor, "used": self._at}
        )
        return Arrival(cursor, self._make_room(account, known, keep))

    def _make_room(self, account: int, known: dict[str, tuple[int, int]], keep: int) -> str | None:
        if len(known) < keep:
            return None
        longest_unused = min(known, key=lambda name: (known[name][0], name))
        self._connection.execute(statements.forget_device, {"who": account, "named": longest_unused})
        return longest_unused

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
            EntryKind.MESSAGE,
            self._at,
            draft.account,
            draft.sender,
            draft.audience,
            self._accounts - 1 if draft.everyone else len(draft.accounts - {draft.account}),
            draft.text,
            draft.ref,
            draft.accounts,
        )

    def _add(self, entry: Entry) -> Entry:
        self._last = entry.number
        self._entries.append(entry)
        return entry

    # --- The end ---

    def write(self) -> tuple[Entry, ...]:
        """Write what was judged, and say which entries are new."""
        self._write_held()
        if self._new_accounts:
            self._connection.execute(statements.add_account, self._new_accounts)
        if self._entries:
            self._write_entries()
        return tuple(self._entries)

    def _write_held(self) -> None:
        if self._held:
            rows = [
                {"who": account, "named": device, "number": number, "at": self._at}
                for (account, device), number in self._held.items()
            ]
            self._connection.execute(statements.hold, rows)
            self._held.clear()

    def _write_entries(self) -> None:
        statements.add_entries.write(self._connection, [_entry_row(entry) for entry in self._entries])
        named = [
            (account, entry.number)
            for entry in self._entries
            if entry.accounts
            for account in entry.accounts | {entry.account}
        ]
        if named:
            statements.add_audiences.write(self._connection, named)
        self._connection.execute(statements.move_log, {"to_last": self._last, "to_accounts": self._accounts})


def _entry_row(entry: Entry) -> tuple[object, ...]:
    return (
        entry.number,
        entry.kind.value,
        entry.at,
        entry.account,
        entry.sender,
        entry.audience,
        entry.to,
        entry.text,
        entry.ref,
    )
