"""Hands messages over to a bot's handler, in order, and says ACK only up to where all were handled.

A message is handled when its handler has returned and what it said meanwhile is answered.  The cursor
at the server is the bot's only memory of that: whatever is not acknowledged is told, and handed over, again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from imclient.core.acks import Acks, Say
from imclient.core.agent import Told, number_of
from improtocol.events import Live, MessageTold
from improtocol.replies import LoggedIn, Synced

#: When so many messages wait for the handler, more are passed over; with so few left they are asked for.
FULL, EASED = 5000, 500
#: So many answers may be on their way before the next message is handed over.
MOST_OUTGOING = 200


@dataclass(slots=True, eq=False)
class Entry:
    """An entry of the log, and what still has to happen until it may be acknowledged."""

    number: int
    event: MessageTold | None  #: None: there is nothing to handle
    open: int = 0  #: handlers that have not returned, answers that are on their way
    tries: int = 0

    @property
    def done(self) -> bool:
        """Whether it is handled."""
        return self.event is None


#: Begins to handle an entry; None when its handler has returned already.  It may raise, or fail.
Handle = Callable[[Entry], Deferred[None] | None]


class Handing:
    """The stream of one bot."""

    _log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        handle: Handle,
        may_go_on: Callable[[], bool],
        *,
        sync: Callable[[int], Deferred[Synced]],
        at_once: int,
        tries: int | None,
    ) -> None:
        self.epoch = ""
        self.position = 0  #: taken up to here, handled or not
        self._clock, self._handle, self._may_go_on = clock, handle, may_go_on
        self._sync = sync
        self._at_once, self._tries = at_once, tries
        self._acks = Acks(clock)
        self._entries: deque[Entry] = deque()  # that are not acknowledged, in order
        self._waiting: deque[Entry] = deque()  # for the handler
        self._running = 0
        self._handled = 0  # all are, up to here
        self._passing_over = self._syncing = False
        self._pumping = False

    def begin(self, reply: LoggedIn, say: Say) -> None:
        """Begin a session; what was taken before and is told again is passed over."""
        if reply.epoch != self.epoch:
            self.epoch = reply.epoch or ""
            self.position = self._handled = reply.cursor or 0
            self._entries.clear()
            self._waiting.clear()
        self._passing_over = False
        self._acks.begin(say, self._handled)

    def stop(self) -> None:
        """End the session; what is being handled goes on."""
        self._acks.stop()

    def told(self, event: Told) -> None:
        """Take what the server says, if it is an entry of the log."""
        number = number_of(event)
        if number is None or number <= self.position or self._passing_over:
            return
        if len(self._waiting) >= FULL:
            # Reading no further would not do: the answers to what the bot says stand behind it.
            self._passing_over = True
            return
        self.position = number
        entry = Entry(number, event if isinstance(event, MessageTold) else None)
        self._entries.append(entry)
        if entry.done:
            self._acknowledge()
            return
        self._waiting.append(entry)
        self.pump()

    def pump(self) -> None:
        """Hand over what may be handed over."""
        if self._pumping:
            return
        self._pumping = True
        while self._waiting and self._running < self._at_once and self._may_go_on():
            self._run(self._waiting.popleft())
        self._pumping = False
        if self._passing_over and not self._syncing and len(self._waiting) < EASED:
            self._syncing = True
            self._sync(self.position + 1).addCallbacks(self._synced, self._not_synced)

    def _synced(self, _: object) -> None:
        """Take what is told from here on: it begins behind the last that was taken."""
        self._syncing = self._passing_over = False

    def _not_synced(self, _: Failure) -> None:
        """Let it be: the link is lost, and the next session begins behind the cursor."""
        self._syncing = False

    def begun(self, entry: Entry) -> None:
        """Note that something is on its way because of an entry."""
        entry.open += 1

    def ended(self, entry: Entry) -> None:
        """Note that it has arrived; the last ends the entry."""
        entry.open -= 1
        if not entry.open:
            entry.event = None
            self._acknowledge()

    def _run(self, entry: Entry) -> None:
        self._running += 1
        self.begun(entry)
        try:
            handled = self._handle(entry)
        except Exception:
            self._stumbled(Failure(), entry)
            return
        if handled is None:
            self._returned(None, entry)
        else:
            handled.addCallbacks(self._returned, self._stumbled, (entry,), {}, (entry,))
            handled.addErrback(lambda failure: self._log.failure("Handing over broke", failure))

    def _returned(self, _: object, entry: Entry) -> None:
        self._running -= 1
        self.ended(entry)
        self.pump()

    def _stumbled(self, failure: Failure, entry: Entry) -> None:
        """Hand it over again after a pause; what always fails is passed over in the end."""
        entry.tries += 1
        self._log.failure("Message {number} was not handled", failure, number=entry.number)
        if self._tries is not None and entry.tries >= self._tries:
            self._log.warn("Message {number} is passed over", number=entry.number)
            self._returned(None, entry)
            return
        self._clock.callLater(2.0 ** min(entry.tries - 1, 6), self._again, entry)

    def _again(self, entry: Entry) -> None:
        self._running -= 1
        entry.open -= 1
        if entry in self._entries:  # and the log is not another meanwhile
            self._run(entry)
        self.pump()

    def _acknowledge(self) -> None:
        while self._entries and self._entries[0].done:
            self._handled = self._entries.popleft().number
            self._acks.kept(self._handled)


def is_live(event: Told) -> bool:
    """Tell whether all that waited has been told."""
    return isinstance(event, Live)
