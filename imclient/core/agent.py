"""A session that is kept up and keeps nothing on disk: what bots and one-shot senders stand on.

The server is a log and a device a cursor in it, so a program whose own work is its memory needs no copy:
what it has not acknowledged is told again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random, SystemRandom
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, fail

from improtocol.codec import Unknown
from improtocol.commands import Login, Register
from improtocol.errors import LoginRefused
from improtocol.events import PingTold, PongTold
from improtocol.invite import Invite
from improtocol.invite import parse as parse_invite
from improtocol.replies import LoggedIn
from improtocol.vocabulary import Command, Event, Reply

from .backoff import Backoff
from .connection import Answer, Connection
from .link import Link, LinkState, Reach
from .pings import Pings
from .proof import TOKEN, Proof
from .reaching import NotConnected, by_tcp
from .saying import canonical
from .signal import Signal
from .trust import OnlyNow, Trust
from .wire import Wire

R = TypeVar("R", bound=Reply)

#: What the server says unasked.
Told = Event | Unknown
#: The link is in these and does not come back by itself.
_OVER = (LinkState.OFFLINE, LinkState.REPLACED, LinkState.SIGNED_OUT)


class Agent:
    """Somebody who comes in, comes back after each break, and forgets.

    ``reactor`` needs time, and TCP unless ``reach`` is handed in.
    """

    def __init__(
        self,
        reactor: Any,
        *,
        reach: Reach | None = None,
        random: Random | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        random = random or SystemRandom()
        self.told: Signal[Told] = Signal()  #: what the server says unasked
        self.came_in: Signal[LoggedIn] = Signal()  #: before anything behind the answer to LOGIN is read
        self.went: Signal[()] = Signal()  #: the connection is no more
        self.ended: Signal[str] = Signal()  #: it does not come back by itself; the sentence says why
        self.wire = Wire(now)
        self.trust = Trust(reactor, by_tcp(reactor), OnlyNow())
        self.link = Link(reactor, reach or self.trust.reach, self.wire, Backoff(random))
        self.pings = Pings(reactor, self.perform, random)
        self.link.told_event.connect(self._told)
        self.link.went.connect(self.went.emit)
        self.link.changed.connect(self._link_changed)
        self._in = False

    def connect(self, host: str, port: int) -> Deferred[None]:
        """Connect; fails with an error whose ``str`` is a sentence."""
        return self.link.open(host, port)

    def take_invite(self, pasted: str) -> Invite:
        """Read an invite as it was pasted, and know its server by what it says; raises `BadInvite`."""
        invite = parse_invite(pasted)
        self.trust.take(invite)
        return invite

    @property
    def has_code(self) -> bool:
        """Whether an invite was taken with a code for this server in it."""
        return self.trust.code(self.link.host, self.link.port) is not None

    def register(self, name: str, password: str) -> Deferred[None]:
        """Take a name, by the code of the invite if one was taken; fails with the `Refusal`."""
        knows = self.link.hello is not None and self.link.hello.register is not None
        code = self.trust.code(self.link.host, self.link.port) if knows else None
        return self.perform(Register(canonical(name), password, code)).addCallback(lambda _: None)

    def log_in(self, name: str, secret: str | Proof, device: str | None = None) -> Deferred[None]:
        """Come in, and stay in from then on; the stream begins behind the device's cursor, each time.

        By a password, or by what else proves the name.  Fails with the `Refusal`.
        """
        name, proof = canonical(name), secret if isinstance(secret, Proof) else Proof(secret)

        def login() -> Login:
            hello = self.link.hello
            gives_tokens = device is not None and hello is not None and TOKEN in hello.can
            return Login(
                name,
                proof.password if proof.token is None else None,
                device,
                token=proof.token,
                remember=gives_tokens and proof.token is None,
            )

        async def enter(connection: Connection) -> None:
            try:
                reply = await connection.perform(login())
            except LoginRefused:
                if not proof.refused():
                    raise
                reply = await connection.perform(login())
            # If it cannot be kept, the one before holds.
            proof.took(reply.token).addErrback(lambda _: None)
            self._in = True
            self.came_in.emit(reply)

        return self.link.come_in(lambda connection: Deferred.fromCoroutine(enter(connection)))

    def perform(self, command: Command[R]) -> Deferred[R]:
        """Give a command; fails with its `Refusal`, or `Unreachable`."""
        return self.ask(command).addCallback(lambda answer: answer.reply)

    def ask(self, command: Command[R]) -> Deferred[Answer[R]]:
        """Give a command whose answer has lines of its own."""
        return self.link.connection.ask(command) if self.link.connection else fail(NotConnected())

    def _told(self, event: Told) -> None:
        if isinstance(event, (PingTold, PongTold)):
            self.pings.told(event)
        else:
            self.told.emit(event)

    def _link_changed(self) -> None:
        if self._in and self.link.state in _OVER:
            self._in = False
            self.ended.emit(self.link.sentence)

    def leave(self) -> Deferred[None]:
        """Say QUIT and stay away."""
        self._in = False
        return self.link.leave().addCallback(lambda _: None)


def number_of(event: Told) -> int | None:
    """Give up to where an entry of the log says that the stream is told; None: it is no entry."""
    if isinstance(event, Unknown):
        return event.number
    return getattr(event, "number", None) if event.numbered else None
