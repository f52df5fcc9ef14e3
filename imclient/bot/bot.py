"""A bot: somebody who is a program, and answers."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from random import Random, SystemRandom
from typing import Any, Protocol, TypeVar

from twisted.internet.defer import Deferred, maybeDeferred, succeed
from twisted.internet.task import deferLater
from twisted.logger import Logger
from twisted.python.failure import Failure

from imclient.core.agent import Told
from imclient.core.roster import Person, Roster
from imclient.core.settings import HOST
from imclient.core.signal import Signal
from improtocol.audience import EVERYONE, EVERYONE_SIGN, Audience
from improtocol.commands import Ack, Sync, Who
from improtocol.events import UserTold
from improtocol.invite import PORT
from improtocol.names import UnicodeNames
from improtocol.replies import LoggedIn
from improtocol.vocabulary import Command, Reply

from .awaited import Awaited
from .command import BotCommand, Unclear
from .handing import MOST_OUTGOING, Entry, Handing, is_live
from .message import Message
from .outgoing import Outgoing

R = TypeVar("R", bound=Reply)
F = TypeVar("F", bound=Callable[..., Any])

#: What a handler may give: nothing, a text that is replied, or something to be awaited that gives that.
Outcome = str | None | Awaitable[str | None]
#: No roster has more pages; a server that goes on is not asked on.
MOST_PAGES = 1000


class Session(Protocol):
    """What a bot needs of an `imclient.core.agent.Agent`; a rehearsal has one of its own."""

    told: Signal[Told]
    came_in: Signal[LoggedIn]
    went: Signal[()]
    ended: Signal[str]

    def perform(self, command: Command[R]) -> Deferred[R]:
        """Give a command."""

    def leave(self) -> Deferred[None]:
        """Leave for good."""


class Bot:
    """A bot.  ``device`` is its cursor at the server: two of one name and device end each other's session.

    ``at_once`` handlers may be under way together; they begin in the order of the log.  A handler that
    raises is called again, after 1, 2, 4 ... seconds, ``tries`` times in all (None: for ever); then the
    message is passed over.
    """

    _log = Logger()

    def __init__(
        self,
        name: str,
        *,
        host: str = HOST,
        port: int = PORT,
        device: str = "bot",
        invite: str | None = None,
        at_once: int = 1,
        tries: int | None = 5,
        random: Random | None = None,
    ) -> None:
        self.name, self.host, self.port, self.device = name, host, port, device
        self.invite = invite  #: where its server is and by what it is known, instead of host and port
        self.commands: dict[str, BotCommand] = {}
        self.ended: Deferred[None] = Deferred()  #: it is over: by `stop`, or with the trouble
        self._random = random or SystemRandom()
        self._at_once, self._tries = at_once, tries
        self._on_message: Callable[[Message], Outcome] | None = None
        self._on_ready: Callable[[], Outcome] | None = None
        self._clock: Any = None
        self._now: Callable[[], float] = time.time
        self._session: Session | None = None
        self._in_asyncio = False
        self._is_ready = False

    # What a bot's author says

    def on_message(self, handler: F) -> F:
        """Have this called with each message that is no command; a text that it gives is the reply."""
        self._on_message = handler
        return handler

    def on_ready(self, handler: F) -> F:
        """Have this called once, when the bot is in and has been told all that waited."""
        self._on_ready = handler
        return handler

    def command(self, function: F) -> F:
        """Have a function called when the bot is told its name first, or ``!name`` anywhere."""
        made = BotCommand(function)
        self.commands[made.word] = made
        return function

    # What a bot's author asks

    def say(self, audience: Audience | str, text: str, ref: str | None = None) -> Awaited[int]:
        """Say something of one's own accord; awaited, it gives its number.

        The audience is one name, names with commas between, or EVERYONE.  It is said again after a break
        until it is answered; a program that ends before may say it again with its ``ref``: there will be one.
        """
        ref = ref or f"{self._random.getrandbits(96):024x}"
        return self._outgoing.put(_audience(audience), text, ref)

    @property
    def reactor(self) -> Any:
        """The reactor it runs on, once it has begun; in a rehearsal the test's clock."""
        return self._clock

    def people(self) -> Awaited[list[Person]]:
        """Ask who there is, but for the bot, and how they are."""
        return Awaited(Deferred.fromCoroutine(self._ask_people()))

    def perform(self, command: Command[R]) -> Awaited[R]:
        """Give any command of the language."""
        assert self._session is not None, "the bot has not begun"
        return Awaited(self._session.perform(command))

    def sleep(self, seconds: float) -> Awaited[None]:
        """Wait."""
        return Awaited(deferLater(self._clock, seconds))

    def after(self, seconds: float, act: Callable[[], Outcome]) -> None:
        """Do something in so many seconds."""
        self._clock.callLater(max(0.0, seconds), lambda: self._do(act))

    def now(self) -> float:
        """Give the time, seconds since 1970; in a rehearsal it is the test's."""
        return self._now()

    def do(self, act: Callable[[], Outcome]) -> None:
        """Do something now, beside the handling of messages; what goes wrong is logged."""
        self._do(act)

    # Running

    def run(self, arguments: list[str] | None = None) -> None:
        """Be a program: read the command line, run until it ends, exit with a status."""
        from .app import run  # noqa: PLC0415  (it loads the reactor)

        run(self, arguments)

    async def serve(self, password: str) -> None:
        """Run in an asyncio program until the bot ends; whoever cancels it stops it."""
        from .app import serve  # noqa: PLC0415

        await serve(self, password)

    def start(
        self, reactor: Any, password: str, *, register: bool = False, in_asyncio: bool = False
    ) -> Deferred[None]:
        """Connect and come in, in a Twisted program; fails with an error whose ``str`` is a sentence.

        From then on the bot comes back by itself, until `stop`; `ended` tells when it does not.
        """
        from imclient.core.agent import Agent  # noqa: PLC0415

        agent = Agent(reactor, random=self._random)
        self._in_asyncio = in_asyncio
        self.attach(agent, reactor)
        return Deferred.fromCoroutine(self._come_in(agent, password, register))

    def stop(self) -> Deferred[None]:
        """Leave; what is not acknowledged is handed over again the next time."""
        if self._session is None:
            return succeed(None).addCallback(self._end)
        return self._session.leave().addCallback(self._end)

    def attach(self, session: Session, clock: Any, now: Callable[[], float] = time.time) -> None:
        """Hear and speak through a session."""
        self._session, self._clock, self._now = session, clock, now
        self._roster = Roster(clock.seconds)
        self._roster.me = self.name
        self._outgoing = Outgoing(clock, session.perform, self._eased)
        self._handing = Handing(
            clock,
            self._handle,
            lambda: len(self._outgoing) < MOST_OUTGOING,
            sync=lambda number: session.perform(Sync(number)),
            at_once=self._at_once,
            tries=self._tries,
        )
        session.came_in.connect(self._came_in)
        session.told.connect(self._told)
        session.went.connect(self._went)
        session.ended.connect(self._gave_up)

    async def _come_in(self, agent: Any, password: str, register: bool) -> None:
        from improtocol.errors import NameTaken  # noqa: PLC0415

        if self.invite is not None:
            invite = agent.take_invite(self.invite)
            self.host, self.port = invite.host, invite.port
        await agent.connect(self.host, self.port)
        if register:
            try:
                await agent.register(self.name, password)
            except NameTaken:
                self._log.debug("it is registered already")
        await agent.log_in(self.name, password, self.device)

    def _came_in(self, reply: LoggedIn) -> None:
        assert self._session is not None
        session = self._session
        self.name = self._roster.me = reply.name
        self._handing.begin(reply, lambda number: session.perform(Ack(number)))
        self._outgoing.begin()

    def _went(self) -> None:
        self._handing.stop()
        self._outgoing.stop()

    def _gave_up(self, sentence: str) -> None:
        self._end(Failure(ConnectionError(sentence)))

    def _end(self, outcome: Failure | None) -> None:
        if not self.ended.called:
            self.ended.callback(outcome)  # a Failure makes it fail

    def _eased(self) -> None:
        self._handing.pump()

    def _told(self, event: Told) -> None:
        if isinstance(event, UserTold):
            self._roster.told(event.name, event.presence, event.text)
            return
        self._handing.told(event)
        if is_live(event) and not self._is_ready:
            self._is_ready = True
            if self._on_ready is not None:
                self._do(self._on_ready)

    # Handling

    def _handle(self, entry: Entry) -> Deferred[None] | None:
        event = entry.event
        assert event is not None
        if event.sender == self.name:  # said by another device of the same account, or by this one before
            return None
        message = Message(
            event.number,
            event.sender,
            event.audience,
            event.text,
            event.at / 1000,
            self.name,
            self._saying(entry),
        )
        outcome = self._obey(message)
        if outcome is None or isinstance(outcome, str):
            self._reply(outcome, message)
            return None
        return self._wait_for(outcome).addCallback(self._reply, message)

    def _saying(self, entry: Entry) -> Callable[[Audience, str], Awaited[int]]:
        """Give a way to say things that belong to an entry: under refs that are the same each time."""
        count = 0

        def say(audience: Audience, text: str) -> Awaited[int]:
            nonlocal count
            count += 1
            ref = f"re.{self.device[:16]}.{self._handing.epoch[:16]}.{entry.number}.{count}"
            said = self._outgoing.put(audience, text, ref)
            self._handing.begun(entry)
            said.deferred().addBoth(lambda _: self._handing.ended(entry))
            return said

        return say

    def _obey(self, message: Message) -> Outcome:
        """Call what a message is for."""
        called, word, rest = _command_in(message)
        command = self.commands.get(word)
        if command is not None and called:
            try:
                outcome: Outcome = command.call(message, rest)
            except Unclear as unclear:
                return str(unclear)
            return outcome
        if self.commands and word == "help" and called:
            return self._help(rest.strip())
        if self._on_message is not None:
            return self._on_message(message)
        if self.commands and message.private:
            return f"I do not know that. {self._help('')}"
        return None

    def _help(self, word: str) -> str:
        if word in self.commands:
            return f"{self.commands[word].usage}\n{self.commands[word].does}".strip()
        return "\n".join(["I know:", *(command.help for command in self.commands.values()), "help [COMMAND]"])

    @staticmethod
    def _reply(text: str | None, message: Message) -> None:
        if text:
            message.reply(text)

    def _wait_for(self, outcome: Awaitable[str | None]) -> Deferred[Any]:
        if isinstance(outcome, Deferred):
            return outcome
        if self._in_asyncio:
            return Deferred.fromFuture(asyncio.ensure_future(outcome))
        if inspect.iscoroutine(outcome):
            return Deferred.fromCoroutine(outcome)
        return Deferred.fromCoroutine(_awaiting(outcome))

    def _do(self, act: Callable[[], Outcome]) -> None:
        def begin() -> Any:
            outcome = act()
            return None if outcome is None or isinstance(outcome, str) else self._wait_for(outcome)

        maybeDeferred(begin).addErrback(lambda failure: self._log.failure("The bot stumbled", failure))

    async def _ask_people(self) -> list[Person]:
        assert self._session is not None, "the bot has not begun"
        after: str | None = None
        for _ in range(MOST_PAGES):
            reply = await self._session.perform(Who(after=after))
            if reply.after is None or (after is not None and reply.after <= after):
                break
            after = reply.after
        return self._roster.people()


async def _awaiting(outcome: Awaitable[str | None]) -> str | None:
    return await outcome


def _command_in(message: Message) -> tuple[bool, str, str]:
    """Give whether a message calls a command, the word, and what stands behind."""
    head, _, rest = message.text.strip().partition(" ")
    marked = head.startswith("!")
    return marked or message.private, head.removeprefix("!").lower(), rest


def _audience(written: Audience | str) -> Audience:
    if isinstance(written, Audience):
        return written
    if written == EVERYONE_SIGN:
        return EVERYONE
    return Audience.of(*(UnicodeNames().canonical(name.strip()) for name in written.split(",")))
