"""Coming in by questions: where to, who, and, for whoever is refused, whether to register the name."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from typing import Protocol

from twisted.internet.defer import Deferred

from imclient.core import wording
from imclient.core.client import Client
from imclient.core.reaching import Unreachable
from imclient.core.refusals import why_not
from imclient.core.saying import canonical
from imclient.core.settings import HOST, Options
from imclient.core.trust import Stranger
from improtocol.errors import LoginRefused, Refusal
from improtocol.invite import PORT, BadInvite, looks_like_one
from imtongue import tr


class Gone(Exception):
    """Whoever was asked has left, or there is nobody to ask."""


class Asker(Protocol):
    """Somebody who can be asked."""

    #: Whether a wrong answer may be followed by another.
    patient: bool

    async def ask(self, question: str, *, secret: bool = False, given: str = "") -> str:
        """Give the answer to a question; raises `Gone`."""

    def tell(self, sentence: str) -> None:
        """Tell something."""


Password = Callable[[str, str, int], Awaitable[str | None]]


class Entrance:
    """Lets one user in."""

    def __init__(self, client: Client, options: Options, asker: Asker, password: Password) -> None:
        self._client, self._options, self._asker = client, options, asker
        self._password = password
        if asker.patient:
            client.ask_trust = lambda stranger: Deferred.fromCoroutine(self._ask_trust(stranger))
        self._kept = True  # the password that is kept somewhere has not been refused yet
        settings = client.settings
        told = options.invite is not None or (options.host, options.port) != (HOST, PORT)
        self._host = options.host if told else settings.host
        self._port = options.port if told else settings.port

    async def enter(self) -> None:
        """Connect and come in; raises the trouble if there is nobody to try again."""
        await self._connect()
        while True:
            try:
                return await self._log_in()
            except Refusal as refused:
                if not isinstance(refused, LoginRefused):  # of which it was told already
                    self._asker.tell(wording.plainly(refused))
                if not self._asker.patient:
                    raise
                self._kept = False
            except Unreachable as trouble:
                self._asker.tell(str(trouble))
                if not self._asker.patient:
                    raise
                await self._connect()

    # Where to

    async def _connect(self) -> None:
        while True:
            try:
                await self._client.connect(self._host, self._port)
                return
            except Unreachable as trouble:
                self._asker.tell(str(trouble))
                if not self._asker.patient:
                    raise
            await self._ask_where()

    async def _ask_where(self) -> None:
        written = await self._asker.ask(
            tr("Server (host port or invite)"), given=f"{self._host} {self._port}"
        )
        if looks_like_one(written):
            self._take_invite(written)
            return
        host, _, port = written.strip().partition(" ")
        if host:
            self._host = host
        if port.strip().isdecimal() and 0 < int(port.strip()[:6]) < 65536:
            self._port = int(port)
        elif port:
            self._asker.tell(tr("A port is a number from 1 to 65535."))

    def _take_invite(self, pasted: str) -> None:
        try:
            invite = self._client.take_invite(pasted)
        except BadInvite as bad:
            self._asker.tell(why_not(bad))
        else:
            self._host, self._port = invite.host, invite.port

    async def _ask_trust(self, stranger: Stranger) -> bool:
        """Ask whether a server that nobody vouches for is the right one."""
        self._asker.tell(str(stranger))
        answer = await self._asker.ask(tr("Is it that one, and shall it be trusted (yes, no)"))
        return answer.strip().lower() in ("yes", tr("yes"))

    # Who

    async def _log_in(self) -> None:
        names = self._client.settings.names(self._host, self._port)
        name = self._options.name or ""
        if not name or not self._kept:  # what was said on the command line is not asked for, but once refused
            name = canonical(await self._asker.ask(tr("Name"), given=name or next(iter(names), "")))
        if self._kept and await self._client.come_back(name):
            return
        password = await self._password(name, self._host, self._port) if self._kept else None
        if password is None:
            password = await self._asker.ask(tr("Password"), secret=True)
        try:
            await self._client.log_in(name, password, remember=self._options.remember)
        except LoginRefused:
            if self._asker.patient or self._client.trust.code(self._host, self._port) is None:
                await self._offer(name, password)
            else:  # a pipe has lines to say, and the code was given for nothing else
                await self._register(name, password)

    async def _offer(self, name: str, password: str) -> None:
        """Offer registration: the server never tells whether the name or the password was wrong."""
        self._asker.tell(tr("Wrong name or password."))
        try:
            answer = await self._asker.ask(
                tr("New here? Register {name} with this password (yes, no)", name=name)
            )
        except Gone:
            if self._asker.patient:
                raise
            raise LoginRefused() from None  # of a pipe that has no more lines that is what is to be known
        if not answer.strip().lower().startswith(("y", tr("yes")[:1])):
            raise LoginRefused()
        again = await self._asker.ask(tr("The password again"), secret=True)
        if not hmac.compare_digest(again.encode(), password.encode()):
            self._asker.tell(tr("The two passwords are not the same."))
            raise LoginRefused()
        await self._register(name, password)

    async def _register(self, name: str, password: str) -> None:
        await self._client.register(name, password)
        self._asker.tell(tr("{name} is registered.", name=name))
        await self._client.log_in(name, password, remember=self._options.remember)
