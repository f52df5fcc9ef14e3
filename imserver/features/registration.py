"""Take a name: an account and its REGISTER entry, on disk before the OK."""

from __future__ import annotations

from improtocol import commands, replies
from improtocol.errors import InviteNeeded, InviteRefused, NameTaken, RegistrationClosed, TooOften

from ..claims import Claims
from ..dispatch import answers
from ..portal import codes
from ..portal.enrolling import Enrolling, Policy
from ..portal.passwords import Passwords
from ..server_log import ServerLog
from ..session import Session
from ..storage import interface


class Registration:
    """Whoever may, takes a name that is nobody's."""

    def __init__(
        self,
        accounts: interface.Accounts,
        passwords: Passwords,
        claims: Claims,
        log: ServerLog,
        enrolling: Enrolling,
    ) -> None:
        self._accounts = accounts
        self._passwords = passwords
        self._claims = claims
        self._log = log
        self._enrolling = enrolling

    @answers(commands.Register, writes=True)
    async def register(self, session: Session, command: commands.Register) -> replies.Registered:
        """Make the account; of two that ask at once, the writer lets one have it."""
        invite = await self._let_in(session, command)
        self._claims.judge(command.name)
        password_hash = await self._passwords.hash(command.password)
        with self._claims.claim(command.name):
            try:
                entry = await self._accounts.register(command.name, password_hash, invite)
            except interface.NameTaken:
                raise NameTaken(command.name) from None
            except interface.InviteRefused:
                raise InviteRefused() from None  # somebody else has used it up meanwhile
        session.account = entry.account
        self._log.note("registered", session=session.number, user=command.name)
        return replies.Registered(command.name)

    async def _let_in(self, session: Session, command: commands.Register) -> str | None:
        """Judge whether somebody may register before any name is: which there are is not for strangers."""
        try:
            return await self._judged(session, command.invite)
        except TooOften:
            # Not the name: it may be a password typed in its place.
            self._log.note("register-too-often", session=session.number)
            raise

    async def _judged(self, session: Session, invite: str | None) -> str | None:
        if self._enrolling.policy is Policy.CLOSED:
            raise RegistrationClosed()
        if invite is None:
            if self._enrolling.policy is Policy.INVITE:
                raise InviteNeeded()
            self._enrolling.ask(session.source)
            return None
        self._enrolling.show_invite(session.source)
        shown = codes.kept(invite)
        if not await self._accounts.invited(shown):
            self._enrolling.wrong_invite(session.source)
            self._log.note("invite-refused", session=session.number)
            raise InviteRefused()
        return shown
