"""The socket: lines in, lines out; every answer finds its question by its tag.

Whatever bytes a server sends, this neither raises nor holds the loop: what is not understood is passed
over (language, R10), only so many lines are read in one turn, and what is kept has a bound.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Generic, Protocol, TypeVar

from twisted.internet.defer import Deferred, fail
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.internet.protocol import Protocol as TwistedProtocol
from twisted.internet.protocol import connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure

from improtocol import PROTOCOL, codec, commands, limits
from improtocol.codec import Heard, Unknown
from improtocol.errors import Refusal
from improtocol.events import Bye, Hello
from improtocol.framing import Framer, Overlong
from improtocol.vocabulary import Command, Event, Item, Reply
from imtongue import tr

from .pulse import Pulse
from .reaching import PATIENCE, LinkLost, NeedsTLS, NotAnImserver, NotConnected, Odd, Silent, Unreachable
from .refusals import in_tongue
from .wire import Wire

R = TypeVar("R", bound=Reply)

#: No answer has more lines; a server that goes on is left.
MOST_ITEMS = 10_000
#: Seconds for a connection to close in order; then it is cut.
CLOSING = 5
#: Seconds without a HELLO, after which it is tried whether somebody waits for us to speak.
KNOCK = 0.5
#: How TLS says that it was not spoken to in TLS: an alert.
_ALERT = b"\x15\x03"


@dataclass(frozen=True, slots=True)
class Answer(Generic[R]):
    """An answer with all its lines."""

    reply: R
    items: tuple[Item, ...]


@dataclass(slots=True)
class Question:
    """A command that was given, and who waits for its answer."""

    command: Command[Any]
    answered: Deferred[Answer[Any]]
    items: list[Item] = field(default_factory=list)


class Listener(Protocol):
    """Who hears what a connection is told."""

    def told(self, connection: Connection, event: Event | Unknown) -> None:
        """Hear what the server says unasked."""

    def lost(self, connection: Connection, reason: Failure) -> None:
        """Hear that the connection is no more."""


class Connection(TwistedProtocol):
    """One connection to a server."""

    _log = Logger()

    def __init__(self, clock: IReactorTime, wire: Wire, listener: Listener) -> None:
        #: Fires with the server's first line, or fails: no imserver, silent, or lost.
        self.greeted: Deferred[Hello] = Deferred()
        self.bye: Bye | None = None  #: the server said why it closes
        self._clock = clock
        self._wire = wire
        self._listener = listener
        self._framer = Framer(limits.CLIENT_LINE)
        self._questions: dict[str, Question] = {}
        self._tags = (f"@{number}" for number in count(1))
        self._waits_for: set[str] = set()  # why nothing is read now
        self._open = False
        self._reading = False
        self._pulse: Pulse | None = None
        self._timers: list[IDelayedCall] = []

    # Asking

    def perform(self, command: Command[R]) -> Deferred[R]:
        """Give a command; fails with the refusal, or with `Unreachable` when no answer can come."""
        return self.ask(command).addCallback(lambda answer: answer.reply)

    def ask(self, command: Command[R]) -> Deferred[Answer[R]]:
        """Give a command whose answer has lines of its own."""
        if not self._open:
            return fail(NotConnected())
        tag = next(self._tags)
        try:
            line = codec.write(command, tag)
        except Refusal as refused:
            return fail(refused)
        question = self._questions[tag] = Question(command, Deferred())
        self._wire.said(line)
        assert self.transport is not None
        self.transport.write(line.encode() + b"\n")
        return question.answered

    def hold(self, reason: str) -> None:
        """Read nothing until `go_on` with the same reason."""
        self._waits_for.add(reason)
        self._obey()

    def go_on(self, reason: str) -> None:
        """Read again, if nothing else stands against it."""
        if reason in self._waits_for:
            self._waits_for.discard(reason)
            self._obey()
            self._take()

    def close(self) -> None:
        """Close in order; after a while the connection is cut."""
        if self._open and self.transport is not None:
            self.transport.loseConnection()
            self._later(CLOSING, self.cut)

    def cut(self) -> None:
        """End the connection at once."""
        if self.transport is not None:
            abort = getattr(self.transport, "abortConnection", self.transport.loseConnection)
            abort()

    # What Twisted calls

    def connectionMade(self) -> None:
        """Wait for HELLO, but not for ever."""
        self._open = True
        self._pulse = Pulse(self._clock, self._ask_if_there, self.cut)
        self._later(KNOCK, self._knock)
        self._later(PATIENCE, self._not_greeted)

    def dataReceived(self, data: bytes) -> None:
        """Take what has arrived."""
        assert self._pulse is not None
        self._pulse.heard()
        if not self.greeted.called and data.startswith(_ALERT):
            self._greet(NeedsTLS())
            return
        self._framer.feed(data)
        self._take()

    def look_now(self) -> None:
        """Find out at once whether the server is still there."""
        if self._pulse is not None and self._open:
            self._pulse.look_now()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Tell whoever waits that no answer comes any more."""
        self._open = False
        if self._pulse is not None:
            self._pulse.stop()
        for timer in self._timers:
            if timer.active():
                timer.cancel()
        questions, self._questions = self._questions, {}
        for question in questions.values():
            question.answered.errback(LinkLost())
        self._greet(NotAnImserver())
        self._listener.lost(self, reason)

    # Lines

    def _take(self) -> None:
        """Read some lines; the rest in the next turn, so that no server holds the loop."""
        if self._reading or self._waits_for:
            return
        self._reading = True
        try:
            for line in self._framer.take():
                if not self._open:
                    return
                self._take_line(line)
        finally:
            self._reading = False
        if self._framer.has_line and self._open:
            self.hold("turn")
            self._later(0, lambda: self.go_on("turn"))

    def _take_line(self, line: bytes | Overlong) -> None:
        if isinstance(line, Overlong):
            self._wire.heard(f"(a line of more than {line.limit} bytes was passed over)")
            return
        if not line:
            return
        self._wire.heard(line.decode("utf-8", "replace"))
        try:
            self._hear(line, codec.parse_from_server(line))
        except Exception:  # whatever a server says, it says it in vain
            self._log.failure("A line of the server's was passed over")

    def _hear(self, line: bytes, heard: Heard) -> None:
        if not self.greeted.called:
            self._hear_first(heard.what)
        elif isinstance(heard.what, Event) or (isinstance(heard.what, Unknown) and not heard.tag):
            if isinstance(heard.what, Bye):
                self.bye = heard.what
            self._listener.told(self, heard.what)
        elif heard.tag in self._questions:
            self._answer(line, heard)

    def _hear_first(self, what: object) -> None:
        if isinstance(what, Hello) and what.protocol > PROTOCOL:
            self._greet(Unreachable(tr("That server speaks a newer language; get a newer imclient.")))
        elif isinstance(what, Hello):
            self.greeted.callback(what)
        elif isinstance(what, Bye):
            self.bye = what
            if what.reason == "needs-tls":
                self._greet(NeedsTLS())
            self._greet(Unreachable(what.line or tr("The server takes nobody in at the moment.")))
        else:
            self._greet(NotAnImserver())

    def _answer(self, line: bytes, heard: Heard) -> None:
        question = self._questions[heard.tag]
        if isinstance(heard.what, Item):
            question.items.append(heard.what)
            if len(question.items) > MOST_ITEMS:
                self.cut()
        elif isinstance(heard.what, Refusal):
            del self._questions[heard.tag]
            question.answered.errback(in_tongue(heard.what))
        elif isinstance(heard.what, question.command.reply):
            del self._questions[heard.tag]
            question.answered.callback(Answer(heard.what, tuple(question.items)))
        elif isinstance(heard.what, Reply) or line.partition(b" ")[2].lstrip(b" ").startswith(b"OK"):
            del self._questions[heard.tag]
            question.answered.errback(Odd())

    # Greeting and pulse

    def _greet(self, trouble: Unreachable) -> None:
        if not self.greeted.called:
            self.greeted.errback(trouble)
            self.cut()

    def _knock(self) -> None:
        """Say an empty line, which is no question: who speaks TLS says nothing before it is spoken to."""
        if not self.greeted.called and self.transport is not None:
            self.transport.write(b"\n")

    def _not_greeted(self) -> None:
        self._greet(NotAnImserver() if self._framer.held else Silent())

    def _ask_if_there(self) -> None:
        self.perform(commands.Ping(None)).addErrback(lambda failure: None)

    # Small things

    def _later(self, seconds: float, act: Callable[[], object]) -> None:
        self._timers = [timer for timer in self._timers if timer.active()]
        self._timers.append(self._clock.callLater(seconds, act))

    def _obey(self) -> None:
        """Stop or go on reading the socket."""
        act = getattr(self.transport, "pauseProducing" if self._waits_for else "resumeProducing", None)
        if act is not None and self._open:
            act()
