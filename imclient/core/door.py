"""The way in: a server is reached and known, a name is taken there, and it is proved that it is ours."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from twisted.internet.defer import Deferred, succeed
from twisted.logger import Logger

from improtocol import commands
from improtocol.errors import LoginRefused, NoSuchDevice, NotTold
from improtocol.invite import Invite
from improtocol.replies import LoggedIn

from .connection import Connection
from .link import Link, LinkState
from .proof import TOKEN, Proof
from .reaching import NotConnected
from .records import Held
from .saying import canonical
from .settings import Settings
from .stream import Stream
from .tokens import Tokens
from .trust import Stranger, Trust


class Door:
    """A client's; it keeps what the name is proved with, from one break of the link to the next."""

    _log = Logger()

    def __init__(
        self,
        link: Link,
        trust: Trust,
        settings: Settings,
        tokens: Callable[[], Tokens],
        ask_trust: Callable[[Stranger], Deferred[bool]],
        save: Callable[[], object],
    ) -> None:
        self._link, self._trust, self._settings = link, trust, settings
        self._tokens, self._ask_trust, self._save = tokens, ask_trust, save
        self.proof: Proof | None = None

    # The server

    async def reach(self, host: str, port: int) -> None:
        """Connect; a server that nobody vouches for is shown to whoever may trust it."""
        try:
            await self._link.open(host, port)
        except Stranger as stranger:
            if not await self._ask_trust(stranger):
                raise
            self._trust.take(Invite(host, port, fingerprint=stranger.fingerprint))
            await self._link.open(host, port)
        if self._trust.confirm(host, port):
            self._save()

    async def connection(self) -> Connection:
        """Give the connection; one that was lost before anybody came in is made again."""
        if self._link.connection is None and self._link.host:
            await self._link.open(self._link.host, self._link.port)
        if self._link.connection is None:
            raise NotConnected()
        return self._link.connection

    @property
    def registering(self) -> str:
        """Who may take a name at this server: ``open``, ``invite`` or ``closed``; empty: it does not say."""
        hello = self._link.hello
        return (hello.register or "") if hello is not None else ""

    async def register(self, name: str, password: str, invite: str | None) -> None:
        """Take a name, by this code or by that of the invite that was taken."""
        connection = await self.connection()
        host, port = self._link.host, self._link.port
        # A server that says nothing of invites would not know the key.
        code = (invite or self._trust.code(host, port)) if self.registering else None
        await connection.perform(commands.Register(canonical(name), password, code))
        self._trust.used(host, port)

    # The proof

    async def proof_of(self, name: str, password: str, *, remember: bool) -> Proof:
        """Prove it by a password; what this device has to come back with goes, or is replaced."""
        await self.connection()
        keep = self._keep(canonical(name))
        if not remember:
            await keep(None)
            return Proof(password)
        return Proof(password, keep=keep)

    async def kept_proof(self, name: str) -> Proof | None:
        """Prove it by what this device was given to come back with; None: it has nothing (any more).

        Where the server asked for last is not reached, that is for later.
        """
        name = canonical(name)
        token = await self._tokens().find(self._place, name)
        return None if token is None else Proof(None, token, self._keep(name))

    def _keep(self, name: str) -> Callable[[str | None], Deferred[None]]:
        return partial(self._tokens().keep, self._place, name)

    @property
    def _place(self) -> str:
        return f"{self._link.host}:{self._link.port}"

    async def prove(
        self,
        name: str,
        proof: Proof,
        connection: Connection,
        standing: Callable[[], Stream | Held],
        begin_anew: Callable[[], None],
    ) -> LoggedIn:
        """Say LOGIN, from where this device stands.

        A token that opens nothing gives way to the password, and what this device holds to what is told.
        """
        for _ in range(2):
            try:
                return await connection.perform(self._login(name, proof, standing()))
            except NotTold:
                begin_anew()
            except LoginRefused:
                if not proof.refused():
                    raise
        return await connection.perform(self._login(name, proof, standing()))

    def _login(self, name: str, proof: Proof, mine: Stream | Held) -> commands.Login:
        return commands.Login(
            name,
            proof.password if proof.token is None else None,
            self._settings.device,
            mine.position if mine.epoch else None,
            mine.epoch or None,
            proof.token,
            remember=self._has_tokens and proof.token is None,
        )

    def call_me(self, name: str) -> Deferred[None] | None:
        """Prove another name from now on, with the same."""
        return self.proof.move(self._keep(name)) if self.proof is not None else None

    async def log_out(self) -> bool:
        """Leave, and have what this device came back with open nothing any more; say whether that is so.

        It is forgotten here, and the server is told by SIGNOUT.
        """
        proof, self.proof = self.proof, None
        kept = proof is not None and proof.is_kept
        forgotten = proof.forget() if proof is not None else succeed(None)
        forgotten.addErrback(lambda failure: self._log.failure("It is kept still", failure))
        ended = self._link.state is LinkState.SIGNED_OUT  # by somebody else
        undone = await self._link.leave(commands.SignOut(self._settings.device) if self._has_tokens else None)
        await forgotten
        return ended or not kept or undone is None or isinstance(undone, NoSuchDevice)

    @property
    def _has_tokens(self) -> bool:
        """Whether this server gives something to come back with."""
        return self._link.hello is not None and TOKEN in self._link.hello.can

    def changed(self, password: str, token: str | None) -> None:
        """Prove it by another password from now on, or by the token that came with it."""
        if self.proof is not None:
            self.proof.changed(password, token)
