"""Stays connected and logged in as an administrator, and comes back by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, TypeVar

from twisted.internet.defer import CancelledError, Deferred, fail
from twisted.internet.interfaces import IDelayedCall, IReactorTime, IStreamClientEndpoint
from twisted.python.failure import Failure

from improtocol import commands, replies
from improtocol.errors import LoginRefused, Refusal
from improtocol.events import Bye, RightsTold
from improtocol.fields import Right
from improtocol.vocabulary import Command, Event, Reply
from imtongue import phrase, speaks_english, tr

from .connection import Answer, Away, Connection, Connections

R = TypeVar("R", bound=Reply)

#: What this window is among an account's devices.
DEVICE = "window"
#: Seconds: the first wait before coming back, and the longest; and for HELLO and LOGIN.
FIRST, LAST, PATIENCE = 1.0, 30.0, 20.0
#: Why a server closes, by the reason of its BYE.
FAREWELLS = {
    "replaced": phrase("This account came in elsewhere under the name of this device."),
    "disconnected": phrase("An administrator has ended this session."),
    "signed-out": phrase("You were signed out on this device."),
    "password-changed": phrase("The password of this account was changed."),
    "suspended": phrase("This account was suspended."),
    "closed": phrase("This account is closed."),
    "shutdown": phrase("The server is being stopped."),
    "not-tls": phrase("Nothing is encrypted there; it was spoken to by TLS."),
    "needs-tls": phrase("The server speaks TLS here, and was spoken to in clear: paste its invite."),
    "crowded": phrase("More people are coming in than there is room for."),
    "too-many": phrase("Too many are coming in from this address."),
    "too-often": phrase("Too many are coming in from this address."),
}


class State(Enum):
    """How the link is."""

    CONNECTING = "connecting"
    ONLINE = "online"
    WAITING = "waiting"
    ENDED = "ended"  #: it stays away: somebody must log in again


class NoAdministrator(Exception):
    """The account may come in, and may not do what a window is for."""

    def __init__(self, name: str) -> None:
        super().__init__(
            tr("{name} is no administrator here. Another one can say: GRANT {name} administrator", name=name)
        )


@dataclass(frozen=True)
class Key:
    """What lets an administrator in; ``code`` registers the name first."""

    name: str
    password: str = ""
    token: str = ""
    code: str = ""

    def __repr__(self) -> str:
        """Show whose it is, and no secret."""
        return f"<Key of {self.name}>"


class Link:
    """One window's link; what is told goes to ``told``, how it stands to ``changed``."""

    def __init__(
        self,
        clock: IReactorTime,
        way: Callable[[], IStreamClientEndpoint],
        told: Callable[[Event], None],
        changed: Callable[[], None],
        kept: Callable[[Key], None] = lambda key: None,
        device: str = DEVICE,
    ) -> None:
        self.state = State.ENDED
        self.why = ""  #: why it is not online
        self.entered = ""  #: as whom
        self.stays_away = False  #: it does not come back by itself any more
        self._clock = clock
        self._way = way
        self._told = told
        self._changed = changed
        self._kept = kept
        self.device = device
        self._connections = Connections(self._build)
        self._connection: Connection | None = None
        self._key: Key | None = None
        self._failures = 0
        self._later: IDelayedCall | None = None
        self._leaving: Deferred[None] | None = None

    @property
    def again_in(self) -> int | None:
        """Give the seconds until it tries again; None: it does not wait for that."""
        if self.state is not State.WAITING or self._later is None or not self._later.active():
            return None
        return max(0, round(self._later.getTime() - self._clock.seconds()))

    # --- coming ---

    def enter(self, key: Key) -> Deferred[None]:
        """Come in, and stay; fails if this first time does."""
        return Deferred.fromCoroutine(self._enter(key))

    async def _enter(self, key: Key) -> None:
        self._become(State.CONNECTING)
        try:
            await self._attempt(key)
        except Exception:
            self._become(State.ENDED, "")
            raise

    async def _attempt(self, key: Key) -> None:
        trying: Deferred[Any] = self._way().connect(self._connections)
        connection: Connection = _unwrapped(await trying)
        patience = self._clock.callLater(PATIENCE, connection.close)
        try:
            await connection.greeted
            await self._log_in(connection, key)
        except Exception:
            connection.close()
            raise
        finally:
            if patience.active():
                patience.cancel()
        self._connection, self._failures = connection, 0
        self._become(State.ONLINE)

    async def _log_in(self, connection: Connection, key: Key) -> None:
        if key.code:
            await connection.ask(commands.Register(key.name, key.password, invite=key.code))
            key = replace(key, code="")
        secret: dict[str, Any] = {"token": key.token} if key.token else {"password": key.password}
        login = commands.Login(key.name, device=self.device, remember=True, **secret)
        reply: replies.LoggedIn = (await connection.ask(login)).reply
        if "administrator" not in reply.rights:
            raise NoAdministrator(reply.name)
        self._key = replace(key, name=reply.name, token=reply.token or "")
        self.entered = reply.name
        self._kept(self._key)

    def _build(self) -> Connection:
        return Connection(lambda act: self._clock.callLater(0, act), self._heard, self._gone)

    def _heard(self, event: Event) -> None:
        if isinstance(event, RightsTold) and Right.ADMINISTRATOR not in event.rights:
            self._be_none()
        else:
            self._told(event)

    def _be_none(self) -> None:
        """Stay away: whose window this is may not do any more what it is for."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
        self._become(State.ENDED, str(NoAdministrator(self.entered)))

    # --- going, and coming back ---

    def _gone(self, connection: Connection) -> None:
        if self._leaving is not None and not self._leaving.called:
            self._leaving.callback(None)
        if connection is not self._connection:
            return
        self._connection = None
        bye = connection.bye
        if self._leaving is not None:
            return
        if self.stays_away:
            self._become(State.ENDED, tr("The server is being stopped."))
            return
        if bye is not None and bye.retry_after is None:
            self._become(State.ENDED, _farewell(bye))
        else:
            said = _farewell(bye) if bye is not None else tr("The connection broke.")
            self._wait(said, 0 if bye is None else bye.retry_after or 0)

    def _wait(self, why: str, least: float = 0) -> None:
        seconds = max(least, min(LAST, FIRST * 2.0**self._failures))
        self._failures += 1
        self._later = self._clock.callLater(seconds, self._come_back)
        self._become(State.WAITING, why)

    def _wait_no_more(self) -> None:
        if self._later is not None and self._later.active():
            self._later.cancel()

    def again(self) -> None:
        """Come back at once, also if the server ended this session."""
        if self.state in (State.ENDED, State.WAITING):
            self._wait_no_more()
            self._come_back()

    def _come_back(self) -> None:
        key = self._key
        if key is None:
            return
        self._become(State.CONNECTING, self.why)
        Deferred.fromCoroutine(self._attempt(key)).addErrback(self._failed)

    def _failed(self, failure: Failure) -> None:
        if self._leaving is not None:
            return
        key = self._key
        if failure.check(LoginRefused) and key is not None and key.token and key.password:
            self._key = replace(key, token="")  # the password may still be right
            self._wait(str(failure.value))
        elif failure.check(LoginRefused, NoAdministrator):
            self._become(State.ENDED, str(failure.value))
        else:
            refused = failure.check(Refusal) is not None
            self._wait(str(failure.value) if refused else tr("The server does not answer."))

    # --- asking, and leaving ---

    def ask(self, command: Command[R]) -> Deferred[Answer[R]]:
        """Ask the server; fails with its refusal, or as the connection does."""
        if self._connection is None:
            return fail(Away())
        return self._connection.ask(command)

    def cut(self) -> None:
        """Begin a new connection: this one does not answer."""
        if self._connection is not None:
            self._connection.close()

    def close(self) -> Deferred[None]:
        """Leave, and stay away; fires when it has left."""
        self._leaving = Deferred()
        self._wait_no_more()
        if self._connection is None:
            self._leaving.callback(None)
        else:
            self._connection.close()
        return self._leaving.addErrback(lambda failure: failure.trap(CancelledError))

    def _become(self, state: State, why: str = "") -> None:
        self.state, self.why = state, why
        self._changed()


def _farewell(bye: Bye) -> str:
    """Say why the server closes; in English as it says it."""
    known = FAREWELLS.get(bye.reason)
    if known is not None and not (bye.line and speaks_english()):
        return tr(known)
    return bye.line or tr("The server ended this session: {reason}.", reason=bye.reason)


def _unwrapped(protocol: Any) -> Connection:
    """Give our own protocol, with TLS around it or not."""
    inner = getattr(protocol, "wrappedProtocol", protocol)
    assert isinstance(inner, Connection)
    return inner
