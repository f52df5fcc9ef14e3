"""What waits to be sent: kept on disk with a ref, said in order, and again until it is answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from improtocol.audience import Audience
from improtocol.commands import Announce, Send
from improtocol.errors import Refusal, WrongState
from improtocol.replies import Announced, Sent
from improtocol.vocabulary import Command
from imtongue import tr

from .cache import Cache
from .conversations import Conversations, Progress, Said
from .errands import patience
from .reaching import Unreachable
from .records import Message, Waiting
from .session import Session
from .signal import Signal

Perform = Callable[[Command[Any]], Deferred[Any]]


@dataclass(slots=True, eq=False)
class Item:
    """A message that waits, and its place in its conversation."""

    ref: str
    said: Said
    kept: bool  #: it is on disk


class Outbox:
    """One account's messages that have no OK yet.

    They are sent one at a time: were two under way and the server put off the first alone, the second
    would come before it.
    """

    _log = Logger()

    def __init__(
        self, clock: IReactorTime, conversations: Conversations, random: Random, now: Callable[[], float]
    ) -> None:
        self.changed: Signal[()] = Signal()
        self.answered: Signal[int] = Signal()  #: a message is in the log, under this number
        self._clock = clock
        self._conversations = conversations
        self._random = random
        self._now = now
        self._me = ""
        self._cache: Cache | None = None
        self._items: dict[str, Item] = {}  # by ref, in the order they were written
        self._perform: Perform | None = None
        self._under_way: Item | None = None
        self._pause: IDelayedCall | None = None

    @property
    def waiting(self) -> int:
        """How many messages have no answer yet."""
        return sum(item.said.progress is Progress.WAITING for item in self._items.values())

    def refused(self) -> list[Said]:
        """Give those that were refused and not yet dismissed."""
        return [item.said for item in self._items.values() if item.said.progress is Progress.REFUSED]

    def put(self, audience: Audience, text: str, *, announce: bool = False) -> Said:
        """Take a message, show it as waiting, and send it when it can be."""
        assert self._cache is not None
        ref = f"{self._random.getrandbits(96):024x}"
        waiting = Waiting(ref, audience, text, self._now(), announce=announce)
        item = self._add(waiting, kept=False)
        self._cache.keep_waiting(waiting).addCallbacks(
            self._was_kept, self._was_not_kept, (item,), {}, (item,)
        ).addErrback(self._stumbled)
        self.changed.emit()
        return item.said

    def items(self) -> list[Said]:
        """Give all that is here, in the order in which it is said."""
        return [item.said for item in self._items.values()]

    def is_under_way(self, said: Said) -> bool:
        """Tell whether the server may have it already."""
        return self._under_way is not None and self._under_way.said is said

    def let_go(self, said: Said) -> bool:
        """Take back what waits or was refused; say whether that could be done.

        What is under way stays: its answer comes.  What was under way when a link broke may be in the log,
        and is told from there if it is.
        """
        if said.ref not in self._items or self.is_under_way(said):
            return False
        self._drop(said)
        return True

    def dismiss(self, said: Said) -> None:
        """Let a refused message go."""
        if said.progress is Progress.REFUSED and said.ref in self._items:
            self._drop(said)

    def _drop(self, said: Said) -> None:
        assert said.ref is not None
        del self._items[said.ref]
        if self._cache is not None:
            self._cache.dismissed(said.ref).addErrback(self._stumbled)
        self._conversations.get(said.audience).remove(said)
        self.changed.emit()

    # What the core tells

    def restore(self, me: str, cache: Cache | None, waiting: list[Waiting]) -> None:
        """Begin anew with what is held; a cache that is the same keeps what waits here."""
        self.stop()
        self._me, self._cache = me, cache
        self._items = {}
        for one in waiting:
            self._add(one, kept=True)
        self.changed.emit()

    def call_me(self, name: str) -> None:
        """Be called otherwise."""
        self._me = name

    def begin(self, session: Session) -> None:
        """Send, now that one is logged in."""
        self.stop()
        self._perform = session.perform
        self._go_on()

    def stop(self) -> None:
        """Send no more: the link is lost.  What is under way will be said again with its ref."""
        self._perform = self._under_way = None
        if self._pause is not None and self._pause.active():
            self._pause.cancel()
        self._pause = None

    def told(self, message: Message) -> bool:
        """Recognise in what the log tells what was written here; say whether it was (language, R22)."""
        if message.ref is None or message.sender != self._me or message.ref not in self._items:
            return False
        self._settle(self._items[message.ref], message.number, message.at)
        return True

    # Sending

    def _add(self, waiting: Waiting, *, kept: bool) -> Item:
        conversation = self._conversations.get(waiting.audience)
        said = Said(
            audience=conversation.audience,
            sender=self._me,
            to=waiting.audience,
            text=waiting.text,
            at=waiting.at,
            ref=waiting.ref,
            mine=True,
            progress=Progress.WAITING if waiting.refusal is None else Progress.REFUSED,
            refusal=waiting.refusal,
            announce=waiting.announce,
        )
        item = self._items[waiting.ref] = Item(waiting.ref, said, kept)
        conversation.put(said)
        self._conversations.changed.emit(conversation)
        return item

    def _was_kept(self, _: object, item: Item) -> None:
        item.kept = True
        self._go_on()

    def _was_not_kept(self, failure: Failure, item: Item) -> None:
        """Tell that it could not be written down: then it is not sent either."""
        self._log.failure("A message could not be kept", failure)
        if item.said.progress is Progress.WAITING:
            self._refuse(item, tr("This computer could not keep it on its disk, so it was not sent."))

    def _go_on(self) -> None:
        if self._perform is None or self._under_way is not None or self._pause is not None:
            return
        item = next((i for i in self._items.values() if i.said.progress is Progress.WAITING), None)
        if item is None or not item.kept:
            return
        self._under_way = item
        answer = self._perform(_command(item))
        answer.addCallbacks(self._sent, self._failed, (item,), {}, (item,)).addErrback(self._stumbled)

    def _sent(self, sent: Sent | Announced, item: Item) -> None:
        if self._under_way is item:
            self._under_way = None
        self.answered.emit(sent.number)
        if item.ref in self._items and self._cache is not None:
            said = item.said
            message = Message(
                sent.number, self._me, said.to, said.text, sent.at, item.ref, announce=said.announce
            )
            self._settle(item, sent.number, sent.at)
            self._cache.sent(message).addErrback(self._stumbled)
        self._go_on()

    def _settle(self, item: Item, number: int, at: int) -> None:
        """Show it where the log has it."""
        del self._items[item.ref]
        said, conversation = item.said, self._conversations.get(item.said.audience)
        said.number, said.at, said.progress, said.refusal = number, at / 1000, Progress.SENT, None
        conversation.settle(said)
        self._conversations.changed.emit(conversation)
        self.changed.emit()

    def _failed(self, failure: Failure, item: Item) -> None:
        if self._under_way is not item:
            return
        self._under_way = None
        refused = failure.value
        if isinstance(refused, (Unreachable, WrongState)):
            return  # it is said again when one is back
        if not isinstance(refused, Refusal):
            self._log.failure("A message could not be sent", failure)
        if item.ref not in self._items:
            self._go_on()
        elif isinstance(refused, Refusal) and (wait := patience(refused)) is not None:
            self._pause = self._clock.callLater(wait, self._after_pause)
        else:
            self._refuse(item, str(refused))
            self._go_on()

    def _refuse(self, item: Item, sentence: str) -> None:
        item.said.progress, item.said.refusal = Progress.REFUSED, sentence
        if self._cache is not None:
            self._cache.refused(item.ref, sentence).addErrback(self._stumbled)
        conversation = self._conversations.get(item.said.audience)
        conversation.changed.emit(conversation.messages.index(item.said), item.said)
        self._conversations.changed.emit(conversation)
        self.changed.emit()

    def _after_pause(self) -> None:
        self._pause = None
        self._go_on()

    def _stumbled(self, failure: Failure) -> None:
        self._log.failure("The outbox stumbled", failure)


def _command(item: Item) -> Send | Announce:
    said = item.said
    return Announce(said.text, item.ref) if said.announce else Send(said.to, said.text, item.ref)
