"""The shared user table: everybody who was ever registered, by all their names, and how they are now."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from improtocol.audience import EVERYONE, Audience
from improtocol.events import Bye, RightsTold
from improtocol.fields import Presence, Shown
from improtocol.names import ASCII_NAMES, NamePolicy

from .avatar import Avatar, rights_of
from .storage.records import Account, Block, Entry, EntryKind, People


class User:
    """An account as others see it."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.avatars: list[Avatar] = []  #: one for each session that is logged in here
        self.text = ""  #: what they say beside it
        self.held = account.registered  #: how far the furthest of their devices ever held the stream
        self.blocks: dict[int, list[Block]] = {}  #: by account: when they did not want to hear it
        self.everyone_said = False  #: an administrator has said whether it may address everyone
        self.lock = 0  #: how often what opens the account was changed, since the start of the server

    @property
    def name(self) -> str:
        """The account's name."""
        return self.account.name

    @property
    def closed(self) -> bool:
        """Whether the account is nobody's any more."""
        return self.account.closed is not None

    @property
    def presence(self) -> Presence:
        """The best of all its sessions."""
        if self.closed:
            return Presence.CLOSED
        if not self.avatars:
            return Presence.OFFLINE
        online = any(avatar.shown is Shown.ONLINE for avatar in self.avatars)
        return Presence.ONLINE if online else Presence.AWAY

    def become(self, **changes: Any) -> None:
        """Take note of what has become of the account."""
        self.account = replace(self.account, **changes)

    def entitle(self, **changes: bool) -> None:
        """Take note of what the account may do from now on, and tell its sessions if that is new."""
        before = rights_of(self.account)
        self.everyone_said |= "everyone" in changes
        self.become(**changes)
        rights = rights_of(self.account)
        if rights != before:
            for avatar in self.avatars:
                avatar.session.carrier.tell(RightsTold(tuple(rights)))

    def end_sessions(self, bye: Bye, *, but: Avatar | None = None) -> int:
        """End all sessions, but perhaps one; gives how many those were.

        What was proved while the change was on its way to the disk opens nothing either.
        """
        self.lock += 1
        if but is not None:
            but.lock = self.lock
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
    """All users, by every name they ever had and by account.

    It is filled from the database at the start and from the log ever after, so it holds exactly
    those whose REGISTER entry is on disk, under the names that are on disk.  A name means one account
    for ever; those who closed theirs stay, since what they said does.  ``start`` names this start of
    the server, for marks; ``may_address_everyone`` says it of those of whom no administrator has said
    anything.
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
        self._names: list[str] = []  # the current ones, of those who have not closed
        self._blocked_by: dict[int, set[int]] = {}
        self._changes = 0
        self._changed: dict[int, int] = {}  # accounts by their last change, which come in its order
        for account in accounts:
            self._add(account).held = (held or {}).get(account.id, account.registered)
        for block in blocks:
            self.note_block(block)

    def committed(self, entries: Iterable[Entry]) -> None:
        """Take in what the log says of who there is."""
        for entry in entries:
            if entry.kind is EntryKind.REGISTER:
                new = Account(entry.account, entry.sender, entry.number, administrator=entry.administrator)
                self.changed(self._add(new))
            elif entry.kind is EntryKind.RENAME:
                self._rename(self.of(entry.account), entry.text)
            elif entry.kind is EntryKind.CLOSE:
                self._close(self.of(entry.account), entry.number)

    def _add(self, account: Account) -> User:
        user = User(account)
        if account.everyone is None:
            user.become(everyone=self._may_from_the_start(account))
        else:
            user.everyone_said = True
        self._by_account[account.id] = user
        for name in (*account.earlier, account.name):
            self._means(name, user)
        if not user.closed:
            bisect.insort(self._names, account.name)
        return user

    def _may_from_the_start(self, account: Account) -> bool:
        return any(map(self._may_address_everyone, (*account.earlier, account.name)))

    def let_address_everyone(self, may: Callable[[str], bool]) -> None:
        """Say anew who may, of those of whom no administrator has said anything."""
        self._may_address_everyone = may
        for user in self._by_account.values():
            if not user.everyone_said and not user.closed:
                user.entitle(everyone=self._may_from_the_start(user.account))
                user.everyone_said = False

    def _means(self, name: str, user: User) -> None:
        self._by_name[name] = user
        self._by_skeleton[self.skeleton(name)] = user

    def _rename(self, user: User, name: str) -> None:
        before = user.account
        earlier = tuple(other for other in (*before.earlier, before.name) if other != name)
        user.account = replace(before, name=name, earlier=earlier)
        self._means(name, user)
        self._unlist(before.name)
        bisect.insort(self._names, name)
        self.changed(user)

    def _close(self, user: User, number: int) -> None:
        user.account = replace(user.account, closed=number)
        self._unlist(user.name)
        self.changed(user)

    def _unlist(self, name: str) -> None:
        del self._names[bisect.bisect_left(self._names, name)]

    # --- finding ---

    def skeleton(self, name: str) -> str:
        """Give what a name looks like."""
        return self._policy.skeleton(name)

    def resembling(self, name: str) -> User | None:
        """Find a user one of whose names cannot be told from this one by eye."""
        return self._by_skeleton.get(self.skeleton(name))

    def get(self, name: str) -> User | None:
        """Find a user by any of their names, unless the account is closed."""
        user = self._by_name.get(name)
        return None if user is None or user.account.closed is not None else user

    def ever(self, name: str) -> User | None:
        """Find whose name it is, or was: also of an account that is closed."""
        return self._by_name.get(name)

    def identified(self, avatar_id: str) -> User | None:
        """Find a user by number or by name, unless the account is closed; names begin with a letter."""
        if not avatar_id.isdecimal():
            return self.get(avatar_id)
        user = self._by_account.get(int(avatar_id))
        return None if user is None or user.closed else user

    def key(self, name: str) -> str:
        """Give what stands for a name where guesses are counted: all names of an account are one there."""
        user = self._by_name.get(name)
        return name if user is None else f"#{user.account.id}"

    def of(self, account: int) -> User:
        """Find the user of an account."""
        return self._by_account[account]

    def unknown(self, names: Iterable[str]) -> tuple[str, ...]:
        """Give those of the names that nobody ever had."""
        return tuple(name for name in names if name not in self._by_name)

    def closed(self, names: Iterable[str]) -> tuple[str, ...]:
        """Give those of the names whose account is closed."""
        return tuple(name for name in names if (user := self._by_name.get(name)) and user.closed)

    def current(self, audience: Audience) -> Audience:
        """Write an audience with the names people have now; its names must be known."""
        if audience.everyone:
            return audience
        return Audience.of(*(self._by_name[name].name for name in audience.names))

    def after(self, name: str | None) -> Iterator[User]:
        """Go through all users behind a name, in the order of their names; none of those who closed."""
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
        self._changed.pop(user.account.id, None)
        self._changed[user.account.id] = self._changes

    @property
    def mark(self) -> str:
        """Name this moment, so that what changed since can be asked for."""
        return f"{self._start}.{self._changes}"

    def changed_since(self, mark: str) -> frozenset[int] | None:
        """Give the accounts that changed since a mark; None if nobody knows, as after a new start."""
        start, _, number = mark.rpartition(".")
        if start != self._start or not number.isascii() or not number.isdecimal():
            return None
        since = int(number)
        changed = set()
        for account in reversed(self._changed):
            if self._changed[account] <= since:
                break
            changed.add(account)
        return frozenset(changed)
