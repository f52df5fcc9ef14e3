"""The window's connection: commands out, answers by their tags, and what is told unasked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Generic, TypeVar

from OpenSSL import SSL
from twisted.internet.defer import Deferred, fail
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure

from improtocol import codec, limits
from improtocol.codec import Heard
from improtocol.errors import Refusal
from improtocol.events import Bye, Hello
from improtocol.framing import Framer, Overlong
from improtocol.vocabulary import Command, Event, Item, Reply
from imtongue import speaks_english, tr

R = TypeVar("R", bound=Reply)

#: Lines that are taken in one turn of the loop, so that a flood of them leaves the window its frames.
TURN = 200


class Lost(Exception):
    """The connection is no more; nobody knows whether what was asked last was done."""

    def __str__(self) -> str:
        return tr("The connection was lost before the answer came.")


class Away(Lost):
    """Nothing was asked: there is no connection."""

    def __str__(self) -> str:
        return tr("There is no connection to the server, so it was not asked.")


class Strange(Exception):
    """Whoever answers there is no imserver, or one of another edition."""

    def __str__(self) -> str:
        return tr("Whoever answers there is no imserver of this edition. If it speaks TLS, paste its invite.")


@dataclass(frozen=True, slots=True)
class Answer(Generic[R]):
    """An answer with all its lines."""

    reply: R
    items: tuple[Item, ...] = ()


@dataclass(slots=True)
class _Question:
    command: Command[Any]
    answered: Deferred[Answer[Any]]
    items: list[Item] = field(default_factory=list)


class Connection(Protocol):
    """One connection; ``told`` hears every event, ``gone`` that it has ended."""

    _log = Logger()

    def __init__(
        self,
        soon: Callable[[Callable[[], None]], object],
        told: Callable[[Event], None],
        gone: Callable[[Connection], None],
    ) -> None:
        self.greeted: Deferred[Hello] = Deferred()  #: fires with its first line, or fails
        self.bye: Bye | None = None  #: the server said why it closes
        self._soon = soon
        self._told = told
        self._gone = gone
        self._framer = Framer(limits.CLIENT_LINE)
        self._questions: dict[str, _Question] = {}
        self._tags = (f"@{number}" for number in count(1))
        self._open = self._waiting = False

    def ask(self, command: Command[R]) -> Deferred[Answer[R]]:
        """Give a command; fails with its refusal, or with `Lost` when no answer can come."""
        if not self._open or self.transport is None:
            return fail(Lost())
        tag = next(self._tags)
        try:
            line = codec.write(command, tag)
        except Refusal as refused:
            return fail(in_tongue(refused))
        question = self._questions[tag] = _Question(command, Deferred())
        self.transport.write(line.encode() + b"\n")
        return question.answered

    def close(self) -> None:
        """Close in order."""
        if self._open and self.transport is not None:
            self.transport.loseConnection()

    # --- what Twisted calls ---

    def connectionMade(self) -> None:
        """Wait for its first line."""
        self._open = True

    def dataReceived(self, data: bytes) -> None:
        """Take what has arrived."""
        self._framer.feed(data)
        if not self._waiting:
            self._take()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Tell whoever waits that no answer comes any more."""
        self._open = False
        questions, self._questions = self._questions, {}
        for question in questions.values():
            question.answered.errback(Lost())
        if not self.greeted.called:
            self.greeted.errback(reason if reason.check(SSL.Error) else Failure(Strange()))
        self._gone(self)

    # --- lines ---

    def _take(self) -> None:
        """Take some lines; the rest in the next turn."""
        self._waiting = False
        for line in self._framer.take(TURN):
            if self._open and line and not isinstance(line, Overlong):
                self._hear(line)
        if self._framer.has_line and self._open:
            self._waiting = True
            self._soon(self._take)

    def _hear(self, line: bytes) -> None:
        heard = codec.parse_from_server(line)
        if not self.greeted.called:
            if isinstance(heard.what, Hello):
                self.greeted.callback(heard.what)
            else:
                self.close()
        elif isinstance(heard.what, Event):
            if isinstance(heard.what, Bye):
                self.bye = heard.what
            with self._log.failuresHandled("a line that was told"):
                self._told(heard.what)
        elif heard.tag in self._questions:
            self._answer(heard, is_item=line.partition(b" ")[2].startswith(b"+"))

    def _answer(self, heard: Heard, *, is_item: bool) -> None:
        question = self._questions[heard.tag]
        if is_item:
            if isinstance(heard.what, Item):  # else it is one that another edition knows
                question.items.append(heard.what)
            return
        del self._questions[heard.tag]
        if isinstance(heard.what, Refusal):
            question.answered.errback(in_tongue(heard.what))
        elif isinstance(heard.what, question.command.reply):
            question.answered.callback(Answer(heard.what, tuple(question.items)))
        else:
            question.answered.errback(Strange())


def in_tongue(refusal: Refusal) -> Refusal:
    """Let a no say it in the language that is spoken."""
    if not speaks_english():
        refusal.retell(tr)
    return refusal


class Connections(Factory):
    """Makes connections that tell the same."""

    noisy = False

    def __init__(self, make: Callable[[], Connection]) -> None:
        self._make = make

    def buildProtocol(self, addr: object) -> Connection:
        """Make one."""
        return self._make()
