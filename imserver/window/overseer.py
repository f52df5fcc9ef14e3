"""What the window asks of the server, how often, and where each answer goes."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from PyQt5.QtCore import QObject, pyqtSignal
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime, IStreamClientEndpoint
from twisted.internet.task import LoopingCall
from twisted.python.failure import Failure

from improtocol import commands, events, replies
from improtocol.errors import Refusal
from improtocol.fields import Way
from improtocol.vocabulary import Command, Event, Reply
from imqt import clamping
from imtongue import tr, trn

from . import notes, sight
from .connection import Answer, Lost, Strange
from .figures import EVERY, Figures
from .link import DEVICE, Key, Link, State
from .people import Person
from .people_model import PeopleModel
from .wire_model import Kind, Row, WireModel

R = TypeVar("R", bound=Reply)
T = TypeVar("T")

#: So many looks at the figures go by between two pages of accounts, which cost the server more.
ACCOUNTS_EVERY = 5
#: Signs of a message that are shown in a line.
LONGEST = 300
#: Looks that may stay without an answer; then the connection is given up.
UNANSWERED = 15


class Overseer(QObject):
    """The server as an administrator sees it, kept current."""

    link_changed = pyqtSignal()
    figures_changed = pyqtSignal()
    filled = pyqtSignal()  #: everybody there is has been shown
    told = pyqtSignal(str, str)  #: who said something to this administrator, and what

    def __init__(
        self,
        clock: IReactorTime,
        now: Callable[[], float],
        way: Callable[[], IStreamClientEndpoint],
        kept: Callable[[Key], None] = lambda key: None,
        device: str = DEVICE,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.people = PeopleModel(now, self)
        self.wire = WireModel(self)
        self.figures = Figures()
        self.seen = now()  #: when the server was heard of last
        self.in_sight: Callable[[], Sequence[Person]] = tuple  #: gives who is on the screen
        self.full = False  #: everybody has been shown at least once
        self.link = Link(clock, way, self._on_told, self._on_link, kept, device)
        self._clock, self.now = clock, now
        self._texts = self._online = False
        self._heard = self._acked = 0
        self._beat = LoopingCall(self._on_beat)
        self._beat.clock = clock
        self._backing_up = False
        self._looks = self._unanswered = 0
        self._next_session = 0
        self._next_account = ""

    def enter(self, key: Key) -> Deferred[None]:
        """Come in, and begin to look."""
        return self.link.enter(key)

    def stays_away(self) -> None:
        """Look no more, and do not come back when the server ends this session."""
        self._stop()
        self.link.stays_away = True

    def close(self) -> Deferred[None]:
        """Look no more."""
        self._stop()
        return self.link.close()

    def ask(self, command: Command[R]) -> Deferred[Answer[R]]:
        """Ask the server for one of the everyday acts."""
        return self.link.ask(command)

    def back_up(self) -> Deferred[Answer[replies.BackedUp]]:
        """Have a backup made; nothing else is answered meanwhile, so that nothing is asked."""
        self._backing_up = True
        return self.ask(commands.Backup()).addBoth(self._backed_up)

    def _backed_up(self, result: T) -> T:
        self._backing_up = False
        return result

    def show_texts(self, texts: bool) -> None:
        """Have the lines with what people say in them, or without."""
        self._texts = texts
        if self.link.state is State.ONLINE:
            self._watch()

    # --- the link ---

    def _on_link(self) -> None:
        online = self.link.state is State.ONLINE
        if online:
            self._begin()
        else:
            self._stop()
        if online is not self._online and self.full:
            lost = tr("Not connected any more. {why}", why=self.link.why)
            words = tr("Connected to the server again") if online else lost
            self.wire.add(Row(self.now(), Kind.NOTE, "", words, "dim" if online else "waiting"))
        self._online = online
        self.link_changed.emit()

    def _begin(self) -> None:
        self._heard = self._acked = self._unanswered = self._looks = 0
        self._watch()
        self._do(self._fill())
        self._beat.start(EVERY)

    def _stop(self) -> None:
        if self._beat.running:
            self._beat.stop()

    def _watch(self) -> None:
        self.ask(commands.Watch(lines=True, texts=self._texts)).addErrback(self._pass_over)

    async def _fill(self) -> None:
        """Be shown everybody: first who is here, then all there are, a page at a time."""
        after = await self._look_at_sessions(0)
        while after:
            after = await self._look_at_sessions(after)
        name = await self._look_at_accounts("")
        while name:
            name = await self._look_at_accounts(name)
        self.full = True
        self.filled.emit()

    async def _look_at_sessions(self, after: int) -> int:
        """Be shown a page; give behind which number the next one stands, or 0."""
        answer = await self.ask(commands.Sessions(after or None))
        shown = [self._idle(item) for item in answer.items if isinstance(item, replies.SessionShown)]
        following = answer.reply.after or 0
        self.people.people.take_sessions(after, shown, not following)
        return following

    def _idle(self, item: replies.SessionShown) -> replies.SessionShown:
        """Leave out what waits for this window: it is this very answer."""
        own = item.user == self.link.entered and item.device == self.link.device
        return replace(item, queue=0) if own else item

    async def _look_at_accounts(self, after: str) -> str:
        """Be shown a page; give behind which name the next one stands, or nothing."""
        answer = await self.ask(commands.Accounts(after or None))
        shown = [item for item in answer.items if isinstance(item, replies.AccountShown)]
        following = answer.reply.after or ""
        self.people.people.take_accounts(after, shown, not following)
        return following

    # --- every few seconds ---

    def _on_beat(self) -> None:
        if self._backing_up:
            return
        self._unanswered += 1
        if self._unanswered > UNANSWERED:
            self.link.cut()
            return
        self.ask(commands.Stats()).addCallbacks(self._on_figures, self._pass_over)
        if self._heard > self._acked:
            self._acked = self._heard
            self.ask(commands.Ack(self._heard)).addErrback(self._pass_over)
        if self.full:
            self._look_around()

    def _look_around(self) -> None:
        """Look at the next page of everybody, and at what is on the screen: what was told may not be all."""
        self._looks += 1
        self._do(self._look_on(self._looks % ACCOUNTS_EVERY == 0))
        seen, people, now = self.in_sight(), self.people.people, self.now()
        for number in sight.sessions(seen, people.numbers, now):
            self._do(self._look_at_sessions(number))
        for name in sight.accounts(seen, (one.name for one in people.all.values() if one.name), now):
            self._do(self._look_at_accounts(name))

    async def _look_on(self, accounts: bool) -> None:
        """Look at the page behind the last one of the round."""
        self._next_session = await self._look_at_sessions(self._next_session)
        if accounts:
            self._next_account = await self._look_at_accounts(self._next_account)

    def _on_figures(self, answer: Answer[replies.Stats]) -> None:
        self._unanswered = 0
        self.seen = self.now()
        found = {item.name: item.number for item in answer.items if isinstance(item, replies.StatShown)}
        waiting = found.get("waiting", self.people.people.backlog()[0])
        self.figures.take(self._clock.seconds(), found, waiting)
        self.figures_changed.emit()

    def _do(self, looking: Coroutine[Deferred[Any], Any, object]) -> None:
        Deferred.fromCoroutine(looking).addErrback(self._pass_over)

    @staticmethod
    def _pass_over(failure: Failure) -> None:
        """Leave what was not answered: it is asked again."""
        failure.trap(Lost, Strange, Refusal)

    # --- what is told ---

    def _on_told(self, event: Event) -> None:
        if isinstance(event, events.LineTold):
            self._on_line(event)
        elif isinstance(event, events.NoteTold):
            self._on_note(event)
        elif event.numbered:
            self._heard = max(self._heard, getattr(event, "number", 0))
            if isinstance(event, events.MessageTold) and event.sender != self.link.entered:
                self._on_message(event)

    def _on_line(self, event: events.LineTold) -> None:
        now = self.now()
        if event.missed:
            words = trn(
                "{count} line was not shown: too many at once",
                "{count} lines were not shown: too many at once",
                event.missed,
            )
            self.wire.add(Row(now, Kind.NOTE, "", words, "waiting"))
        kind = Kind.IN if event.way is Way.IN else Kind.OUT
        self.wire.add(Row(now, kind, event.user or f"? {event.session}", event.line))
        if kind is Kind.IN:
            self.people.people.said(event.session, _verb_of(event.line))

    def _on_note(self, event: events.NoteTold) -> None:
        note = notes.read(event.line)
        if note is None:
            return
        self.people.people.note(note)
        if note.event != "sent":  # the line itself is there
            self.wire.add(Row(note.at, Kind.NOTE, "", notes.sentence(note), notes.token(note)))

    def _on_message(self, event: events.MessageTold) -> None:
        at = event.at / 1000
        shown = clamping.clamped(" ".join(event.text[:LONGEST].split()))
        words = tr("{name} to you: {text}", name=event.sender, text=shown)
        self.wire.add(Row(at, Kind.NOTE, event.sender, words, "accent"))
        self.told.emit(event.sender, event.text)


def _verb_of(line: str) -> str:
    """Give the verb of a client's line."""
    words = [word for word in line.split(" ") if word and not word.startswith("@")]
    return words[0].upper() if words and words[0].isalpha() else ""
