"""Promise E7: a server that lies harms no client; nothing escapes, nothing grows, nothing holds it up.

``python -m bench.hostile_server [--lines 100000000] [--sessions 20000] [--seed 1] [--no-evidence]`` has the
parser read broken lines, then whole clients live with servers that lie (`bench.lies`), with the clock, the
network and the disk in memory; after each such server comes an honest one, and must be understood.  Planted
defects must be found.  Keeps `bench/evidence/E7.json`.
"""

from __future__ import annotations

import gc
import itertools
import os
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, execute
from twisted.internet.task import Clock
from twisted.logger import ILogObserver, LogEvent, globalLogBeginner, globalLogPublisher
from zope.interface import implementer

from imclient.core.client import Client
from imclient.core.connection import Connection
from imclient.core.wire import Wire, WireLine
from improtocol import codec, limits
from improtocol.audience import EVERYONE, Audience
from improtocol.errors import Refusal
from improtocol.framing import Framer
from tests.imclient.core.fake_server import FakeServer
from tests.imclient.core.wires import Net

from .alone import alone
from .evidence import Progress, circumstances, held, write_evidence
from .lies import Liar, broken
from .process import MIB, resident
from .replaced import replaced

T = TypeVar("T")

#: Lines, and sessions, of one piece of work.
LINES, SESSIONS = 200_000, 25
#: The lines that are broken: so many, made anew for each piece.
SOUND = 5_000
#: Sessions of one client, on one disk.
OF_ONE = 5
#: Lines that are said in a session, and in one breath.
SAID, BREATH = 300, 24
#: What a client may grow by, and how long one breath may hold it, in processor time.
GROWTH_MIB, HELD_MS = 16.0, 50.0
#: A planted defect must be found within so many sessions.
PATIENCE = 200
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


#: What this process held when it had done each kind of work once.
_AT_FIRST: dict[str, float] = {}


def grown(work: str) -> float:
    """Say by how much this process has grown since it had done such work once."""
    now = resident() / MIB
    return max(0.0, now - _AT_FIRST.setdefault(work, now))


# The parser


def read_lines(seed: int, count: int = LINES) -> Found:
    """Have so many broken lines read, in pieces of any length."""
    random, found = Random(seed), Found()
    liar, framer = Liar(random), Framer(limits.CLIENT_LINE)
    sound = [liar.line(("@3",)) for _ in range(SOUND)]
    for number in range(count):
        raw = broken(random, sound[number % SOUND])
        if number % 7 == 0:
            raw = broken(random, raw)
        framer.feed(raw + b"\n")
        for line in framer.take():
            if isinstance(line, bytes):
                try:
                    codec.parse_from_server(line)
                except Exception as error:
                    found.complaints.append(f"parser, seed {seed}, line {number}: {error!r} {line[:80]!r}")
        found.tried += 1
    found.growth_mib = grown("parser")
    return found


# Whole clients


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


def live_sessions(seed: int, count: int = SESSIONS) -> Found:
    """Have so many sessions lived, by clients on disks of their own."""
    found = Found()
    for number in range(0, count, OF_ONE):
        lived = live_one(seed * 1000 + number, min(OF_ONE, count - number))
        if lived.held_ms > HELD_MS:  # a machine may stand still once; what a line costs, it costs each time
            again = live_one(seed * 1000 + number, min(OF_ONE, count - number))
            lived = min(lived, again, key=lambda one: one.held_ms)
        found.add(lived)
    return found


def live_one(seed: int, sessions: int) -> Found:
    """Have so many sessions lived by one client."""
    found = Found()
    watch = Watch(found)
    globalLogPublisher.addObserver(watch)
    try:
        with tempfile.TemporaryDirectory(prefix="lied-to-") as folder:
            Life(seed, Path(folder), found).live(sessions)
        gc.collect()
        found.growth_mib = grown("clients")
    finally:
        globalLogPublisher.removeObserver(watch)
    return found


# What is planted


def strict_letters() -> AbstractContextManager[None]:
    """Take a server's bytes for UTF-8, which they need not be."""
    whole = codec.parse_from_server
    return replaced(codec, "parse_from_server", lambda raw: whole(raw.decode().encode()))


def endless_wire() -> AbstractContextManager[None]:
    """Keep every line that was ever on a wire."""
    kept: list[str] = []
    whole = Wire._add

    def add(self: Wire, line: WireLine) -> None:
        kept.append(line.line)
        whole(self, line)

    return replaced(Wire, "_add", add)


def slow_look() -> AbstractContextManager[None]:
    """Compare each letter of a long line with each."""
    whole = Connection._take_line

    def take(self: Any, line: Any) -> None:
        if isinstance(line, bytes) and len(line) > 3000:
            sum(one == other for one in line[:1500] for other in line[:1500])
        whole(self, line)

    return replaced(Connection, "_take_line", take)


PLANTED = {"strict letters": strict_letters, "endless wire": endless_wire, "slow look": slow_look}


def found_planted(defect: str, seed: int) -> bool:
    """Plant a defect; say whether it is found."""
    _AT_FIRST.clear()
    with PLANTED[defect]():
        for number in range(PATIENCE // OF_ONE):
            found = live_sessions(seed + number, OF_ONE)
            if found.complaints or found.growth_mib > GROWTH_MIB:
                return True
    return False


# The proof


def quiet() -> None:
    """Let what goes wrong be counted, and written nowhere; nor is what was there before us looked through."""
    gc.freeze()
    globalLogBeginner.beginLoggingTo([], redirectStandardIO=False, discardBuffer=True)


def all_pieces(
    pool: ProcessPoolExecutor, work: Callable[[int], Found], pieces: range, seconds: float, words: str
) -> Found:
    """Have the pieces done, as many as the time allows."""
    total, progress, end = Found(), Progress(), time.monotonic() + seconds
    begun = iter(pieces)
    while batch := list(itertools.islice(begun, (os.cpu_count() or 1) * 2)):
        for found in pool.map(work, batch):
            total.add(found)
        progress.show(f"{total.tried:,} {words}, {len(total.complaints)} complaints")
        if time.monotonic() > end:
            break
    return total


def prove(
    lines: int, sessions: int, seconds: float, seed: int, *, plant: bool = True, evidence: bool = True
) -> bool:
    """Lie, plant, keep evidence; say whether nothing was harmed and everything planted was found."""
    around, began, progress = circumstances(), time.monotonic(), Progress()
    with ProcessPoolExecutor(os.cpu_count() or 1, initializer=quiet) as pool:
        pieces = range(seed, seed + max(1, lines // LINES))
        read = all_pieces(pool, read_lines, pieces, seconds, "lines read")
        pieces = range(seed, seed + max(1, sessions // SESSIONS))
        lived = all_pieces(pool, live_sessions, pieces, seconds, "lines said to clients")
        defects = tuple(PLANTED) if plant else ()
        planted = dict(zip(defects, pool.map(found_planted, defects, itertools.repeat(seed)), strict=True))
    took = time.monotonic() - began
    growth = max(read.growth_mib, lived.growth_mib)
    complaints = [*read.complaints, *lived.complaints]
    if growth > GROWTH_MIB:
        complaints.append(f"memory grew by {growth:.1f} MiB")
    facts: dict[str, object] = {
        "lines_read": read.tried,
        "lines_said_to_clients": lived.tried,
        "first_seed": seed,
        "complaints": len(complaints),
        "longest_held_ms": round(lived.held_ms, 1),
        "growth_mib": round(growth, 1),
        "seconds": round(took),
        "planted_found": planted,
    }
    if evidence:
        write_evidence("E7", facts, around)
    progress.end(
        f"E7, a server that lies: {read.tried:,} lines read and {lived.tried:,} said to clients, "
        f"{len(complaints)} complaints, +{growth:.1f} MiB, held {lived.held_ms:.0f} ms at most, {took:.0f} s"
    )
    return held(complaints, planted)


if __name__ == "__main__":
    alone(prove, __doc__, lines=100_000_000, sessions=20_000, seconds=1e9, seed=1)
