"""What the server remembers, as plain values: accounts, entries of the log, devices."""

from __future__ import annotations

import enum
from dataclasses import dataclass

#: The device of all sessions that named none; they share one cursor (language, R24).
NAMELESS = ""


class EntryKind(enum.StrEnum):
    """What an entry of the log is about."""

    MESSAGE = "message"  #: something was said
    REGISTER = "register"  #: there is somebody new


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody the server knows."""

    id: int
    name: str
    registered: int  #: number of the REGISTER entry; nothing said to everyone before it is theirs


@dataclass(frozen=True, slots=True)
class Credential:
    """What proves that an account is somebody's."""

    account: Account
    password_hash: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that has no number yet."""

    account: int  #: who says it
    sender: str  #: the name it is said under; the entry keeps it for ever
    accounts: frozenset[
        int
    ]  #: whom it names, the sender left out unless it is a note to oneself; empty: everyone
    audience: str  #: the same as it stands on the line: names sorted and joined by commas, or ``*``
    text: str
    ref: str | None = None

    @property
    def everyone(self) -> bool:
        """Whether it is for every account that was registered before it."""
        return not self.accounts


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log.  It never changes."""

    number: int
    kind: EntryKind
    at: int  #: milliseconds since 1970, UTC; for people, never compared
    account: int  #: who said it, or whom it is about
    sender: str  #: that account's name at the time
    audience: str  #: as in ``Draft``; ``*`` for what is about who there is
    to: int  #: how many others it is for
    text: str = ""
    ref: str | None = None
    accounts: frozenset[int] = frozenset()  #: as in ``Draft``; not filled in when read back from disk

    @property
    def everyone(self) -> bool:
        """Whether it is in everybody's stream."""
        return self.audience == "*"


@dataclass(frozen=True, slots=True)
class Stored:
    """The answer to a draft: its entry, and whether this draft made it (or an earlier one with its ref)."""

    entry: Entry
    new: bool


@dataclass(frozen=True, slots=True)
class Page:
    """A piece of one account's stream, numbers rising."""

    entries: tuple[Entry, ...]
    upto: int  #: the stream has been read up to here: the last number of a full page, else of the snapshot


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where a device stands when it logs in."""

    cursor: int
    forgotten: str | None = None  #: the device that had to make room


@dataclass(frozen=True, slots=True)
class Opening:
    """What the server must know before it opens its port."""

    epoch: str  #: which log this is
    last: int  #: the number of the newest entry
    accounts: tuple[Account, ...]
