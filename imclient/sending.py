"""One message, and how far it came: what `imsend` does, as often as it must, until it is true or too late."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.defer import TimeoutError as DeferredTimeoutError
from twisted.internet.task import deferLater

from imclient.core import wording
from imclient.core.agent import Agent, Told
from imclient.core.errands import patience
from imclient.core.proof import Proof
from imclient.core.reaching import (
    LinkLost,
    NobodyListens,
    NoSuchHost,
    NotAnImserver,
    NotConnected,
    Unreachable,
)
from imclient.core.saying import cleaned
from imclient.core.statuses import Status, status_of
from imclient.core.trust import NotKnown
from improtocol.audience import Audience
from improtocol.commands import Receipts, Send
from improtocol.errors import LoginRefused, NameTaken, Refusal
from improtocol.events import ReceiptTold
from improtocol.replies import Sent

STORED, DELIVERED, READ = "stored", "delivered", "read"
#: Seconds between two attempts to reach the server, and between two looks at how far the message came.
PAUSE, LOOK = 1.0, 2.0
#: So often in a row it must look as if no imserver was there.
ODD = 3


@dataclass(frozen=True)
class Order:
    """What is to be said, and until when it must be true."""

    name: str
    secret: str | Proof = field(repr=False)  #: the password, or what else proves the name
    host: str
    port: int
    audience: Audience
    text: str
    ref: str  #: said again under it, there is one message
    wait: str = STORED
    within: float = 30.0  #: seconds
    invite: str | None = None  #: by which the server is known
    device: str | None = None  #: whose token it is


@dataclass(frozen=True)
class Outcome:
    """What came of it."""

    status: Status
    sentence: str
    number: int | None = None


class Sending:
    """The carrying out of one order."""

    def __init__(self, reactor: Any, order: Order, agent: Agent | None = None) -> None:
        self._reactor, self._order = reactor, order
        self._agent = agent or Agent(reactor)
        self._deadline = reactor.seconds() + order.within
        self._trouble: Exception = NotConnected()
        self._odd = 0  # times in a row that somebody else seemed to listen there
        self._sent: Sent | None = None
        self._come = (0, 0, 0)  # delivered, read, to
        self._news: Deferred[None] | None = None
        if order.invite is not None:
            self._agent.take_invite(order.invite)
        self._agent.told.connect(self._told)
        self._agent.went.connect(self._wake)

    async def run(self) -> Outcome:
        """Say it and wait; it never raises for what a server or a network does."""
        outcome: Outcome | None = None
        while outcome is None:
            try:
                await self._in_time(self._come_in())
                await self._in_time(self._say())
                outcome = await self._wait()
            except Refusal as refused:
                outcome = await self._refused(refused)
            except (Unreachable, DeferredTimeoutError, CancelledError, TimeoutError) as trouble:
                outcome = await self._not_reached(trouble)
        await self._agent.leave()
        return outcome

    # Steps

    async def _come_in(self) -> None:
        order = self._order
        await self._agent.connect(order.host, order.port)
        # It acknowledges nothing: what waits for the account goes on waiting.
        try:
            await self._agent.log_in(order.name, order.secret, order.device)
        except LoginRefused:
            await self._register()
            await self._agent.log_in(order.name, order.secret, order.device)

    async def _register(self) -> None:
        """Take the name, if an invite says that one may; raises `LoginRefused` if it is somebody's."""
        secret = self._order.secret
        password = secret.password if isinstance(secret, Proof) else secret
        if not self._agent.has_code or password is None:
            raise LoginRefused()
        try:
            await self._agent.register(self._order.name, password)
        except NameTaken:
            raise LoginRefused() from None

    async def _say(self) -> None:
        order = self._order
        self._sent = await self._agent.perform(Send(order.audience, cleaned(order.text), order.ref))
        self._come = (0, 0, self._sent.to)

    async def _wait(self) -> Outcome | None:
        """Wait until it is true; None: the link is lost, and it must be looked at anew."""
        assert self._sent is not None
        if self._order.wait == STORED:
            return Outcome(Status.DONE, f"It is stored as {self._sent.number}.", self._sent.number)
        while True:
            await self._in_time(self._look())
            if self._is_true():
                return Outcome(Status.DONE, self._how_far(), self._sent.number)
            if self._left() <= 0:
                return Outcome(Status.NOT_IN_TIME, self._how_far(), self._sent.number)
            await self._next_news()

    async def _look(self) -> None:
        """Ask how far it came, with all it is for."""
        assert self._sent is not None
        reply = await self._agent.perform(Receipts(self._sent.number))
        self._come = (reply.delivered, reply.read, reply.to)

    async def _next_news(self) -> None:
        """Wait until something is told of it, or for a moment: what is told is a hint."""
        self._news = Deferred()
        self._news.addTimeout(max(0.01, min(LOOK, self._left())), self._reactor)
        try:
            await self._news
        except (DeferredTimeoutError, CancelledError):
            pass
        finally:
            self._news = None

    def _is_true(self) -> bool:
        delivered, read, to = self._come
        return (read if self._order.wait == READ else delivered) >= to

    def _how_far(self) -> str:
        assert self._sent is not None
        delivered, read, to = self._come
        come = f"{read} of {to} have read it" if self._order.wait == READ else f"{delivered} of {to} have it"
        return f"It is stored as {self._sent.number}; {come}."

    # What is told

    def _told(self, event: Told) -> None:
        if isinstance(event, ReceiptTold):
            self._wake()

    def _wake(self) -> None:
        news, self._news = self._news, None
        if news is not None:
            news.callback(None)

    # What goes wrong

    async def _refused(self, refused: Refusal) -> Outcome | None:
        wait = patience(refused)
        if wait is None or wait > self._left():
            status = Status.NOT_IN_TIME if self._sent is not None else Status.REFUSED
            return Outcome(status, wording.plainly(refused), self._number)
        await deferLater(self._reactor, wait)
        return None

    async def _not_reached(self, trouble: Exception) -> Outcome | None:
        if isinstance(trouble, Unreachable) and not isinstance(trouble, NotConnected):
            self._trouble = trouble
        self._odd = self._odd + 1 if isinstance(trouble, NotAnImserver) else 0
        # A server that is just being stopped may fall silent before its HELLO, but not again and again.
        hopeless = isinstance(trouble, (NoSuchHost, NotKnown)) or self._odd >= ODD
        if hopeless or self._left() <= PAUSE:
            if self._sent is not None:
                return Outcome(Status.NOT_IN_TIME, f"{self._how_far()} {self._trouble}", self._number)
            status = status_of(self._trouble)
            lost = isinstance(self._trouble, (LinkLost, NobodyListens, NoSuchHost, NotAnImserver, NotKnown))
            return Outcome(status if lost else Status.NOT_REACHED, _said(self._trouble))
        await deferLater(self._reactor, PAUSE)
        return None

    @property
    def _number(self) -> int | None:
        return self._sent.number if self._sent is not None else None

    def _left(self) -> float:
        return float(self._deadline - self._reactor.seconds())

    async def _in_time(self, step: Any) -> None:
        done: Deferred[None] = Deferred.fromCoroutine(step)
        done.addTimeout(max(0.01, self._left()), self._reactor)
        await done


def _said(trouble: Exception) -> str:
    told = str(trouble)
    return "The server was not reached in time." if isinstance(trouble, NotConnected) or not told else told
