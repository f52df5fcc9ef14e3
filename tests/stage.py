"""A whole server in memory, on a Clock, with named actors who type at it."""

from __future__ import annotations

import io
import random
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from argon2 import PasswordHasher
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost
from twisted.internet.task import Clock, deferLater
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure

from improtocol.errors import Refusal
from improtocol.names import ASCII_NAMES, NamePolicy
from improtocol.replies import BackedUp
from imserver.assembly import put_together
from imserver.bounds import BOUNDS, Bounds
from imserver.connection import Connection
from imserver.counters import Counters
from imserver.features.inviting import drawn
from imserver.log_lines import Write, plain
from imserver.mailroom import Mailroom, Soon
from imserver.portal.enrolling import Policy
from imserver.retention import Retention
from imserver.server_log import ServerLog
from imserver.storage import in_memory
from imserver.storage.interface import Storage
from imserver.turn import Turn
from imserver.users import Users

T = TypeVar("T")
MakeMailroom = Callable[[Storage, Users, int, Soon], Mailroom]

#: The cheapest that argon2 can do: what it costs is not what is tested here.
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
#: Seconds a hash takes on the stage: not at once, as in life.
HASHING = 0.02
#: Where everybody is who comes from nowhere else.
HERE = "127.0.0.1"
#: The moment the play begins, in milliseconds since 1970: 2026-11-20T10:00:00Z.
BEGINNING = 1_795_168_800_000


class Wire(StringTransport):
    """The server's end of a connection, in memory; when either end closes it, it is closed.

    While ``stuck`` its peer reads nothing: closing in order waits for ever, as a socket's does.
    """

    bufferSize = 0

    def __init__(self, stage: Stage, connection: Connection, host: str = HERE) -> None:
        super().__init__(peerAddress=IPv4Address("TCP", host, 40000))
        self._stage = stage
        self._connection = connection
        self.stuck = False
        self.closed = False
        self.aborted = False

    @property
    def dataBuffer(self) -> bytes:
        """What the peer has not taken, where a socket's transport keeps it."""
        return bytes(self.value())

    def loseConnection(self) -> None:
        """Close in order."""
        super().loseConnection()
        if not self.stuck:
            self._close(ConnectionDone())

    def abortConnection(self) -> None:
        """Close at once."""
        self.aborted = True
        self._close(ConnectionAborted())

    def drop(self) -> None:
        """Be cut by the peer, without a word."""
        self._close(ConnectionLost())

    def _close(self, why: Exception) -> None:
        if not self.closed:
            self.closed = True
            self._stage.soon(lambda: self._connection.connectionLost(Failure(why)))


class Shelf:
    """Where the stage's backups are: nothing is on it but their number."""

    def __init__(self) -> None:
        self.made = 0
        self.why_not: Refusal | None = None

    async def make(self) -> BackedUp:
        """Make one."""
        if self.why_not is not None:
            raise self.why_not
        self.made += 1
        file = f"/var/lib/imserver/backups/imserver-20261120T10000{self.made}Z.backup"
        return BackedUp(file=file, bytes_=61440, entries=3, seconds=1)


class Stage:
    """A server, and everything around it that a test may move."""

    def __init__(
        self,
        *,
        names: NamePolicy = ASCII_NAMES,
        epoch: str = "k3",
        clock: Clock | None = None,
        storage: Callable[[Stage], Storage] | None = None,
        make_mailroom: MakeMailroom = Mailroom,
        may_address_everyone: Callable[[str], bool] = lambda name: True,
        bounds: Bounds = BOUNDS,
        policy: Policy = Policy.OPEN,
        texts: bool = False,
        write: Write = plain,
        keep: float | None = None,
    ) -> None:
        self.clock = clock or Clock()
        self.hashes = 0  #: so many were asked for
        self.log_file = io.BytesIO()
        self.storage = (
            storage(self) if storage else in_memory(now=self.now, soon=self.soon, name_epoch=lambda: epoch)
        )
        self.turn = Turn(self.soon)
        self.counters = Counters(self.clock.seconds)
        self.log = ServerLog(
            self.log_file,
            self.turn,
            self.now,
            self.clock,
            bounds.log_lines,
            counters=self.counters,
            texts=texts,
            write=write,
        )
        opening = self.storage.open()
        self.retention = keep and Retention(self.clock, self.storage, self.log, self.now, keep)
        self.shelf = Shelf()
        self._draw = random.Random(0).randrange
        self.server = put_together(
            self.clock,
            self.storage,
            opening,
            self.log,
            self.turn,
            soon=self.soon,
            run=self.run,
            names=names,
            hasher=QUICK,
            may_address_everyone=may_address_everyone,
            bounds=bounds,
            policy=policy,
            draw=self._draw,
            make_mailroom=self._mailroom_of(make_mailroom),
            counters=self.counters,
            retention=self.retention or None,
            backups=self.shelf,
        )
        if self.retention:
            self.retention.begin()
        self.actors: dict[str, Actor] = {}

    def _mailroom_of(self, make: MakeMailroom) -> MakeMailroom:
        """Have a mailroom made, and get to know the users."""

        def made(storage: Storage, users: Users, last: int, soon: Soon) -> Mailroom:
            self.users = users
            return make(storage, users, last, soon)

        return made

    def now(self) -> int:
        """Say the time in milliseconds since 1970."""
        return BEGINNING + round(self.clock.seconds() * 1000)

    def soon(self, act: Callable[[], None]) -> object:
        """Have something done at the end of the turn."""
        return self.clock.callLater(0, act)

    def run(self, work: Callable[[], T], /) -> Deferred[T]:
        """Do something that takes a moment: hash a password."""
        self.hashes += 1
        return deferLater(self.clock, HASHING, work)

    def settle(self) -> None:
        """Let everything happen that needs no time."""
        for _ in range(100_000):
            due = [call for call in self.clock.getDelayedCalls() if call.getTime() <= self.clock.seconds()]
            if not due:
                return
            self.clock.advance(0)
        raise AssertionError("it never settles")

    def wait(self, seconds: float) -> None:
        """Let time pass, stopping wherever something happens."""
        end = self.clock.seconds() + seconds
        self.settle()
        while due := [call.getTime() for call in self.clock.getDelayedCalls() if call.getTime() <= end]:
            self.clock.advance(max(0.0, min(due) - self.clock.seconds()))
            self.settle()
        self.clock.advance(end - self.clock.seconds())

    def actor(self, name: str) -> Actor:
        """Give the actor of this name; who was not there connects."""
        if name not in self.actors or self.actors[name].wire.closed:
            self.actors[name] = self.newcomer()
        return self.actors[name]

    def newcomer(self, host: str = HERE) -> Actor:
        """Have somebody connect, from a machine of their own if need be."""
        newcomer = Actor(self, self.server.buildProtocol(None), host)
        self.settle()
        return newcomer

    def enter(self, name: str, *, password: str = "correct horse", keys: str = "") -> Actor:
        """Give an actor who is registered and logged in, and has heard all that came of it."""
        actor = self.actor(name)
        actor.say(f"REGISTER {name} :{password}")
        actor.say(f"LOGIN {name} {keys} :{password}")
        actor.forget()
        return actor

    @property
    def console(self) -> str:
        """Give the code that the console shows, which makes the first administrator; a new one each time."""
        code, invitation = drawn(self._draw, maker=None, uses=1, days=7, administrator=True)
        self.storage.invite_first(invitation)
        return code

    def appoint(self, name: str) -> None:
        """Make somebody an administrator, as nobody but the server's owner can."""
        user = self.users.get(name)
        assert user is not None, name
        self.storage.set_administrator(user.account.id, True)
        self.settle()
        user.become(administrator=True)

    @property
    def logged(self) -> list[str]:
        """Give the lines of server.log."""
        self.settle()
        return self.log_file.getvalue().decode().splitlines()


class Actor:
    """Somebody at the other end of a connection, who types lines and hears lines."""

    def __init__(self, stage: Stage, connection: Connection, host: str = HERE) -> None:
        self.stage = stage
        self.connection = connection
        self.wire = Wire(stage, connection, host)
        self._heard: deque[str] = deque()
        self._rest = b""
        connection.makeConnection(self.wire)

    def say(self, line: str, *, wait: float = 1.0) -> None:
        """Type a line and wait for what comes of it."""
        self.send(line.encode() + b"\n")
        self.stage.wait(wait)

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.connection.dataReceived(data)

    def heard(self) -> list[str]:
        """Give all that was heard since it was last asked."""
        self._collect()
        lines = list(self._heard)
        self._heard.clear()
        return lines

    def hear(self) -> str | None:
        """Give the next line; waits for what needs its time, and gives None if nothing comes."""
        for seconds in (0.0, 0.1, 0.5, 12.0):
            self._collect()
            if self._heard:
                return self._heard.popleft()
            self.stage.wait(seconds)
        self._collect()
        return self._heard.popleft() if self._heard else None

    def ask(self, line: str) -> list[str]:
        """Type a line; give all that was heard because of it."""
        self.forget()
        self.say(line)
        return self.heard()

    def forget(self) -> None:
        """Pass over all that came so far."""
        self.stage.settle()
        self.heard()

    def leave(self) -> None:
        """Be gone without a word."""
        self.wire.drop()
        self.stage.settle()

    def _collect(self) -> None:
        self.stage.settle()
        *lines, self._rest = (self._rest + self.wire.value()).split(b"\n")
        self.wire.clear()
        self._heard.extend(line.decode() for line in lines)
