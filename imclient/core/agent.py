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
from improtocol.errors import LoginRefused, NotTold
from improtocol.events import PingTold, PongTold
from improtocol.invite import Invite
from improtocol.invite import parse as parse_invite
from improtocol.replies import LoggedIn
from improtocol.vocabulary import Command, Event, Reply

from .backoff import Backoff
from .connection import Answer, Connection
from .link import Link, Reach
from .pings import Pings
from .proof import TOKEN, Proof
from .reaching import NotConnected, by_tcp
from .saying import canonical
from .signal import Signal
from .trust import OnlyNow, Trust
from .wire import Wire

R = TypeVar("R", bound=Reply)

#: Gives the epoch and the number behind which the stream is to begin; None: behind the device's cursor.
Since = Callable[[], tuple[str, int] | None]


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
        self.told: Signal[Event | Unknown] = Signal()  #: what the server says unasked
        self.came_in: Signal[LoggedIn] = Signal()  #: before anything behind the answer to LOGIN is read
        self.went: Signal[()] = Signal()  #: the connection is no more
        self.wire = Wire(now)
        self.trust = Trust(reactor, by_tcp(reactor), OnlyNow())
        self.link = Link(reactor, reach or self.trust.reach, self.wire, Backoff(random))
        self.pings = Pings(reactor, self.perform, random)
        self.link.told_event.connect(self._told)
        self.link.went.connect(self.went.emit)

    def connect(self, host: str, port: int) -> Deferred[None]:
        """Connect; fails with an error whose ``str`` is a sentence."""
        return self.link.open(host, port)

    def take_invite(self, pasted: str) -> Invite:
        """Read an invite as it was pasted, and know its server by what it says; raises `BadInvite`."""
        invite = parse_invite(pasted)
        self.trust.take(invite)
        return invite

    def register(self, name: str, password: str) -> Deferred[None]:
        """Take a name; fails with the `Refusal`."""
        return self.perform(Register(canonical(name), password)).addCallback(lambda _: None)

    def log_in(
        self, name: str, password: str, device: str | None = None, since: Since = lambda: None
    ) -> Deferred[None]:
        """Come in, and stay in from then on; fails with the `Refusal`."""
        name = canonical(name)

        proof = Proof(password)

        def login(*, anew: bool = False) -> Login:
            begin = None if anew else since()
            epoch, number = begin if begin is not None else (None, None)
            hello = self.link.hello
            ask_for_token = device is not None and hello is not None and TOKEN in hello.can
            return Login(
                name,
                proof.password if proof.token is None else None,
                device,
                number,
                epoch,
                proof.token,
                remember=ask_for_token and proof.token is None,
            )

        async def enter(connection: Connection) -> None:
            anew = False
            for _ in range(3):  # a token may open nothing, and that log may have been set back
                try:
                    reply = await connection.perform(login(anew=anew))
                    break
                except NotTold:
                    anew = True
                except LoginRefused:
                    if not proof.refused():
                        raise
            else:
                raise LoginRefused()
            proof.took(reply.token)
            self.came_in.emit(reply)

        return self.link.come_in(lambda connection: Deferred.fromCoroutine(enter(connection)))

    def perform(self, command: Command[R]) -> Deferred[R]:
        """Give a command; fails with its `Refusal`, or `Unreachable`."""
        return self.ask(command).addCallback(lambda answer: answer.reply)

    def ask(self, command: Command[R]) -> Deferred[Answer[R]]:
        """Give a command whose answer has lines of its own."""
        return self.link.connection.ask(command) if self.link.connection else fail(NotConnected())

    def _told(self, event: Event | Unknown) -> None:
        if isinstance(event, (PingTold, PongTold)):
            self.pings.told(event)
        else:
            self.told.emit(event)

    def hold(self) -> None:
        """Read the server no further for now."""
        if self.link.connection is not None:
            self.link.connection.hold("agent")

    def go_on(self) -> None:
        """Read it again."""
        if self.link.connection is not None:
            self.link.connection.go_on("agent")

    def leave(self) -> Deferred[None]:
        """Say QUIT and stay away."""
        return self.link.leave()
