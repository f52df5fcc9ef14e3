"""What administrators do with others: another password, out and in again, rights.  Each act is logged."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from improtocol import commands, replies
from improtocol.errors import BadArgument, LastAdministrator, NoSuchUser
from improtocol.events import Bye
from improtocol.fields import Right

from ..avatar import Avatar
from ..dispatch import answers
from ..portal import codes
from ..portal.passwords import Passwords
from ..server_log import ServerLog
from ..storage import interface
from ..users import User, Users

T = TypeVar("T")

PASSWORD_CHANGED = Bye(
    "password-changed", line="An administrator has given this account another password; ask for it."
)
DISCONNECTED = Bye("disconnected", line="An administrator has ended this session; you may come back.")
SUSPENDED = "An administrator has suspended this account."


class Administration:
    """Whoever asks is an administrator: the session has seen to that."""

    def __init__(
        self,
        stored: interface.Administration,
        accounts: interface.OwnAccount,
        passwords: Passwords,
        users: Users,
        log: ServerLog,
        draw: Callable[[int], int],
    ) -> None:
        self._stored = stored
        self._accounts = accounts
        self._passwords = passwords
        self._users = users
        self._log = log
        self._draw = draw

    # --- passwords ---

    @answers(commands.Reset, writes=True)
    async def reset(self, avatar: Avatar, command: commands.Reset) -> replies.Reset:
        """Give somebody another password; whoever came in by the old one goes."""
        user = self._other(avatar, command.name)
        password = codes.words(self._draw, codes.PASSWORD)
        password_hash = await self._passwords.hash(password)
        user.lock += 1  # first: what comes to the writer behind this was proved by the old one
        await self._accounts.set_password(user.account.id, password_hash)
        user.end_sessions(PASSWORD_CHANGED)
        self._log.note("reset", session=avatar.session.number, user=avatar.name, whom=user.name)
        return replies.Reset(user.name, password=password)

    # --- out, and in again ---

    @answers(commands.Suspend, writes=True)
    async def suspend(self, avatar: Avatar, command: commands.Suspend) -> replies.SuspendedNow:
        """Let somebody in no more; whoever is in goes."""
        user = self._other(avatar, command.name)
        user.lock += 1
        since = await self._unless_last(self._stored.suspend(user.account.id))
        user.become(suspended=since)
        user.end_sessions(Bye("suspended", line=command.why or SUSPENDED))
        self._log.note("suspended", session=avatar.session.number, user=avatar.name, whom=user.name)
        return replies.SuspendedNow(user.name)

    @answers(commands.Restore, writes=True)
    async def restore(self, avatar: Avatar, command: commands.Restore) -> replies.Restored:
        """Let somebody in again."""
        user = self._user(command.name)
        await self._stored.restore(user.account.id)
        user.become(suspended=None)
        self._log.note("restored", session=avatar.session.number, user=avatar.name, whom=user.name)
        return replies.Restored(user.name)

    @answers(commands.Disconnect)
    async def disconnect(self, avatar: Avatar, command: commands.Disconnect) -> replies.Disconnected:
        """End sessions; one's own ends once the OK is written."""
        user = self._user(command.name)
        ended = [one for one in user.avatars if command.device in (None, one.device)]
        for one in ended:
            if one is avatar:
                avatar.session.afterwards(lambda: avatar.session.end(DISCONNECTED))
            else:
                one.session.end(DISCONNECTED)
        self._log.note(
            "disconnected",
            session=avatar.session.number,
            user=avatar.name,
            whom=user.name,
            device=command.device,
            sessions=len(ended),
        )
        return replies.Disconnected(user.name, sessions=len(ended))

    # --- rights ---

    @answers(commands.Grant, writes=True)
    async def grant(self, avatar: Avatar, command: commands.Grant) -> replies.Granted:
        """Give a right."""
        user = self._user(command.name)
        await self._set(user, command.right_, True)
        self._log.note(
            "granted", session=avatar.session.number, user=avatar.name, whom=user.name, right=command.right_
        )
        return replies.Granted(user.name, command.right_)

    @answers(commands.Revoke, writes=True)
    async def revoke(self, avatar: Avatar, command: commands.Revoke) -> replies.Revoked:
        """Take a right away."""
        user = self._user(command.name)
        await self._set(user, command.right_, False)
        self._log.note(
            "revoked", session=avatar.session.number, user=avatar.name, whom=user.name, right=command.right_
        )
        return replies.Revoked(user.name, command.right_)

    async def _set(self, user: User, right: Right, given: bool) -> None:
        if right is Right.ADMINISTRATOR:
            await self._unless_last(self._stored.set_administrator(user.account.id, given))
            user.entitle(administrator=given)
        else:
            await self._stored.set_everyone(user.account.id, given)
            user.entitle(everyone=given)

    # --- who ---

    def _user(self, name: str) -> User:
        user = self._users.get(name)
        if user is None:
            raise NoSuchUser((name,))
        return user

    def _other(self, avatar: Avatar, name: str) -> User:
        user = self._user(name)
        if user.account == avatar.account:
            raise BadArgument("name", rule="somebody else's")
        return user

    async def _unless_last(self, asked: Awaitable[T]) -> T:
        try:
            return await asked
        except interface.LastAdministrator:
            raise LastAdministrator() from None
