"""What the tests of the client core stand on: a Clock, a disk of the test's own, a network in memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, execute
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from imclient.core.client import Client

from .fake_server import HELLO, FakeServer
from .wires import Net

T = TypeVar("T")


def at_once(work: Callable[[], T], /) -> Deferred[T]:
    """Do work at once, on the same thread."""
    return execute(work)


class Later:
    """A disk that works only when the test lets it: until then nothing is committed."""

    def __init__(self) -> None:
        self.held = False
        self._work: list[tuple[Callable[[], Any], Deferred[Any]]] = []

    def __call__(self, work: Callable[[], T], /) -> Deferred[T]:
        """Take work."""
        if not self.held:
            return execute(work)
        done: Deferred[T] = Deferred()
        self._work.append((work, done))
        return done

    def lose(self) -> None:
        """Forget what gathered, as a computer does that is switched off; nothing is ever done again."""
        self.held = True
        self._work.clear()

    def let(self) -> None:
        """Do what gathered, and hold nothing any more."""
        self.held = False
        while self._work:
            work, done = self._work.pop(0)
            execute(work).chainDeferred(done)


class CoreCase(SynchronousTestCase):
    """A test with a clock."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(1000)
        self.net = Net(self.clock)

    def client(
        self, folder: Path | None = None, seed: int = 1, net: Net | None = None, **given: Any
    ) -> Client:
        """Make a client; it is closed after the test."""
        given.setdefault("run", at_once)
        client = Client(
            self.clock,
            folder or Path(self.mktemp()),
            reach=(net or self.net).reach,
            random=Random(seed),
            now=self.clock.seconds,
            **given,
        )
        self.addCleanup(self.end, client)
        return client

    def end(self, client: Client) -> None:
        """Close a client, whatever its server does."""
        done = client.close()
        self.net.wait(8)
        self.successResultOf(done)


class FakeCase(CoreCase):
    """A test with a client and a server that a test speaks for."""

    hello = HELLO  #: how the server greets

    def setUp(self) -> None:
        super().setUp()
        self.servers: list[FakeServer] = []
        self.net.serve = self.serve

    def serve(self) -> FakeServer:
        """Build the server's end of a connection."""
        self.servers.append(FakeServer(self.hello))
        return self.servers[-1]

    @property
    def server(self) -> FakeServer:
        """The server's end of the newest connection."""
        return self.servers[-1]

    def connect(self, client: Client) -> None:
        """Have it connected."""
        connected = client.connect("lab.example", 12000)
        self.net.settle()
        self.successResultOf(connected)

    def come_in(
        self, client: Client, name: str = "alice", reply: str = "epoch=k3 cursor=0 waiting=0"
    ) -> None:
        """Have it logged in."""
        if client.link.connection is None:
            self.connect(client)
        done = client.log_in(name, "correct horse")
        self.net.settle()
        self.server.answer(f"OK LOGIN {name} {reply}", to="LOGIN")
        self.net.settle()
        self.successResultOf(done)

    def come_back(self) -> None:
        """Wait until a lost link is there again."""
        before = len(self.servers)
        while len(self.servers) == before:
            self.net.wait(0.25)

    def lose(self) -> None:
        """Have the connection break."""
        self.net.wire.cut(ConnectionError())
        self.net.settle()

    def fill(self, *names: str) -> None:
        """Answer WHO."""
        self.server.say(*(f"* USER {name} online" for name in names))
        self.server.answer(f"OK WHO {len(names)}", to="WHO")
        self.net.settle()


class AliceCase(FakeCase):
    """Alice's client, whose folder outlives it."""

    def setUp(self) -> None:
        super().setUp()
        self.folder = Path(self.mktemp())
        self.alice = self.client(self.folder)
