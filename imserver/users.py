"""The shared user table: everybody who was ever registered, and who is connected now."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator

from improtocol.fields import Presence
from improtocol.names import ASCII_NAMES, NamePolicy

from .avatar import Avatar
from .storage.records import Account, Entry, EntryKind


class User:
    """An account as others see it."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.avatars: list[Avatar] = []  #: one for each session that is logged in here

    @property
    def name(self) -> str:
        """The account's name."""
        return self.account.name

    @property
    def presence(self) -> Presence:
        """The best of all its sessions."""
        return Presence.ONLINE if self.avatars else Presence.OFFLINE


class Users:
    """All users, by name and by account.

    It is filled from the database at the start and from the log ever after, so it holds exactly
    those whose REGISTER entry is on disk.
    """

    def __init__(self, accounts: Iterable[Account] = (), names: NamePolicy = ASCII_NAMES) -> None:
        self._policy = names
        self._by_skeleton: dict[str, User] = {}
        self._by_name: dict[str, User] = {}
        self._by_account: dict[int, User] = {}
        self._names: list[str] = []
        for account in accounts:
            self._add(account)

    def committed(self, entries: Iterable[Entry]) -> None:
        """Take in who is new in the log."""
        for entry in entries:
            if entry.kind is EntryKind.REGISTER:
                self._add(Account(entry.account, entry.sender, entry.number))

    def _add(self, account: Account) -> None:
        user = User(account)
        self._by_name[account.name] = user
        self._by_account[account.id] = user
        self._by_skeleton[self.skeleton(account.name)] = user
        bisect.insort(self._names, account.name)

    def skeleton(self, name: str) -> str:
        """Give what a name looks like."""
        return self._policy.skeleton(name)

    def resembling(self, name: str) -> User | None:
        """Find a user whose name cannot be told from this one by eye."""
        return self._by_skeleton.get(self.skeleton(name))

    def get(self, name: str) -> User | None:
        """Find a user by name."""
        return self._by_name.get(name)

    def of(self, account: int) -> User:
        """Find the user of an account."""
        return self._by_account[account]

    def unknown(self, names: Iterable[str]) -> tuple[str, ...]:
        """Give those of the names that are nobody's."""
        return tuple(name for name in names if name not in self._by_name)

    def after(self, name: str | None) -> Iterator[User]:
        """Go through all users behind a name, in the order of their names."""
        begin = bisect.bisect_right(self._names, name) if name is not None else 0
        return (self._by_name[self._names[at]] for at in range(begin, len(self._names)))

    def __len__(self) -> int:
        """Count everybody."""
        return len(self._names)

    def __iter__(self) -> Iterator[User]:
        """Go through everybody in the order of their names."""
        return self.after(None)
