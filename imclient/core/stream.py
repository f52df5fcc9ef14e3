"""One account's stream on this device: each entry once, in order, kept before it is acknowledged."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from improtocol.codec import Unknown
from improtocol.events import CloseTold, Gap, Live, MessageTold, RegisterTold, RenameTold
from improtocol.fields import Presence
from improtocol.replies import LoggedIn, Synced
from improtocol.vocabulary import Event
from imtongue import tr

from .acks import Acks, Say
from .cache import Cache
from .conversations import Conversations
from .names import Names
from .outbox import Outbox
from .records import Held, Message, message_of
from .roster import Roster
from .signal import Signal

#: The largest number of the language; what is beyond it is no number (language, R4).
LARGEST = 10**18 - 1
#: A device that comes for the first time asks for so many of the entries that were there before it.
FIRST_PAGE = 5000

#: Has the stream told again from a number on.
Sync = Callable[[int], Deferred[Synced]]


class Stream:
    """How far the log was told to this device, and where its entries go."""

    _log = Logger()

    def __init__(
        self, clock: IReactorTime, roster: Roster, conversations: Conversations, outbox: Outbox
    ) -> None:
        self.epoch: str | None = None  #: which log it is; None: nothing was told yet
        self.position = 0  #: it was told up to here
        self.forgot: Signal[str] = Signal()  #: a sentence: what was held is forgotten and read anew, and why
        self.lost: Signal[str] = Signal()  #: a sentence: something was not told, and never will be
        self.began_anew: Signal[()] = Signal()  #: in the middle of a session, having forgotten
        self.live: Signal[()] = Signal()  #: everything that waited was told
        self.renamed: Signal[str, str] = Signal()  #: somebody had the one name and has the other now
        self._roster, self._conversations, self._outbox = roster, conversations, outbox
        self._acks = Acks(clock)
        self._names = Names()
        self._cache: Cache | None = None
        self._syncing = False  # what is told now will be told again from further back
        self._read_to = 0  # another device has had it before
        self._newest = 0  # the largest number that an OK of this log has told
        self._expected = 0  # the stream must come as far as that, or the log was set back
        self._sync: Sync | None = None
        self._say: Say | None = None
        self._can_look_back = False  # what was before the stream began can be asked for: it need not be told
        outbox.answered.connect(self._answered)

    def restore(self, me: str, cache: Cache, held: Held, names: Names | None = None) -> None:
        """Begin with what is held."""
        self.stop()
        self._names, self._cache = names or Names(me, held.earlier), cache
        self.epoch, self.position, self._newest = held.epoch, held.position, held.newest

    def begin(self, reply: LoggedIn, say: Say, sync: Sync, *, history: bool = False) -> None:
        """Begin a session, with the answer to its LOGIN."""
        assert self._cache is not None
        epoch, cursor = reply.epoch or "", reply.cursor or 0
        if self.epoch is not None and self.epoch != epoch:
            self.forget(
                tr("The server's log is another than before, as after a restore: everything is read anew.")
            )
        self._say, self._sync, self._can_look_back = say, sync, history
        self._expected = self._newest
        if self.epoch is None:
            self._begin_anew(epoch, cursor)
        self._acks.begin(say, 0 if self._syncing else self.position)

    def stop(self) -> None:
        """End the session."""
        self._acks.stop()
        self._say, self._sync, self._syncing = None, None, False

    def forget(self, sentence: str) -> None:
        """Let go of all that was held, visibly, so that it can be told anew."""
        self.epoch, self.position, self._read_to = None, 0, 0
        self._newest = self._expected = 0
        self._conversations.forget()
        self._roster.restore(self._names.me, [])
        if self._cache is not None:
            self._cache.forget().addErrback(self._stumbled)
        self.forgot.emit(sentence)

    # A device that comes for the first time, or must begin anew

    def _begin_anew(self, epoch: str, cursor: int) -> None:
        if self._can_look_back or not cursor:
            self._start_at(epoch, cursor)
            return
        assert self._sync is not None
        self._syncing = True
        self._read_to = cursor
        first = max(1, cursor - FIRST_PAGE + 1)
        self._sync(first).addCallbacks(
            lambda _: self._synced(epoch, first - 1), lambda _: self._synced(epoch, cursor)
        ).addErrback(self._stumbled)

    def _synced(self, epoch: str, position: int) -> None:
        if self._syncing:
            self._syncing = False
            self._start_at(epoch, position)

    def _start_at(self, epoch: str, position: int) -> None:
        assert self._cache is not None
        self.epoch, self.position = epoch, position
        ledger = self._conversations.ledger
        ledger.told, ledger.held_from = position, position + 1 if position else 0
        self._cache.keep_epoch(epoch, position).addErrback(self._stumbled)

    # What is told

    def told(self, event: Event | Unknown) -> None:
        """Take what the server says, if it is an entry of the log."""
        number = event.number if isinstance(event, Unknown) else getattr(event, "number", None)
        numbered = isinstance(event, Unknown) or event.numbered
        if not numbered or number is None or self._syncing or self._cache is None:
            return
        if isinstance(event, Live):
            self._caught_up(number)
        elif self.position < number <= LARGEST:
            self.position = self._conversations.ledger.told = number
            self._take(event, number)

    def _take(self, event: Event | Unknown, number: int) -> None:
        if isinstance(event, MessageTold):
            self._take_message(event)
            return
        if isinstance(event, RegisterTold):
            self._seen(event.name)
        elif isinstance(event, RenameTold):
            self.renamed.emit(event.before, event.name)
        elif isinstance(event, CloseTold):
            self._seen(event.name)
            self._roster.told(event.name, Presence.CLOSED, "")
        if isinstance(event, Gap):
            self._note_gap(number)
        else:
            self._keep(number)

    def _note_gap(self, number: int) -> None:
        """Show that something was lost, and go on behind it."""
        assert self._cache is not None
        self._conversations.ledger.gap = number
        kept = self._cache.keep_gap(number)
        kept.addCallback(lambda _: self._acks.kept(number)).addErrback(self._stumbled)
        self.lost.emit(tr("Some of what was said while you were away is no longer kept by the server."))

    def _take_message(self, event: MessageTold) -> None:
        message = self._names.placed(message_of(event))
        for name in (message.sender, *message.to.names):
            self._seen(self._names.current(name))
        read = message.number <= self._read_to
        self._keep(message.number, message, read=read)
        # Told on another line of thought: after a break one's own message is known by its ref (R22).
        if not self._outbox.told(message):
            self._conversations.take(message, read=read)

    def _answered(self, number: int) -> None:
        self._newest = max(self._newest, number)

    def _caught_up(self, number: int) -> None:
        if number < self._expected and self._sync is not None:
            # After a break one's own messages are told too (R22): a log without them was set back.
            epoch = self.epoch or ""
            self.forget(tr("The server has lost what it had stored: everything is read anew."))
            self._begin_anew(epoch, number)
            if not self._syncing and self._say is not None:
                self._acks.begin(self._say, number)
                self.began_anew.emit()
            return
        self._expected = 0
        if self.position < number <= LARGEST:
            self.position = self._conversations.ledger.told = number
            self._keep(number)
        self.live.emit()

    def _seen(self, name: str) -> None:
        if self._roster.seen(name) and self._cache is not None:
            self._cache.keep_person(name).addErrback(self._stumbled)

    def _keep(self, position: int, message: Message | None = None, *, read: bool = False) -> None:
        assert self._cache is not None
        kept = self._cache.keep(position, message, read=read)
        kept.addCallback(lambda _: self._acks.kept(position)).addErrback(self._stumbled)

    def _stumbled(self, failure: Failure) -> None:
        self._log.failure("The stream stumbled", failure)
