"""The shared user table: everybody who was ever registered, who is connected now, and how they are."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from improtocol.audience import EVERYONE, Audience
from improtocol.events import Bye
from improtocol.fields import Presence, Shown
from improtocol.names import ASCII_NAMES, NamePolicy

from .avatar import Avatar
from .storage.records import Account, Block, Entry, EntryKind, People


class User:
    """An account as others see it."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.avatars: list[Avatar] = []  #: one for each session that is logged in here
        self.text = ""  #: what they say beside it
        self.held = account.registered  #: how far the furthest of their devices ever held the stream
        self.blocks: dict[int, list[Block]] = {}  #: by account: when they did not want to hear it
        self.secret = 0  #: how often their secret was changed, or what it opens; of this start of the server

    @property
    def name(self) -> str:
        """The account's name."""
        return self.account.name

    @property
    def presence(self) -> Presence:
        """The best of all its sessions."""
        if not self.avatars:
            return Presence.OFFLINE
        online = any(avatar.shown is Shown.ONLINE for avatar in self.avatars)
        return Presence.ONLINE if online else Presence.AWAY

    def become(self, **changes: Any) -> None:
        """Take note of what has become of the account."""
        self.account = replace(self.account, **changes)
        for avatar in self.avatars:
            avatar.account = self.account

    def end_sessions(self, bye: Bye, *, but: Avatar | None = None) -> int:
        """End all sessions, but perhaps one; gives how many those were."""
        ended = [avatar for avatar in self.avatars if avatar is not but]
        for avatar in ended:
            avatar.session.end(bye)
        return len(ended)

    def hears(self, entry: Entry) -> bool:
        """Whether an entry's speaker was not blocked when it was said."""
        blocks = self.blocks.get(entry.account)
        return blocks is None or not any(
            block.after < entry.number and (block.upto is None or entry.number <= block.upto)
            for block in blocks
        )

    def note_block(self, block: Block) -> None:
        """Keep a block in mind, or how it ended."""
        blocks = self.blocks.setdefault(block.whom, [])
        blocks[:] = [other for other in blocks if other.after != block.after] + [block]

    def has_blocked(self, account: int) -> bool:
        """Whether an account is blocked now."""
        return any(block.upto is None for block in self.blocks.get(account, ()))


class Users:
    """All users, by name and by account.

    It is filled from the database at the start and from the log ever after, so it holds exactly
    those whose REGISTER entry is on disk.  ``start`` names this start of the server, for marks;
    ``may_address_everyone`` says it of those of whom no administrator has said anything.
    """

    def __init__(
        self,
        accounts: Iterable[Account] = (),
        names: NamePolicy = ASCII_NAMES,
        *,
        held: Mapping[int, int] | None = None,
        blocks: Iterable[Block] = (),
        start: str = "0",
        may_address_everyone: Callable[[str], bool] = lambda name: True,
    ) -> None:
        self._policy = names
        self._start = start
        self._may_address_everyone = may_address_everyone
        self._by_skeleton: dict[str, User] = {}
        self._by_name: dict[str, User] = {}
        self._by_account: dict[int, User] = {}
        self._names: list[str] = []
        self._blocked_by: dict[int, set[int]] = {}
        self._changes = 0
        self._changed: dict[str, int] = {}  # names by their last change, which come in its order
        for account in accounts:
            self._add(account).held = (held or {}).get(account.id, account.registered)
        for block in blocks:
            self.note_block(block)

    def committed(self, entries: Iterable[Entry]) -> None:
        """Take in who is new in the log."""
        for entry in entries:
            if entry.kind is EntryKind.REGISTER:
                self.changed(self._add(Account(entry.account, entry.sender, entry.number)))

    def _add(self, account: Account) -> User:
        if account.everyone is None:
            account = replace(account, everyone=self._may_address_everyone(account.name))
        user = User(account)
        self._by_name[account.name] = user
        self._by_account[account.id] = user
        self._by_skeleton[self.skeleton(account.name)] = user
        bisect.insort(self._names, account.name)
        return user

    # --- finding ---

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

    # --- blocks ---

    def note_block(self, block: Block) -> None:
        """Keep a block in mind, or how it ended."""
        self.of(block.account).note_block(block)
        self._blocked_by.setdefault(block.whom, set()).add(block.account)

    def blockers(self, account: int) -> Iterable[User]:
        """Give those who have, or had, blocked an account."""
        return map(self.of, self._blocked_by.get(account, ()))

    # --- conversations ---

    def people(self, audience: Audience, account: int) -> People:
        """Give the accounts of a conversation, as one of them names it; its names must be known."""
        if audience == EVERYONE:
            return frozenset()
        return frozenset([account, *(self._by_name[name].account.id for name in audience.names)])

    def audience(self, people: People, account: int) -> Audience:
        """Write a conversation as one of its accounts names it: the others, or itself alone."""
        if not people:
            return EVERYONE
        return Audience.of(*(self.of(other).name for other in people - {account} or people))

    # --- what changed (WHO since=) ---

    def changed(self, user: User) -> None:
        """Note that somebody is new, or is otherwise than before."""
        self._changes += 1
        self._changed.pop(user.name, None)
        self._changed[user.name] = self._changes

    @property
    def mark(self) -> str:
        """Name this moment, so that what changed since can be asked for."""
        return f"{self._start}.{self._changes}"

    def changed_since(self, mark: str) -> frozenset[str] | None:
        """Name those who changed since a mark; None if nobody knows any more, as after a new start."""
        start, _, number = mark.rpartition(".")
        if start != self._start or not number.isascii() or not number.isdecimal():
            return None
        since = int(number)
        changed = set()
        for name in reversed(self._changed):
            if self._changed[name] <= since:
                break
            changed.add(name)
        return frozenset(changed)
