"""All that was said, conversation by conversation."""

from __future__ import annotations

import math
from collections.abc import Iterable

from improtocol.audience import Audience

from .conversation import BEHIND_ALL, Conversation, Ledger, Shelf
from .records import Mark, Message, Past, Receipt, Talk
from .said import Progress, Said, said_of
from .signal import Signal

__all__ = ["Conversation", "Conversations", "Progress", "Said"]

#: Beyond so many, none is made for what the server counts or marks as read: it may invent people.
MOST_CONVERSATIONS = 5_000


class Conversations:
    """All conversations of an account."""

    def __init__(self) -> None:
        self.added: Signal[Conversation] = Signal()
        self.changed: Signal[Conversation] = Signal()  #: something was said there, or was read
        self.marked: Signal[Conversation] = Signal()  #: it was read further, on this device
        self.unsure: Signal[Conversation] = Signal()  #: only the server knows now how much is unread
        self.filled: Signal[Conversation] = Signal()  #: older messages came
        self.reset: Signal[()] = Signal()  #: they are another account's now
        self.renamed: Signal[Conversation, Conversation] = Signal()  #: this is that one now, or the same
        self.ledger = Ledger()
        self._me = ""
        self._shelf: Shelf | None = None
        self._by_audience: dict[Audience, Conversation] = {}

    def all(self) -> list[Conversation]:
        """Give all conversations, the one with the newest message first."""
        return sorted(self._by_audience.values(), key=_liveliness)

    def get(self, audience: Audience) -> Conversation:
        """Give a conversation; it is made if need be.  The audience is named without oneself."""
        audience = self._named(audience)
        found = self._by_audience.get(audience)
        return found if found is not None else self._make(audience)

    def find(self, audience: Audience) -> Conversation | None:
        """Give a conversation that the server names; None when there are too many already."""
        audience = self._named(audience)
        if audience in self._by_audience or len(self._by_audience) < MOST_CONVERSATIONS:
            return self.get(audience)
        return None

    def own(self, number: int) -> Conversation | None:
        """Find where a message of one's own is that is in memory."""
        return self.ledger.own.get(number)

    @property
    def gap(self) -> int:
        """Give the number above which a line may say that something is lost; 0: nothing is."""
        return self.ledger.gap

    def _named(self, audience: Audience) -> Audience:
        return audience if audience.everyone else audience.without(self._me)

    def _make(self, audience: Audience) -> Conversation:
        made = self._by_audience[audience] = Conversation(audience, self._me, self.ledger)
        made.shelf = self._shelf
        made.marked.connect(self._was_read)
        made.unsure.connect(self.unsure.emit)
        made.filled.connect(self._was_filled)
        self.added.emit(made)
        return made

    def _was_read(self, conversation: Conversation) -> None:
        self._keep_mark(conversation)
        self.marked.emit(conversation)
        self.changed.emit(conversation)

    def _was_filled(self, conversation: Conversation) -> None:
        self.filled.emit(conversation)
        self.changed.emit(conversation)

    def _keep_mark(self, conversation: Conversation) -> None:
        if self._shelf is not None:
            self._shelf.mark(conversation.audience, conversation.mark)

    # What the core puts in

    def restore(
        self, me: str, shelf: Shelf | None, talks: Iterable[Talk], ledger: Ledger | None = None
    ) -> None:
        """Begin anew with what is held."""
        self._me, self._shelf = me, shelf
        self.ledger = ledger or Ledger()
        self._by_audience = {}
        for talk in talks:
            self.get(talk.audience).restore(talk)
        self.reset.emit()

    def rename(self, before: str, name: str) -> None:
        """Go on with somebody, or be oneself, under another name; what was said keeps who said it."""
        if self._me == before:
            self._me = name
            for one in self._by_audience.values():
                one.call_me(name)
        for audience, one in list(self._by_audience.items()):
            if before not in audience.names:
                continue
            del self._by_audience[audience]
            one.call(Audience.of(*(name if other == before else other for other in audience.names)))
            other = self._by_audience.setdefault(one.audience, one)
            if other is not one:
                other.absorb(one)
            self.renamed.emit(one, other)
            self.changed.emit(other)

    def take(self, message: Message, *, read: bool) -> None:
        """Put in what the log told, once; unless it was read elsewhere it counts as unread."""
        said = said_of(message, self._me)
        conversation = self.get(said.audience)
        if conversation.take(said, read=read):
            conversation.let_go()
            self.changed.emit(conversation)

    def read_to(self, audience: Audience, number: int) -> None:
        """Take that another device has read a conversation up to there."""
        conversation = self.find(audience)
        if conversation is not None and conversation.read_to(number):
            self._keep_mark(conversation)
            self.changed.emit(conversation)

    def count(self, audience: Audience, mark: Mark) -> Conversation | None:
        """Take what the server counts of a conversation."""
        conversation = self.find(audience)
        if conversation is not None and conversation.count(mark):
            self._keep_mark(conversation)
            self.changed.emit(conversation)
        return conversation

    def put_past(self, past: Past) -> None:
        """Put in what was said in any conversation, right before what is held already."""
        self.ledger.held_from = min(past.held_from, self.ledger.held_from)
        by_audience: dict[Audience, list[Message]] = {}
        for message in past.messages:
            by_audience.setdefault(message.conversation(self._me), []).append(message)
        for audience, messages in by_audience.items():
            self.get(audience).put_past(Past(messages, past.held_from))

    def reached(self, number: int, receipt: Receipt) -> bool:
        """Note how far a message of one's own came; say whether that was news, and it is in memory."""
        conversation = self.own(number)
        if conversation is None or not conversation.reached(number, receipt):
            return False
        self.changed.emit(conversation)
        return True

    def forget(self) -> None:
        """Let everything go that the log has told: it was another log."""
        self.ledger.own.clear()
        self.ledger.held_from = self.ledger.told = self.ledger.gap = 0
        for conversation in self.all():
            conversation.forget()
            self.changed.emit(conversation)


def _liveliness(conversation: Conversation) -> tuple[int, float, str]:
    # By number, which is the order (language, R18); the time is for what has none.
    last = conversation.last
    at = last.at if last is not None and last.at is not None else -math.inf
    return -(BEHIND_ALL if conversation.waits else conversation.newest), -at, conversation.title
