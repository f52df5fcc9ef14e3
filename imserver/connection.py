"""The socket: bytes in, every line answered once and in order, and nothing without a bound."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionAborted, ConnectionDone
from twisted.internet.interfaces import IDelayedCall, IHalfCloseableProtocol, IHandshakeListener
from twisted.protocols.basic import LineOnlyReceiver
from twisted.python.failure import Failure
from zope.interface import implementer

from improtocol import PROTOCOL, codec, limits
from improtocol.errors import Refusal
from improtocol.events import Bye, Hello
from improtocol.fields import Standing, Way
from improtocol.framing import Framer, Overlong
from improtocol.states import State
from improtocol.vocabulary import Command, Reply

from .avatar import Avatar
from .doorstep import TOO_MUCH, Doorstep
from .outlet import Outlet
from .session import Session
from .shared import Shared
from .sources import source_of
from .throttle import Throttle
from .transports import bare, notice_the_dead
from .trouble import refusal_of

#: Bytes that are read at a time, and that a socket takes before its reader may be slow: Twisted's own
#: measure.  To read more at a time costs five times as much a read.
KNOWN = 64 * 1024
#: Seconds a peer has to take what was still to be said when its connection is closed.
GOODBYE = 4
#: Seconds a peer that has all of the good-bye has to close its side, too: to close under what it still writes
#: takes from it what it has not read yet.
LINGERING = 1
#: What may be asked beyond protocol 1.
CAN = (
    "ref",
    "device",
    "history",
    "receipts",
    "presence",
    "block",
    "token",
    "account",
    "invite",
    "admin",
    "upkeep",
)


@dataclass(slots=True, eq=False)
class Answer:
    """The place of an answer in the order of the questions."""

    asked: codec.Asked
    begun: float  #: when that was
    lines: bytes | None = None  #: once it is known
    then_close: bool = False


def verb_of(asked: codec.Asked) -> str:
    """Give the verb that is counted: one that there is, or ``?``, whatever word somebody made up."""
    return asked.verb if asked.verb in Command.by_verb else "?"


@implementer(IHalfCloseableProtocol, IHandshakeListener)
class Connection(Outlet, LineOnlyReceiver):
    """One client's socket.

    Lines are taken 32 a turn.  A pipelined command is begun as it arrives; any other waits until
    all before it are answered, and nothing behind it is read until it is answered itself (R8, R14).
    While the peer does not read, or says more than its throttle lets by, nothing is begun for it.
    What cannot be begun is not read either.
    """

    delimiter = b"\n"

    def __init__(self, server: Shared[Connection], number: int) -> None:
        super().__init__(server)
        self._session = Session(server.dispatcher, self, number)
        self.source: str | None = None  #: where it comes from; None: not counted
        self._doorstep: Doorstep | None = Doorstep(server.bounds)  # while it is a stranger's
        self._shook_hands = False  # by TLS
        self._throttle = Throttle(server.bounds, server.reactor.seconds)
        self._too_fast: IDelayedCall | None = None  # what is next may not be begun yet
        self._framer = Framer(limits.EARLY_LINE)
        self._answers: deque[Answer] = deque()
        self._next: codec.Asked | None = None  # taken, and waiting for the answers before it, or for its time
        self._alone = False  # a command that is not pipelined is under way
        self._taken = 0  # lines of this turn
        self._paused = False
        self._ended = False  # the peer says nothing more
        self._leaving = False  # what was begun is still answered, then the connection closes
        self._bye: Bye | None = None
        self.where, self.since = "", 0  #: its peer, and when it came, for administrators
        self.said: str | None = None  #: the verb of its last line
        self._abort: IDelayedCall | None = None

    # --- its beginning and end ---

    def connectionMade(self) -> None:
        """Greet, or say why nobody is let in."""
        notice_the_dead(self.transport, self._server.bounds.silence)
        self._measure()
        self.transport.registerProducer(self, True)
        peer = self.transport.getPeer()
        self.source = self._session.source = source_of(peer, self._server.bounds)
        self._server.arrived(self, self._session, peer)
        if (why_not := self._server.ending or self._server.strangers.arrive(self)) is not None:
            self.close(why_not)
            return
        who = self._server.enrolling.policy
        self.tell(Hello("imserver", protocol=PROTOCOL, can=CAN, register=who, line="Say HELP at any time."))

    def handshakeCompleted(self) -> None:
        """Note that TLS holds memory for it from now on."""
        self._shook_hands = True
        self._server.strangers.shook_hands(self)

    @property
    def _known(self) -> bool:
        return self._session.state is State.LOGGED_IN

    def _measure(self) -> None:
        """Give a stranger little room, and a user what the language says."""
        self._framer.limit = limits.LINE if self._known else limits.EARLY_LINE
        # Half of what may wait for a stranger: one more answer may come on top.
        early = min(KNOWN, self._server.bounds.stranger_queue / 2)
        bare(self.transport).bufferSize = KNOWN if self._known else int(early)

    def _stepped(self) -> None:
        """Take note of a step to another state: who has logged in is no stranger, who logged out is one."""
        if self._closing:
            return
        if not self._known:
            self._server.strangers.stay(self)
            if self._shook_hands:
                self._server.strangers.shook_hands(self)
            self._doorstep = self._doorstep or Doorstep(self._server.bounds)
            return
        self._server.strangers.enter(self)
        doorstep, self._doorstep = self._doorstep, None
        if doorstep is not None:
            self._framer.feed(doorstep.beyond)

    def connectionLost(self, reason: Failure | None = None) -> None:
        """Note that the peer is gone."""
        self._closing = True
        self._answers.clear()
        self._server.strangers.leave(self)
        for timer in (self._abort, self._too_fast):
            if timer is not None and timer.active():
                timer.cancel()
        self._out = []
        self._session.close(self._reason)
        unclean = reason is not None and not reason.check(ConnectionDone, ConnectionAborted)
        self._server.gone(
            self._session, self._reason, reason.getErrorMessage() if unclean and reason else None
        )

    def readConnectionLost(self) -> None:
        """Answer what was read, then close (R13)."""
        if self._closing:
            self.transport.loseConnection()
            return
        self._ended = True
        self._reason = "left"
        self._read_on()

    def writeConnectionLost(self) -> None:
        """Drop a peer that takes no answers; one that was told good-bye may close first."""
        if not self._closing:
            self._drop(self._reason)
        elif self._abort is not None and self._abort.active():
            self._abort.cancel()
            self._abort = self._server.reactor.callLater(LINGERING, self.transport.loseConnection)

    def close(self, bye: Bye | None) -> None:
        """Answer what was begun, say good-bye and close; by force if that takes too long."""
        if self._closing or self._leaving:
            return
        self._leaving, self._bye = True, bye
        self._reason = "left" if bye is None else bye.reason
        if self._doorstep is not None and self._full:
            # It has not read what was said before, and will not read this; who waits for it fills the memory.
            self._drop(self._reason)
            return
        self._abort = self._server.reactor.callLater(GOODBYE, self.transport.abortConnection)
        self._leave_if_answered()
        self._pause_or_resume()

    def _leave_if_answered(self) -> None:
        if self._closing or not self._leaving or self._answers:
            return
        if self._bye is not None:
            self.tell(self._bye)
        self._write_out()
        self._closing = True
        self.transport.unregisterProducer()
        if self._paused:
            self.transport.resumeProducing()  # TLS closes in order only if it hears the peer close, too
        lingers = self._bye is not None and self._doorstep is None
        lose = getattr(self.transport, "loseWriteConnection", None) if lingers else None
        (lose or self.transport.loseConnection)()
        if self._doorstep is not None:
            # TLS would wait until the peer has closed, too, and hold what the next stranger is to have.
            bare(self.transport).loseConnection()

    # --- lines in ---

    def dataReceived(self, data: bytes) -> None:
        """Take what arrived; of a stranger no more than it may say."""
        self._server.counters.bytes_read += len(data)
        if self._closing:
            return  # TLS reads on until the peer has closed, too
        if self._doorstep is not None:
            if (bye := self._doorstep.first(data)) is not None:
                self.close(bye)
            data = self._doorstep.let_in(data)
        self._framer.feed(data)
        self._read_on()

    def _read_on(self) -> None:
        """Take lines as long as they may be taken now."""
        while not self._held_up() and (asked := self._take()) is not None:
            if self._must_wait(asked) or self._is_too_soon(asked):
                self._next = asked
                break
            self._begin(asked)
        if self._doorstep is not None and self._doorstep.beyond and not (self._held_up() or self._has_next):
            self.close(TOO_MUCH)
        self._pause_or_resume()
        if self._ended and not (self._answers or self._has_next):
            self.close(None)

    @property
    def _has_next(self) -> bool:
        return self._next is not None or self._framer.has_line

    def _held_up(self) -> bool:
        """Whether nothing may be begun now."""
        return (
            self._closing
            or self._leaving
            or self._alone
            or self._slow
            or self._too_fast is not None
            or self._taken >= limits.TURN
            or len(self._answers) >= self._server.bounds.under_way
        )

    def _take(self) -> codec.Asked | None:
        """Take the next line that is not empty, if there is one and this turn still has room for it."""
        if self._next is not None:
            asked, self._next = self._next, None
            return asked
        while self._taken < limits.TURN and (lines := self._framer.take(1)):
            self._taken += 1
            self._wait_for_the_end_of_the_turn()
            if self._doorstep is not None and (bye := self._doorstep.line(lines[0])) is not None:
                self.close(bye)
                return None
            if lines[0] != b"":
                if self._server.watching.lines:
                    self._watched(Way.IN, lines[0])
                return codec.parse_from_client(lines[0], self._server.names)
        return None

    def _must_wait(self, asked: codec.Asked) -> bool:
        """Whether a command waits for the answers to those before it."""
        return bool(self._answers) and not getattr(asked.what, "pipelined", True)

    def _is_too_soon(self, asked: codec.Asked) -> bool:
        """Whether a line waits for its time; one timer serves all behind it, which is not read meanwhile."""
        wait = self._throttle.begin(asked.what)
        if wait:
            self._server.counters.throttled += 1
            self._too_fast = self._server.reactor.callLater(wait, self._in_time)
        return wait > 0

    def _in_time(self) -> None:
        self._too_fast = None
        self._read_on()

    def _pause_or_resume(self) -> None:
        """Read no more than is being worked on."""
        wanted = self._held_up() or self._has_next
        if self._closing or self._ended or wanted == self._paused:
            return
        self._paused = wanted
        if wanted:
            self.transport.pauseProducing()
        else:
            self.transport.resumeProducing()

    def lineReceived(self, line: bytes) -> None:
        """Take one line, as Twisted's line receivers do; `dataReceived` does not need it."""
        self.dataReceived(line + self.delimiter)

    # --- answers ---

    def _begin(self, asked: codec.Asked) -> None:
        counters, verb = self._server.counters, verb_of(asked)
        answer = Answer(asked, counters.seconds())
        self._answers.append(answer)
        counters.begun[verb] += 1
        self.said = verb
        self._server.watchdog.line(answer.begun, verb, self._session.number)
        if isinstance(asked.what, Refusal):
            self._refused(answer, asked.what)
            return
        self._alone = not asked.what.pipelined
        done = Deferred.fromCoroutine(self._session.perform(asked.what))
        done.addCallbacks(self._replied, self._failed, (answer,), {}, (answer,), {})
        done.addErrback(self._gave_up)

    def _replied(self, reply: Reply, answer: Answer) -> None:
        tag, verb, counters = answer.asked.tag, answer.asked.verb, self._server.counters
        now = counters.seconds()
        counters.ok(verb, answer.begun, now)
        self._server.watchdog.step(("answer", verb, self._session.number), now)
        lines = [codec.write(item, tag) for item in reply.items]
        answer.lines = ("\n".join([*lines, codec.write(reply, tag)]) + "\n").encode()
        answer.then_close = reply.verb == "QUIT"
        if getattr(answer.asked.what, "enters", None) is not None:
            self._stepped()
        self._settle()

    def _failed(self, failure: Failure, answer: Answer) -> None:
        verb = answer.asked.verb
        refused = refusal_of(failure, self._server.log, self._session.number, verb)
        if refused is None:  # the client asks again with its ref
            self._server.counters.refused[verb, "outcome-unknown"] += 1
            self._drop("outcome-unknown")
        else:
            self._refused(answer, refused)

    def _refused(self, answer: Answer, refused: Refusal) -> None:
        self._server.counters.refused[verb_of(answer.asked), refused.code] += 1
        answer.lines = codec.write_refusal(refused, answer.asked.verb, answer.asked.tag).encode() + b"\n"
        answer.then_close = refused.fatal
        self._settle()

    def _settle(self) -> None:
        """Have the answers that are next written; what waited for them is begun at the end of the turn.

        By then those it concerns have been told of what was committed (R8).
        """
        if self._closing:
            return
        while self._answers and (lines := self._answers[0].lines) is not None:
            written = self._answers.popleft()
            self.write(lines)
            if written.then_close:
                self.close(None)
        if self._alone and not self._answers:
            self._alone = False
            self._measure()
            self._session.answered()
        self._leave_if_answered()

    def _gave_up(self, failure: Failure) -> None:
        self._server.log.incident(failure, session=self._session.number)
        self._drop("internal")

    # --- lines out ---

    def sendLine(self, line: bytes) -> None:
        """Write one line."""
        self.write(line + self.delimiter)

    def flush(self) -> None:
        """Write what this turn has gathered, and take the lines of the next."""
        self._noted, self._taken = False, 0
        self._write_out()
        if self._paused or self._ended:  # else all there was has been taken
            self._read_on()

    def _filled(self) -> None:
        avatar = self._session.avatar
        if avatar is not None and avatar.stream is not None and not avatar.stream.live:
            # What it is told is read from the disk, where it may as well wait.
            self._server.mailroom.hold_back(avatar)

    def _emptied(self) -> None:
        if self._session.avatar is not None:
            self._server.mailroom.go_on(self._session.avatar)

    def _slowed(self) -> None:
        if self._session.avatar is not None:
            self._server.mailroom.hold_back(self._session.avatar)
        self._pause_or_resume()

    def _drained(self) -> None:
        self._read_on()

    def _watched(self, way: Way, lines: bytes | Overlong) -> None:
        raw = lines.beginning if isinstance(lines, Overlong) else lines
        self._server.watching.went(way, self._session.number, self._session.avatar, raw)

    # --- what administrators see of it ---

    @property
    def number(self) -> int:
        """Its session's number, as in ``server.log``."""
        return self._session.number

    @property
    def standing(self) -> Standing:
        """Its session's state."""
        return Standing(self._session.state.value)

    @property
    def avatar(self) -> Avatar | None:
        """Whom it speaks for."""
        return self._session.avatar

    @property
    def account(self) -> int | None:
        """Whose name it took, or spoke for last."""
        return self._session.account
