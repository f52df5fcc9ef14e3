"""A storage in plain Python, too simple to be wrong: what the databases are compared with."""

from __future__ import annotations

from dataclasses import replace

from imserver.storage.interface import NameTaken, RefUsed
from imserver.storage.records import Arrival, Draft, Entry, EntryKind, Page, Stored


class Model:
    """Does at once, in lists and dictionaries, what the interface says."""

    def __init__(self) -> None:
        self.now = 0
        self.entries: list[Entry] = []
        self.names: list[str] = []  # of the accounts 1, 2 ...
        self.registered: list[int] = []
        self.devices: dict[int, dict[str, tuple[int, int]]] = {}  # account -> name -> (used, cursor)

    def register(self, name: str, password_hash: str) -> Entry:
        if name in self.names:
            raise NameTaken(name)
        self.names.append(name)
        number = len(self.entries) + 1
        self.registered.append(number)
        others = len(self.names) - 1
        entry = Entry(number, EntryKind.REGISTER, self.now, len(self.names), name, "*", others)
        self.entries.append(entry)
        return entry

    def append(self, draft: Draft) -> Stored:
        if draft.ref is not None and (earlier := self.said_as(draft.account, draft.ref)):
            if (earlier.text, earlier.accounts) != (draft.text, draft.accounts):
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
        return next((e for e in self.entries if (e.account, e.ref) == (account, ref)), None)

    def stream(self, account: int) -> list[Entry]:
        return [entry for entry in self.entries if self._sees(account, entry)]

    def _sees(self, account: int, entry: Entry) -> bool:
        if entry.kind is not EntryKind.MESSAGE:
            return True
        if entry.everyone:
            return entry.number > self.registered[account - 1]
        return account in entry.accounts or account == entry.account

    def page_after(self, account: int, position: int, limit: int) -> Page:
        found = tuple(e for e in self.stream(account) if e.number > position)[:limit]
        return Page(found, found[-1].number if len(found) == limit else len(self.entries))

    def count_after(self, account: int, position: int) -> int:
        return sum(entry.number > position for entry in self.stream(account))

    def arrive(self, account: int, device: str, keep: int) -> Arrival:
        devices = self.devices.setdefault(account, {})
        if device in devices:
            _used, cursor = devices[device]
            devices[device] = self.now, cursor
            return Arrival(cursor)
        cursor = max((cursor for _used, cursor in devices.values()), default=self.registered[account - 1])
        forgotten = None
        if len(devices) >= keep:
            forgotten = min(devices, key=lambda name: (devices[name][0], name))
            del devices[forgotten]
        devices[device] = self.now, cursor
        return Arrival(cursor, forgotten)

    def hold(self, account: int, device: str, number: int) -> None:
        devices = self.devices.get(account, {})
        if device in devices:
            devices[device] = self.now, max(number, devices[device][1])


def as_read_back(outcome: object) -> object:
    """Forget whom entries name: a database does not say it when it is asked again."""
    if isinstance(outcome, Entry):
        return replace(outcome, accounts=frozenset())
    if isinstance(outcome, Stored):
        return replace(outcome, entry=as_read_back(outcome.entry))  # type: ignore[arg-type]
    if isinstance(outcome, Page):
        return replace(outcome, entries=tuple(map(as_read_back, outcome.entries)))  # type: ignore[arg-type]
    if isinstance(outcome, RefUsed):
        return "ref used", outcome.number
    if isinstance(outcome, NameTaken):
        return "name taken"
    return outcome
