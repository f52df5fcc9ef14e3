"""An account as one session speaks for it, and how far that session has been told its stream."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from improtocol.errors import NotAllowed
from improtocol.events import Bye
from improtocol.fields import Right, Shown
from improtocol.vocabulary import Event

from .storage.records import NAMELESS, Account


class Carrier(Protocol):
    """What brings a session's commands and takes what it is told: a connection, a gateway, a test."""

    def tell(self, event: Event) -> None:
        """Say something unasked."""

    def write(self, lines: bytes) -> None:
        """Say what many are told, written once for all of them."""

    def close(self, bye: Bye | None) -> None:
        """Say good-bye, if there is something to say, and end."""


class Speaker(Protocol):
    """The session that speaks for an avatar, as much of it as the avatar's friends may use."""

    number: int  #: for the log
    source: str | None  #: where it comes from, for what is counted
    carrier: Carrier

    def afterwards(self, act: Callable[[], None], /) -> None:
        """Have something done as soon as the answer under way has been written."""

    def log_out(self, reason: str, /) -> None:
        """Speak for nobody any more."""

    def end(self, bye: Bye, /) -> None:
        """Be ended by the server."""


class Owner(Protocol):
    """Whose avatar it is: the user as they are now, since a name may change while somebody is in."""

    account: Account


class Avatar:
    """What a logged-in user may do is asked of this.

    It is made by the portal's realm from the secret that was proved and lives until its session
    logs out, is replaced or drops.
    """

    def __init__(self, owner: Owner, session: Speaker) -> None:
        self._owner = owner
        self.session = session
        self.device = NAMELESS
        #: Where that device begins, as long as the database does not know it: when it came the disk was full.
        self.begins: int | None = None
        self.shown = Shown.ONLINE  #: how it wants to be seen
        self.confirmed = -math.inf  #: when its password was said last
        self.lock = 0  #: which lock its secret opened, as the user counts them
        self.stream: Stream | None = None  #: what of the log it is told, once it has a place in it

    @property
    def account(self) -> Account:
        """The account as it is now."""
        return self._owner.account

    @property
    def name(self) -> str:
        """The account's name."""
        return self._owner.account.name

    def may(self, right: Right) -> bool:
        """Whether it has been given a right."""
        return right in rights_of(self.account)

    def must(self, right: Right) -> None:
        """Refuse what it has not been given the right to."""
        if not self.may(right):
            raise NotAllowed(right.value)


def rights_of(account: Account) -> tuple[Right, ...]:
    """Give what an account may do beyond what everybody may."""
    held = ((account.administrator, Right.ADMINISTRATOR), (account.everyone, Right.EVERYONE))
    return tuple(right for has, right in held if has)


@dataclass(slots=True, eq=False)
class Stream:
    """How far one session has been told what is its account's; the mailroom moves it."""

    avatar: Avatar
    position: int  #: told or passed over up to here; of a live stream: when it last was not
    told: int  #: the last number it was told; ACK goes no further
    held: int = 0  #: the last that its device said ACK for, in this session
    live: bool = False
    full: bool = False  #: its reader is slow: nothing more is told until it has drained
    reading: bool = False  #: a page is on its way from the disk
    announce: bool = False  #: LIVE is still to be told
    count: int = 0  #: entries told since it began to catch up
    gap: int = 0  #: up to there something of what it reads from the disk is no longer kept
    said: set[int] | None = None  #: what this session said while it was behind: its OK has told it
