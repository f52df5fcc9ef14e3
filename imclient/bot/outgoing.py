"""What a bot says: on its way until it is answered, said again with its ref after each break.

Unlike a person's outbox it is not kept on disk: what a bot says because of a message is said again
because of that message, under the same ref, so the server stores it once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from imclient.core.errands import patience
from imclient.core.reaching import Unreachable
from improtocol.audience import Audience
from improtocol.commands import Send
from improtocol.errors import Refusal, RefUsed, WrongState
from improtocol.replies import Sent

from .awaited import Awaited

Perform = Callable[[Send], Deferred[Sent]]


@dataclass(slots=True, eq=False)
class Item:
    """One thing that is on its way."""

    send: Send
    number: Deferred[int] = field(default_factory=Deferred)
    awaited: Awaited[int] = field(init=False)

    def __post_init__(self) -> None:
        self.awaited = Awaited(self.number)


class Outgoing:
    """All that a bot has said and has no answer for, in order."""

    _log = Logger()

    def __init__(self, clock: IReactorTime, perform: Perform, eased: Callable[[], None]) -> None:
        self._clock, self._perform, self._eased = clock, perform, eased
        self._items: dict[str, Item] = {}  # by ref
        self._open = False
        self._later: dict[Item, IDelayedCall] = {}

    def __len__(self) -> int:
        return len(self._items)

    def put(self, audience: Audience, text: str, ref: str) -> Awaited[int]:
        """Say it, now or when one is back; awaited, it gives its number."""
        under_way = self._items.get(ref)
        if under_way is not None:
            return under_way.awaited
        item = self._items[ref] = Item(Send(audience, text, ref))
        if self._open:
            self._send(item)
        return item.awaited

    def begin(self) -> None:
        """Say everything again that has no answer: a session has begun."""
        self.stop()
        self._open = True
        for item in tuple(self._items.values()):
            self._send(item)

    def stop(self) -> None:
        """Say nothing: the session is over."""
        self._open = False
        later, self._later = self._later, {}
        for call in later.values():
            call.cancel()

    def _send(self, item: Item) -> None:
        self._later.pop(item, None)
        said = self._perform(item.send)
        said.addCallbacks(self._sent, self._failed, (item,), {}, (item,))

    def _sent(self, sent: Sent, item: Item) -> None:
        self._done(item, sent.number)

    def _failed(self, failure: Failure, item: Item) -> None:
        wrong = failure.value
        if isinstance(wrong, (Unreachable, WrongState)):
            return  # it is said again when one is back
        if isinstance(wrong, RefUsed):
            # Said before, in other words: handled a second time, a bot that looks at the clock says another.
            self._done(item, wrong.number)
        elif isinstance(wrong, Refusal) and (wait := patience(wrong)) is not None:
            self._later[item] = self._clock.callLater(wait, self._send, item)
        else:
            self._log.warn("Not sent to {to}: {why}", to=str(item.send.audience), why=str(wrong))
            self._done(item, failure)

    def _done(self, item: Item, outcome: int | Failure) -> None:
        if self._items.pop(item.send.ref or "", None) is item:
            item.number.callback(outcome)  # a Failure makes it fail
            self._eased()
