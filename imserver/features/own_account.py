"""What is done to one's own account with the password in hand: another password, and the end of it."""

from __future__ import annotations

from improtocol import commands, replies
from improtocol.errors import BadArgument, Busy, LastAdministrator, LoginRefused, TooOften, Unconfirmed
from improtocol.events import Bye

from ..avatar import Avatar
from ..dispatch import answers
from ..portal.checkers import PasswordChecker, WrongSecret
from ..portal.confirming import Confirming
from ..portal.guessing import Guess, Guessing
from ..portal.passwords import Passwords
from ..portal.tokens import kept_of, new_token
from ..server_log import ServerLog
from ..storage import interface
from ..storage.records import NAMELESS
from ..users import User, Users

PASSWORD_CHANGED = Bye("password-changed", line="The password was changed; come in with the new one.")
CLOSED = Bye("closed", line="The account is closed.")
#: Seconds until a password that was just changed is the one to prove.
COME_AGAIN = 1


class OwnAccount:
    """A session is not enough here: whoever finds one open must not get the account with it."""

    def __init__(
        self,
        accounts: interface.OwnAccount,
        checker: PasswordChecker,
        confirming: Confirming,
        guessing: Guessing,
        passwords: Passwords,
        users: Users,
        log: ServerLog,
    ) -> None:
        self._accounts = accounts
        self._checker = checker
        self._confirming = confirming
        self._guessing = guessing
        self._passwords = passwords
        self._users = users
        self._log = log

    @answers(commands.Confirm)
    async def confirm(self, avatar: Avatar, command: commands.Confirm) -> replies.Confirmed:
        """Have the password said again; it is guessed no faster here than at the door."""
        session = avatar.session
        guess = Guess(self._users.key(avatar.name), session.source, avatar.device or None)
        try:
            await self._guessing.attempt(guess, lambda: self._prove(avatar, command.password))
        except TooOften:
            self._log.note("login-too-often", session=session.number, user=avatar.name)
            raise
        self._confirming.was_said(avatar)
        return replies.Confirmed()

    async def _prove(self, avatar: Avatar, password: str) -> None:
        lock = self._users.of(avatar.account.id).lock
        try:
            account = await self._checker.prove(avatar.name, password)
        except WrongSecret:
            self._log.note("confirm-refused", session=avatar.session.number, user=avatar.name)
            raise LoginRefused() from None
        if account != avatar.account.id:
            raise LoginRefused()
        if lock != self._users.of(account).lock:
            raise Busy(retry_after=COME_AGAIN)
        avatar.lock = lock

    @answers(commands.ChangePassword, writes=True)
    async def change(self, avatar: Avatar, command: commands.ChangePassword) -> replies.PasswordChanged:
        """Keep another secret; whatever came in by the old one goes, but this session."""
        self._confirming.check(avatar)
        if command.remember and avatar.device == NAMELESS:
            raise BadArgument("remember", rule="left out by a session that named no device")
        password_hash = await self._passwords.hash(command.password)
        user = self._proving_no_more(avatar)
        token = new_token() if command.remember else None
        kept = None if token is None else (avatar.device, kept_of(token))
        await self._accounts.set_password(user.account.id, password_hash, kept)
        user.end_sessions(PASSWORD_CHANGED, but=avatar)
        self._log.note("password-changed", session=avatar.session.number, user=avatar.name)
        return replies.PasswordChanged(token)

    @answers(commands.Close, writes=True)
    async def close(self, avatar: Avatar, command: commands.Close) -> replies.Closed:
        """Close the account; its name is said so that nobody does it by a slip."""
        self._confirming.check(avatar)
        if command.name != avatar.name:
            raise BadArgument("name", rule=f"your own, which is {avatar.name}")
        user = self._proving_no_more(avatar)
        try:
            entry = await self._accounts.close_account(user.account.id)
        except interface.LastAdministrator:
            raise LastAdministrator() from None
        user.end_sessions(CLOSED, but=avatar)
        avatar.session.afterwards(lambda: avatar.session.end(CLOSED))
        self._log.note("closed", session=avatar.session.number, user=entry.sender)
        return replies.Closed(entry.number)

    def _proving_no_more(self, avatar: Avatar) -> User:
        """Void what was proved so far, before anything is stored.

        What another session asks of the writer from here on comes after that, so a thief who has one
        cannot put his own password behind the owner's.
        """
        user = self._users.of(avatar.account.id)
        if avatar.lock != user.lock or avatar not in user.avatars:
            raise Unconfirmed()
        user.lock += 1
        avatar.lock = user.lock
        return user
