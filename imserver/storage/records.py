"""What the server remembers, as plain values: accounts, entries of the log, devices."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

#: The device of all sessions that named none; they share one cursor (language, R24).
NAMELESS = ""


class EntryKind(enum.StrEnum):
    """What an entry of the log is about."""

    MESSAGE = "message"  #: something was said
    REGISTER = "register"  #: there is somebody new
    RENAME = "rename"  #: somebody is called otherwise: its text is the new name
    CLOSE = "close"  #: somebody closed their account


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody the server knows, as they are now; whatever becomes of them, by its id it is the same."""

    id: int
    name: str = field(compare=False)
    registered: int = field(compare=False)  #: its REGISTER entry; nothing said to everyone before is theirs
    administrator: bool = field(default=False, compare=False)
    #: Whether it may say something to everyone; None: as the server is told at its start.
    everyone: bool | None = field(default=None, compare=False)
    suspended: int | None = field(default=None, compare=False)  #: since when, as in ``Entry.at``; None: not
    closed: int | None = field(default=None, compare=False)  #: its CLOSE entry; None: it is not
    #: The other names it had, the first first; they go on meaning it.
    earlier: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Credential:
    """What proves that an account is somebody's."""

    account: Account
    password_hash: str  #: empty: nothing proves it any more


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
    crowded: frozenset[int] = frozenset()  #: those it names whose waiting messages must be counted first
    most: float = 0  #: so many of them may wait from this sender by name
    announce: bool = False  #: an administrator announces it

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
    announce: bool = False  #: as in ``Draft``
    #: Of a REGISTER: whether the account begins as an administrator's; not filled in when read back.
    administrator: bool = False

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
    gap: int = 0  #: messages of the stream up to there are no longer kept, the last of them this one


@dataclass(frozen=True, slots=True)
class Gone:
    """What became of letting go."""

    upto: int  #: messages up to there are no longer kept
    messages: int  #: so many of them went just now
    more: bool  #: there may be more that are as old


@dataclass(frozen=True, slots=True)
class Shown:
    """A piece of what was said, read back; numbers rise."""

    entries: tuple[Entry, ...]
    more: bool  #: there is more: before the first if the newest were asked for, else behind the last
    gone: int = 0  #: of what would stand before the first, messages up to there are no longer kept


#: A conversation: its accounts, whoever asks among them; empty: everyone's.
People = frozenset[int]


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as one account has it."""

    people: People
    last: int  #: its newest message
    read: int  #: what this account has read it up to; 0: nothing
    unread: int  #: messages of others in the account's stream behind that


@dataclass(frozen=True, slots=True)
class Marked:
    """What became of reading up to a message."""

    people: People
    before: int  #: what it was read up to; 0: nothing
    upto: int  #: what it is read up to now; never less than before


@dataclass(frozen=True, slots=True)
class Held:
    """How far an account's furthest cursor ever was, before and after a device held more."""

    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Reached:
    """What one account's progress means to one who spoke to it: the newest message that came further."""

    number: int
    sender: int  #: its account
    people: People


@dataclass(frozen=True, slots=True)
class Receipts:
    """How far a message came: counts, and the accounts named it still waits for (not for everyone's)."""

    number: int
    sender: int
    people: People
    delivered: int  #: those who have read it among them
    read: int
    to: int
    waiting: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """How far a message came with one account."""

    name: str
    delivered: bool  #: held, or read
    read: bool


@dataclass(frozen=True, slots=True)
class Device:
    """A device of an account."""

    name: str
    cursor: int
    used: int  #: milliseconds since 1970, UTC


@dataclass(frozen=True, slots=True)
class Outline:
    """An account as an administrator sees it."""

    account: int
    devices: int
    seen: int | None  #: when one of them was last used, as in ``Entry.at``
    waiting: int  #: messages of others that none of its devices ever held


@dataclass(frozen=True, slots=True)
class Waiting:
    """What none of their devices ever held, of all accounts together."""

    messages: int  #: as often as there is somebody it waits for
    people: int
    oldest: int | None  #: when the oldest of it was said, as in ``Entry.at``


@dataclass(frozen=True, slots=True)
class Block:
    """That an account did not want to hear another: entries with ``after`` < number <= ``upto``."""

    account: int
    whom: int
    after: int
    upto: int | None = None  #: None: it still does not


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invite that is about to be made."""

    code_hash: str
    maker: int | None  #: an account; None: the server itself
    uses: int
    lasting: int  #: milliseconds
    administrator: bool = False  #: whether who registers with it becomes one


@dataclass(frozen=True, slots=True)
class Invite:
    """An invite that is good."""

    id: int
    maker: int | None
    left: int  #: so often it can still be used
    until: int  #: milliseconds since 1970, UTC
    administrator: bool


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
    held: Mapping[int, int] = field(default_factory=dict)  #: by account: its furthest cursor ever
    blocks: tuple[Block, ...] = ()  #: all there ever were
    before: str | None = None  #: its epoch up to now, if it is not what was told and so has a new one
