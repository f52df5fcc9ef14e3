"""Being connected, through losses and returns.

Twisted's `ClientService` makes the attempts.  Before the first login a link that fails is given up at
once, so that its user can look at what was typed; after it the link comes back by itself and comes in
again, until its user leaves or the account comes in elsewhere on the same device.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from twisted.application.internet import ClientService
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred, maybeDeferred, succeed
from twisted.internet.interfaces import (
    IAddress,
    IDelayedCall,
    IProtocol,
    IProtocolFactory,
    IReactorTime,
    IStreamClientEndpoint,
)
from twisted.internet.protocol import Factory
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from improtocol.codec import Unknown
from improtocol.commands import Quit
from improtocol.errors import LoginRefused, Refusal
from improtocol.events import Hello
from improtocol.vocabulary import Command, Event
from imtongue import phrase, speaks_english, tr

from .backoff import WELL_AFTER, Backoff
from .connection import Connection
from .reaching import PATIENCE, LinkLost, NotConnected, Unreachable, why
from .signal import Signal
from .trust import NotKnown
from .wire import Wire

Reach = Callable[[str, int], IStreamClientEndpoint]
#: Comes in on a connection: says LOGIN and all that belongs to it.
Enter = Callable[[Connection], Deferred[None]]

#: Seconds for the answer to QUIT.
FAREWELL = 2


class LinkState(enum.Enum):
    """How the link is."""

    OFFLINE = "offline"  #: not connected, and not trying
    CONNECTING = "connecting"
    ONLINE = "online"
    WAITING = "waiting"  #: not connected; it tries again by itself
    REPLACED = "replaced"  #: the account came in elsewhere; it stays away
    SIGNED_OUT = "signed-out"  #: it was sent away, and stays away until somebody logs in


@dataclass(frozen=True)
class Farewell:
    """A BYE after which one stays away, and what people are told then."""

    state: LinkState
    told: str  #: with a place for why
    why: str  #: what the server says in English, or would say
    by_hand: bool = True  #: what is remembered lets nobody in any more, or shall not: only a login does


#: By the reason of the BYE (language, R24).
FAREWELLS = {
    "replaced": Farewell(
        LinkState.REPLACED,
        phrase("Replaced: {why}"),
        phrase("This account came in elsewhere under the name of this device."),
        by_hand=False,
    ),
    "disconnected": Farewell(
        LinkState.OFFLINE,
        phrase("Disconnected: {why}"),
        phrase("An administrator has ended this session."),
        by_hand=False,
    ),
    # Whoever signed it out may have lost it: it does not come back by what it remembers.
    "signed-out": Farewell(
        LinkState.SIGNED_OUT,
        phrase("Signed out: {why} To come back, log in."),
        phrase("You were signed out on this device."),
    ),
    "password-changed": Farewell(
        LinkState.SIGNED_OUT,
        phrase("Signed out: {why} To come back, log in with the new one."),
        phrase("The password of this account was changed."),
    ),
    "suspended": Farewell(
        LinkState.SIGNED_OUT,
        phrase("Suspended: {why} An administrator must let it in again; what is said to you waits."),
        phrase("This account was suspended."),
    ),
    "closed": Farewell(LinkState.SIGNED_OUT, phrase("Closed: {why}"), phrase("This account is closed.")),
}


@implementer(IStreamClientEndpoint)
class Attempts:
    """An endpoint that loses patience, always answers later, and says why it failed."""

    def __init__(
        self,
        clock: IReactorTime,
        reach: Callable[[], IStreamClientEndpoint],
        failed: Callable[[Failure], object],
    ) -> None:
        self._clock = clock
        self._reach = reach
        self._failed = failed

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[IProtocol]:
        """Try to connect."""
        # In the next turn, since ClientService is not ready for an endpoint that fails at once.
        turn: Deferred[None] = Deferred()
        self._clock.callLater(0, turn.callback, None)
        turn.addCallback(lambda _: maybeDeferred(lambda: self._reach().connect(protocolFactory)))
        turn.addTimeout(PATIENCE, self._clock)
        return turn.addErrback(self._report)  # type: ignore[return-value]

    def _report(self, failure: Failure) -> Failure:
        self._failed(failure)
        return failure


class _Connections(Factory):
    """Builds a connection for each attempt that succeeds."""

    noisy = False

    def __init__(self, build: Callable[[], Connection]) -> None:
        self._build = build

    def buildProtocol(self, addr: IAddress | IPv4Address | None) -> Connection:
        """Build one."""
        return self._build()


class Link:
    """A client's being connected to one server."""

    _log = Logger()

    def __init__(self, clock: IReactorTime, reach: Reach, wire: Wire, backoff: Backoff) -> None:
        self.state = LinkState.OFFLINE
        self.sentence = tr("Not connected.")  #: for people
        self.changed: Signal[()] = Signal()
        self.told_event: Signal[Event | Unknown] = Signal()  #: what the server says unasked
        self.went: Signal[()] = Signal()  #: the connection is no more
        self.connection: Connection | None = None
        self.hello: Hello | None = None
        self.host, self.port = "", 0
        self._clock = clock
        self._reach = reach
        self._wire = wire
        self._backoff = backoff
        self._service: ClientService | None = None
        self._opened: Deferred[None] | None = None
        self._enter: Enter | None = None  # how to come in again; None: nobody was in yet
        self._in_since: float | None = None
        self._try_at = 0.0
        self._ticking: IDelayedCall | None = None

    # What the client asks

    def open(self, host: str, port: int) -> Deferred[None]:
        """Connect to a server; fails with `Unreachable`, whose ``str`` is the sentence why not."""
        self._give_up()
        self._enter = None
        self.host, self.port = host, port
        opened: Deferred[None] = Deferred()
        self._opened = opened
        self._start()
        return opened

    def come_in(self, enter: Enter) -> Deferred[None]:
        """Come in, and from then on stay: come back after each break and come in again."""
        if self.connection is None or self.hello is None:
            return _fail(NotConnected())
        return enter(self.connection).addCallback(lambda _: self._is_in(enter))

    def come_in_later(self, enter: Enter) -> None:
        """Come in as soon as the server that was asked for last can be reached, and from then on stay."""
        self._give_up()
        self._enter = enter
        self._start()

    def try_now(self) -> None:
        """Come back without waiting any longer, also after having been replaced."""
        if self.is_away:
            self._give_up()
            self._start()

    @property
    def is_away(self) -> bool:
        """Whether one was in, and could be again at once: by `try_now`."""
        return self._enter is not None and self.connection is None

    def woke(self) -> None:
        """Come back at once, or find out whether one still is: after a sleep, on another network."""
        if self.connection is not None:
            self.connection.look_now()
        elif self.state in (LinkState.WAITING, LinkState.CONNECTING):
            self.try_now()  # an attempt that was begun on the network before would only lose patience

    def leave(self, farewell: Command[Any] | None = None) -> Deferred[BaseException | None]:
        """Say QUIT, or another farewell, close, and stay away; fires with why that was not done, if so."""
        self._enter = None
        connection = self.connection
        if connection is None:
            self._close()
            return succeed(NotConnected())
        said = connection.perform(farewell or Quit()).addTimeout(FAREWELL, self._clock)

        def answered(outcome: object) -> BaseException | None:
            self._close()
            return outcome.value if isinstance(outcome, Failure) else None

        return said.addBoth(answered)

    def drop(self, retry_after: float = 0) -> None:
        """Give this connection up; the next attempt comes by itself, not before so many seconds."""
        self._backoff.hint(retry_after)
        if self.connection is not None:
            self.connection.cut()

    # Attempts

    def _start(self) -> None:
        attempts = Attempts(self._clock, lambda: self._reach(self.host, self.port), self._attempt_failed)
        self._service = ClientService(
            attempts, _Connections(self._build), retryPolicy=self._wait, clock=self._clock
        )
        self._show(LinkState.CONNECTING, tr("Connecting to {place}…", place=self._place))
        self._service.startService()

    def _build(self) -> Connection:
        connection = Connection(self._clock, self._wire, self)
        self.connection = connection
        connection.greeted.addCallbacks(self._greeted, self._not_greeted, (connection,), {}, (connection,))
        connection.greeted.addErrback(lambda failure: self._log.failure("The link stumbled", failure))
        return connection

    def _attempt_failed(self, failure: Failure) -> None:
        trouble = why(failure, self.host, self.port)
        if self._opened is not None:
            self._fail_opening(trouble)
        elif isinstance(trouble, NotKnown):
            # Whoever it is stays there, and only a person can tell.
            self._give_up()
            self._show(LinkState.OFFLINE, str(trouble))

    def _fail_opening(self, trouble: Unreachable) -> None:
        opened, self._opened = self._opened, None
        self._give_up()
        self._show(LinkState.OFFLINE, str(trouble))
        if opened is not None:
            opened.errback(trouble)

    def _wait(self, attempt: int) -> float:
        """Say how long `ClientService` shall wait, and show it."""
        seconds = self._backoff.next()
        self._try_at = self._clock.seconds() + seconds
        self._tick()
        return seconds

    def _tick(self) -> None:
        """Count the seconds down for whoever looks."""
        left = max(1, math.ceil(self._try_at - self._clock.seconds()))
        told = tr("Not connected, trying again in {seconds} s. What you write waits here.", seconds=left)
        self._show(LinkState.WAITING, told)
        if self._try_at - self._clock.seconds() > 1:
            self._ticking = self._clock.callLater(1, self._tick)

    # What becomes of a connection

    def _greeted(self, hello: Hello, connection: Connection) -> None:
        if connection is not self.connection:
            return
        self.hello = hello
        if self._enter is None:
            opened, self._opened = self._opened, None
            self._show(LinkState.ONLINE, tr("Connected to {place}", place=self._place))
            if opened is not None:
                opened.callback(None)
            return
        told = tr("Connected to {place}, coming in again…", place=self._place)
        self._show(LinkState.CONNECTING, told)
        enter = self._enter
        enter(connection).addCallback(lambda _: self._is_in(enter)).addErrback(self._not_in, connection)

    def _not_greeted(self, failure: Failure, connection: Connection) -> None:
        if connection is self.connection:
            self._heed_bye(connection)
            if self._enter is None:
                self._fail_opening(why(failure, self.host, self.port))

    def _is_in(self, enter: Enter) -> None:
        if self.connection is not None:
            self._enter = enter
            self._in_since = self._clock.seconds()
            self._show(LinkState.ONLINE, tr("Connected to {place}", place=self._place))

    def _not_in(self, failure: Failure, connection: Connection) -> None:
        """Judge a login that failed after a return."""
        if isinstance(failure.value, Refusal) and failure.value.retry_after is None:
            self._enter = None
            self._close()
            if isinstance(failure.value, LoginRefused):
                told = tr("Signed out: what this computer came back with opens nothing any more. Log in.")
                self._show(LinkState.SIGNED_OUT, told)
            else:
                self._show(LinkState.OFFLINE, tr("Not connected: {why}", why=failure.value))
            return
        if not isinstance(failure.value, (LinkLost, Refusal)):
            self._log.failure("Coming in again failed", failure)
        if connection is self.connection:
            self.drop(getattr(failure.value, "retry_after", None) or 0)

    def told(self, connection: Connection, event: Event | Unknown) -> None:
        """Pass on what the server says unasked."""
        if connection is self.connection:
            self.told_event.emit(event)

    def lost(self, connection: Connection, reason: Failure) -> None:
        """Take note that a connection is no more; `ClientService` makes the next attempt."""
        if connection is not self.connection:
            return
        self.connection, self.hello = None, None
        was_in, self._in_since = self._in_since, None
        if was_in is not None and self._clock.seconds() - was_in >= WELL_AFTER:
            self._backoff.well()
        self._heed_bye(connection)
        bye = connection.bye
        farewell = FAREWELLS.get(bye.reason.lower()) if bye is not None else None
        if bye is not None and farewell is not None:
            if farewell.by_hand:
                self._enter = None
            self._give_up()
            why = bye.line if bye.line and speaks_english() else tr(farewell.why)
            self._show(farewell.state, tr(farewell.told, why=why))
        elif self._enter is None and self._service is not None:
            self._give_up()
            lost = tr("The connection to {place} was lost.", place=self._place)
            self._show(LinkState.OFFLINE, bye.line if bye is not None and bye.line else lost)
        self.went.emit()

    def _heed_bye(self, connection: Connection) -> None:
        if connection.bye is not None and connection.bye.retry_after is not None:
            self._backoff.hint(connection.bye.retry_after)

    # Ending

    def _close(self) -> None:
        """Let go of the connection in order."""
        self._give_up()
        self._show(LinkState.OFFLINE, tr("Not connected."))

    def _give_up(self) -> None:
        """Make no further attempt, and hear no more of the connection there is."""
        connection, self.connection, self.hello = self.connection, None, None
        service, self._service = self._service, None
        if self._ticking is not None and self._ticking.active():
            self._ticking.cancel()
        if service is not None:
            service.stopService()
        if connection is not None:
            connection.close()
            self.went.emit()

    def _show(self, state: LinkState, sentence: str) -> None:
        if state is not LinkState.WAITING and self._ticking is not None and self._ticking.active():
            self._ticking.cancel()
        if (state, sentence) != (self.state, self.sentence):
            self.state, self.sentence = state, sentence
            self.changed.emit()

    @property
    def _place(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def _fail(trouble: Unreachable) -> Deferred[None]:
    failed: Deferred[None] = Deferred()
    failed.errback(trouble)
    return failed
