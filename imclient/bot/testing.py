"""A rehearsal: a bot and the people it talks with, without a network and without waiting.

play = Rehearsal(bot)
play.hear("ana", "hello")
assert play.said == [("ana", "hello")]
"""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock

from imclient.core.agent import Told
from imclient.core.reaching import LinkLost
from imclient.core.roster import Presence
from imclient.core.signal import Signal
from improtocol import commands, replies
from improtocol.audience import EVERYONE, EVERYONE_SIGN, Audience
from improtocol.errors import NoSuchUser, RefUsed
from improtocol.events import Live, MessageTold, UserTold
from improtocol.replies import LoggedIn
from improtocol.vocabulary import Command

from .bot import Bot

EPOCH = "rehearsal"


class Rehearsal:
    """A server's log in memory, one bot, and a clock that the test moves."""

    def __init__(self, bot: Bot, *people: str) -> None:
        self.bot = bot
        self.clock = Clock()
        self.people = dict.fromkeys(people, Presence.ONLINE)
        self.said: list[tuple[str, str]] = []  #: what the bot said: to whom, and what
        self.acknowledged = 0  #: the bot's cursor
        self._log: list[MessageTold] = []
        self._refs: dict[str, tuple[int, str, str]] = {}
        self._session = _Session(self)
        bot.attach(self._session, self.clock, self.clock.seconds)
        self._come_in()

    def hear(self, sender: str, text: str, to: str = "") -> int:
        """Have somebody say something, to the bot alone if it is not said to whom; gives its number."""
        self.people.setdefault(sender, Presence.ONLINE)
        audience = EVERYONE if to == EVERYONE_SIGN else Audience.of(*(to or self.bot.name).split(","))
        event = MessageTold(len(self._log) + 1, sender, audience, text, at=round(self.clock.seconds() * 1000))
        self._log.append(event)
        if self._session.open:
            self._session.told.emit(event)
            self.settle()
        return event.number

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.settle()
        for _ in range(round(seconds * 4)):
            self.clock.advance(0.25)
        self.clock.advance(seconds % 0.25)

    def settle(self) -> None:
        """Let everything happen that needs no time."""
        self.clock.advance(0)

    def new(self) -> list[tuple[str, str]]:
        """Give what the bot said since the last look."""
        said, self.said[:] = list(self.said), []
        return said

    def lose(self) -> None:
        """Lose the connection; what the bot says now has no answer."""
        self._session.open = False
        self._session.went.emit()

    def come_back(self) -> None:
        """Have it back: what was not acknowledged is told again."""
        self._come_in()

    def crash(self, again: Bot) -> None:
        """End the bot as a power cut does, and start another from the server's cursor."""
        self._session.open = False
        self._session = _Session(self)
        now, self.clock = self.clock.seconds(), Clock()
        self.clock.advance(now)
        self.bot = again
        again.attach(self._session, self.clock, self.clock.seconds)
        self._come_in()

    def _come_in(self) -> None:
        session = self._session
        session.open = True
        session.came_in.emit(LoggedIn(self.bot.name, self.bot.device, EPOCH, self.acknowledged, 0))
        self._tell_from(self.acknowledged + 1)
        session.told.emit(Live(len(self._log), told=0))
        self.wait(2)

    def _tell_from(self, number: int) -> None:
        for event in self._log[number - 1 :]:
            if self._concerns(event):
                self._session.told.emit(event)

    def _concerns(self, event: MessageTold) -> bool:
        return event.audience.everyone or self.bot.name in (event.sender, *event.audience.names)

    def answer(self, command: Command[Any]) -> Deferred[Any]:
        """Answer as a server does."""
        if isinstance(command, commands.Send):
            return self._store(command)
        if isinstance(command, commands.Ack):
            self.acknowledged = max(self.acknowledged, command.number)
            return succeed(replies.Acked(command.number))
        if isinstance(command, commands.Sync):
            self.clock.callLater(0, self._tell_from, command.number)
            return succeed(replies.Synced(command.number))
        if isinstance(command, commands.Who):
            for name, presence in sorted(self.people.items()):
                self._session.told.emit(UserTold(name, presence))
            return succeed(replies.Who(len(self.people)))
        return fail(NotImplementedError(f"a rehearsal does not know {command.verb}"))

    def _store(self, command: commands.Send) -> Deferred[replies.Sent]:
        to, text, ref = str(command.audience), command.text, command.ref or ""
        if unknown := [name for name in command.audience.names if name not in self.people]:
            return fail(NoSuchUser(tuple(unknown)))
        number, *words = self._refs.get(ref, (0, to, text))
        if words != [to, text]:
            return fail(RefUsed(number))
        if not number:
            number = len(self._log) + 1
            self._log.append(MessageTold(number, self.bot.name, command.audience, text, at=0, ref=ref))
            self._refs[ref] = (number, to, text)
            self.said.append((to, text))
        return succeed(replies.Sent(number, at=0, to=len(command.audience.names), ref=ref))


class _Session:
    """A session with the rehearsal's server; while it is not open nothing is answered."""

    def __init__(self, play: Rehearsal) -> None:
        self.told: Signal[Told] = Signal()
        self.came_in: Signal[LoggedIn] = Signal()
        self.went: Signal[()] = Signal()
        self.ended: Signal[str] = Signal()
        self.open = False
        self._play = play

    def perform(self, command: Command[Any]) -> Deferred[Any]:
        """Answer a command."""
        return self._play.answer(command) if self.open else fail(LinkLost())

    def leave(self) -> Deferred[None]:
        """Leave."""
        self.open = False
        return succeed(None)
