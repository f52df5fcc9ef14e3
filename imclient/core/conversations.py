"""What was said, conversation by conversation: in the order of the log, each message once."""

from __future__ import annotations

import enum
import math
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from twisted.internet.defer import Deferred, succeed

from improtocol.audience import Audience

from .records import Message, Talk
from .signal import Signal

#: Beyond so many the oldest in memory are let go; they stay on disk.
MOST_IN_MEMORY = 5000
#: They are let go so many at a time, since a view must begin anew then.
LET_GO = 1000
#: Where a message stands that has no number yet: behind all numbers of the language.
BEHIND_ALL = 1 << 62


class Progress(enum.Enum):
    """How far a message of one's own has come."""

    WAITING = "waiting"  #: in the outbox
    SENT = "sent"  #: OK: it is on the server's disk
    REFUSED = "refused"


@dataclass(slots=True, eq=False)
class Said:
    """One message in a conversation, one's own or not."""

    audience: Audience  #: the conversation's: the others, everyone, or only oneself
    sender: str
    to: Audience  #: as it was told
    text: str
    at: float | None = None  #: seconds since 1970; of one's own that wait: when they were written
    number: int | None = None  #: its place in the log
    ref: str | None = None
    mine: bool = False
    progress: Progress = Progress.SENT
    refusal: str | None = None  #: the sentence why it was refused


class Shelf(Protocol):
    """Where older messages are, and how far one has read."""

    def older(self, audience: Audience, before: int) -> Deferred[tuple[list[Message], bool]]:
        """Give the messages before a number, rising, and whether there are still older ones."""

    def read(self, audience: Audience, number: int) -> object:
        """Keep how far it was read."""


class Conversation:
    """What was said among the same people: a tab."""

    def __init__(self, audience: Audience, me: str) -> None:
        self.audience = audience
        self.messages: list[Said] = []  #: in the order of the log; one's own that wait come last
        self.unread = 0
        self.more = False  #: there are older messages on disk
        self.added: Signal[int, Said] = Signal()
        self.changed: Signal[int, Said] = Signal()
        self.reset: Signal[()] = Signal()
        self.read: Signal[Conversation, int] = Signal()  #: the unread were shown, up to this number
        self.shelf: Shelf | None = None
        self._me = me
        self._asking: Deferred[int] | None = None

    @property
    def last(self) -> Said | None:
        """The newest message."""
        return self.messages[-1] if self.messages else None

    @property
    def title(self) -> str:
        """What stands on its tab."""
        if self.audience.everyone:
            return "Everyone"
        return "Notes" if self.audience.names == (self._me,) else ", ".join(self.audience.names)

    def shown(self) -> None:
        """Note that somebody has seen it to its end."""
        if self.unread:
            self.unread = 0
            self.read.emit(self, self.newest)

    @property
    def newest(self) -> int:
        """The number of the newest message that has one."""
        return next((said.number for said in reversed(self.messages) if said.number is not None), 0)

    @property
    def _oldest(self) -> int | None:
        return next((said.number for said in self.messages if said.number is not None), None)

    def older(self) -> Deferred[int]:
        """Fetch older messages from this device's disk; gives how many came."""
        oldest = self._oldest
        if self.shelf is None or oldest is None or not self.more or self._asking is not None:
            return succeed(0)
        asking = self.shelf.older(self.audience, oldest)
        counted: Deferred[int] = asking.addCallback(self._put_before)
        if not counted.called:
            self._asking = counted
            counted.addBoth(self._asked)
        return counted

    def _asked(self, count: int) -> int:
        self._asking = None
        return count

    def _put_before(self, page: tuple[list[Message], bool]) -> int:
        messages, self.more = page
        count = 0
        for message in messages:
            count += self.put(said_of(message, self._me))
        return count

    # What the core puts in

    def put(self, said: Said) -> bool:
        """Put a message in its place; say whether it was not there yet."""
        place = self._place(said.number)
        if said.number is not None and self._has(place, said.number):
            return False
        self.messages.insert(place, said)
        self.added.emit(place, said)
        return True

    def settle(self, said: Said) -> None:
        """Move one's own message from the end to the place of the number it has now."""
        was = self.messages.index(said)
        del self.messages[was]
        place = self._place(said.number)
        if said.number is not None and self._has(place, said.number):
            self.reset.emit()
            return
        self.messages.insert(place, said)
        if place == was:
            self.changed.emit(place, said)
        else:
            self.reset.emit()

    def remove(self, said: Said) -> None:
        """Take a message out that will never be sent."""
        if said in self.messages:
            self.messages.remove(said)
            self.reset.emit()

    def let_go(self) -> None:
        """Keep only the newest in memory, when there are very many."""
        if len(self.messages) > MOST_IN_MEMORY + LET_GO:
            del self.messages[:-MOST_IN_MEMORY]
            self.more = True
            self.reset.emit()

    def forget(self) -> None:
        """Let everything go that the log has told; what waits stays."""
        self.messages = [said for said in self.messages if said.number is None]
        self.unread, self.more = 0, False
        self.reset.emit()

    def _place(self, number: int | None) -> int:
        if number is None:
            return len(self.messages)
        return bisect_left(self.messages, number, key=_number_of)

    def _has(self, place: int, number: int) -> bool:
        return place < len(self.messages) and self.messages[place].number == number


def _number_of(said: Said) -> int:
    return BEHIND_ALL if said.number is None else said.number


def said_of(message: Message, me: str) -> Said:
    """Show a message of the log as ``me`` sees it."""
    return Said(
        audience=message.conversation(me),
        sender=message.sender,
        to=message.to,
        text=message.text,
        at=message.at / 1000,
        number=message.number,
        ref=message.ref,
        mine=message.sender == me,
    )


class Conversations:
    """All conversations of an account."""

    def __init__(self) -> None:
        self.added: Signal[Conversation] = Signal()
        self.changed: Signal[Conversation] = Signal()  #: something was said there, or was read
        self.reset: Signal[()] = Signal()  #: they are another account's now
        self._me = ""
        self._shelf: Shelf | None = None
        self._by_audience: dict[Audience, Conversation] = {}

    def all(self) -> list[Conversation]:
        """Give all conversations, the one with the newest message first."""
        return sorted(self._by_audience.values(), key=_liveliness)

    def get(self, audience: Audience) -> Conversation:
        """Give a conversation; it is made if need be.  The audience is named without oneself."""
        audience = audience.without(self._me) if not audience.everyone else audience
        found = self._by_audience.get(audience)
        return found if found is not None else self._make(audience)

    def _make(self, audience: Audience) -> Conversation:
        made = self._by_audience[audience] = Conversation(audience, self._me)
        made.shelf = self._shelf
        made.read.connect(self._was_read)
        self.added.emit(made)
        return made

    def _was_read(self, conversation: Conversation, number: int) -> None:
        if self._shelf is not None:
            self._shelf.read(conversation.audience, number)
        self.changed.emit(conversation)

    # What the core puts in

    def restore(self, me: str, shelf: Shelf | None, talks: Iterable[Talk]) -> None:
        """Begin anew with what is held."""
        self._me, self._shelf = me, shelf
        self._by_audience = {}
        for talk in talks:
            conversation = self.get(talk.audience)
            conversation.messages = [said_of(message, me) for message in talk.messages]
            conversation.unread, conversation.more = talk.unread, talk.more
        self.reset.emit()

    def take(self, message: Message, *, read: bool) -> None:
        """Put in what the log told, once; unless it was read elsewhere it counts as unread."""
        said = said_of(message, self._me)
        conversation = self.get(said.audience)
        # Unread before it is shown: a view that has the end before its eyes says so at once.
        fresh = not said.mine and not read
        conversation.unread += fresh
        if conversation.put(said):
            conversation.let_go()
            self.changed.emit(conversation)
        else:
            conversation.unread -= fresh

    def forget(self) -> None:
        """Let everything go that the log has told: it was another log."""
        for conversation in self.all():
            conversation.forget()
            self.changed.emit(conversation)


def _liveliness(conversation: Conversation) -> tuple[float, str]:
    last = conversation.last
    at = last.at if last is not None and last.at is not None else -math.inf
    return -at, conversation.title
