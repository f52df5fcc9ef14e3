"""A whole client and the servers it meets, of which every other lies; clock and network are in memory."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, execute
from twisted.internet.task import Clock
from twisted.logger import ILogObserver, LogEvent
from zope.interface import implementer

from imclient.core.client import Client
from improtocol.audience import EVERYONE, Audience
from improtocol.errors import Refusal
from tests.imclient.core.fake_server import FakeServer
from tests.imclient.core.wires import Net

from .lies import Liar

T = TypeVar("T")

#: Lines that are said in a session, and in one breath.
SAID, BREATH = 300, 24
#: How long one breath may hold a client, in processor time.
HELD_MS = 50.0
HELLO = "* HELLO imserver protocol=1 can=ref,device,history,receipts,presence,block,account,token :Say HELP."


@dataclass
class Found:
    """What a piece of work came to."""

    tried: int = 0
    complaints: list[str] = field(default_factory=list)
    held_ms: float = 0.0
    growth_mib: float = 0.0

    def add(self, other: Found) -> None:
        """Add another's."""
        self.tried += other.tried
        self.complaints += other.complaints
        self.held_ms = max(self.held_ms, other.held_ms)
        self.growth_mib = max(self.growth_mib, other.growth_mib)


class Life:
    """One client and the servers it meets, one after the other."""

    most_held_ms = HELD_MS

    def __init__(self, seed: int, folder: Path, found: Found) -> None:
        self._random, self._found, self._seed = Random(seed), found, seed
        self._liar = Liar(self._random)
        self._clock = Clock()
        self._clock.advance(1000)
        self._at_disk = 0.0
        self._net = Net(self._clock, self._serve)
        self._servers: list[FakeServer] = []
        self._client = Client(
            self._clock,
            folder,
            reach=self._net.reach,
            random=Random(seed),
            now=self._clock.seconds,
            run=self._on_disk,
        )

    def _on_disk(self, work: Callable[[], T], /) -> Deferred[T]:
        """Do what a thread of its own does in a real client: it holds nobody up."""
        began = time.thread_time()
        try:
            return execute(work)
        finally:
            self._at_disk += time.thread_time() - began

    def _serve(self) -> FakeServer:
        self._servers.append(FakeServer(HELLO))
        return self._servers[-1]

    @property
    def _server(self) -> FakeServer:
        return self._servers[-1]

    def live(self, sessions: int) -> None:
        """Meet so many servers that lie, each followed by one that does not."""
        for number in range(sessions):
            self._meet_a_liar()
            self._meet_an_honest_one(number)
        self._client.close().addErrback(self._complain)
        self._wait(9)

    # What both kinds do

    def _timed(self, act: Callable[[], object]) -> None:
        began, at_disk = time.thread_time(), self._at_disk
        try:
            act()
            self._net.settle()
        except Exception as error:
            self._complain(error)
        held = 1000 * (time.thread_time() - began - self._at_disk + at_disk)
        self._found.held_ms = max(self._found.held_ms, held)
        if held > self.most_held_ms:
            self._complain(f"held for {held:.0f} ms")

    def _wait(self, seconds: float) -> None:
        try:
            self._net.wait(seconds, 0.5)
        except Exception as error:
            self._complain(error)

    def _complain(self, what: object) -> None:
        self._found.complaints.append(f"client, seed {self._seed}: {what!r}"[:400])

    def _come_in(self, epoch: str) -> None:
        """Leave, connect to whoever is there, and come in."""
        self._client.leave().addErrback(lambda _: None)
        self._wait(8)
        self._client.connect("lab.example", 12000).addErrback(lambda _: None)
        self._net.settle()
        self._client.log_in("alice", "correct horse").addErrback(self._not_in)
        self._net.settle()
        if self._server.asked("LOGIN") and not self._server.gone:
            self._server.answer(f"OK LOGIN alice epoch={epoch} cursor=0 waiting=0", to="LOGIN")
        self._net.settle()

    def _not_in(self, failure: object) -> None:
        self.why = failure

    # One that lies

    def _meet_a_liar(self) -> None:
        random = self._random
        self._come_in(random.choice(("k3", "k3", "k4")))
        said = 0
        while said < SAID:
            if self._server.gone or not self._net.wires:
                self._wait(5)
                if self._server.gone:
                    self._come_in("k3")
            lines = random.randrange(1, BREATH)
            said += lines
            tags = self._server.tags[-12:]
            self._timed(lambda lines=lines, tags=tags: self._lie(lines, tags))  # type: ignore[misc]
            if random.random() < 0.5:
                self._timed(self._act)
            if random.random() < 0.4:
                self._wait(random.choice((0.5, 1, 3, 15)))
        self._found.tried += said

    def _lie(self, lines: int, tags: list[str]) -> None:
        """Say some lines, cut up in any way."""
        data = b"".join(self._liar.line(tags) + b"\n" for _ in range(lines))
        while data and not self._server.gone:
            piece = self._random.randrange(1, 4000)
            self._server.raw(data[:piece])
            self._net.settle()
            data = data[piece:]

    def _act(self) -> None:
        """Do something that its user does; that it fails is no harm."""
        client, random = self._client, self._random
        number = random.randrange(1, 40)
        acts: list[Callable[[], Any]] = [
            lambda: client.say(random.choice((EVERYONE, Audience.of("bob"), Audience.of("alice"))), "Hello"),
            lambda: client.ping("bob"),
            lambda: client.receipts(number),
            lambda: client.say_again(number),
            lambda: client.show("away", "x"),
            lambda: client.block("bob"),
            lambda: client.unblock("bob"),
            client.devices,
            lambda: client.rename("alice2"),
            lambda: client.change_password("correct horse", "correct horse"),
            self._look,
            client.roster.people,
        ]
        with suppress(Refusal, LookupError):
            done = random.choice(acts)()
            if hasattr(done, "addErrback"):
                done.addErrback(lambda _: None)

    def _look(self) -> None:
        """Look at every conversation, to its end."""
        for talk in self._client.conversations.all():
            talk.shown()

    # One that does not

    def _meet_an_honest_one(self, number: int) -> None:
        """Be understood, whatever was said before."""
        epoch, words = f"h{number}", f"still there? {number}"
        self._come_in(epoch)
        for _ in range(8):
            if self._client.link.connection is not None and self._server.asked("LOGIN"):
                break
            self._come_in(epoch)
        self._server.say(f"* MESSAGE 1 carol * to=2 at=2026-11-21T12:00:00.000Z :{words}", "* LIVE 1 told=1")
        self._wait(1)
        said = self._client.conversations.get(EVERYONE).messages
        if not any(one.text == words for one in said):
            self._complain(f"an honest server is not understood: {self._client.link.sentence}")


@implementer(ILogObserver)
class Watch:
    """Notes every failure that is logged: what was caught at the last moment was not foreseen."""

    def __init__(self, found: Found) -> None:
        self._found = found

    def __call__(self, event: LogEvent) -> None:
        """Look at an event."""
        failure = event.get("log_failure")
        if failure is not None:
            at = failure.getTraceback(elideFrameworkCode=True).strip().splitlines()[-4:]
            self._found.complaints.append(f"logged: {failure.value!r} {' | '.join(at)}"[:500])
