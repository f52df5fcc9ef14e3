"""Come in and go: a secret is proved, and a device takes its place in the stream."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from twisted.cred.credentials import UsernamePassword
from twisted.cred.error import UnauthorizedLogin
from twisted.cred.portal import Portal

from improtocol import commands, limits, replies
from improtocol.errors import (
    Busy,
    ExtraText,
    LoginRefused,
    MissingKey,
    NoText,
    NotTold,
    Suspended,
    TooManySessions,
    TooOften,
)
from improtocol.events import Bye, Limits

from ..avatar import Avatar, rights_of
from ..dispatch import answers
from ..mailroom import Mailroom
from ..portal.confirming import Confirming
from ..portal.guessing import Guess, Guessing
from ..portal.realm import IAvatar
from ..portal.tokens import Token, kept_of, new_token
from ..presence import Presence
from ..server_log import ServerLog
from ..session import Session
from ..storage.interface import Devices, DiskFull, Log
from ..storage.records import NAMELESS, Arrival
from ..users import User, Users

#: Seconds until what is being changed has been.
COME_AGAIN = 1
REPLACED = Bye("replaced", line="You came in on this device elsewhere.")


class Login:
    """Lets those in who prove a name."""

    def __init__(
        self,
        portal: Portal,
        guessing: Guessing,
        confirming: Confirming,
        devices: Devices,
        stored: Log,
        users: Users,
        mailroom: Mailroom,
        presence: Presence,
        log: ServerLog,
        epoch: str,
    ) -> None:
        self._portal = portal
        self._guessing = guessing
        self._confirming = confirming
        self._devices = devices
        self._stored = stored
        self._users = users
        self._mailroom = mailroom
        self._presence = presence
        self._log = log
        self._epoch = epoch

    @answers(commands.Login, writes=True)
    async def log_in(self, session: Session, command: commands.Login) -> replies.LoggedIn:
        """Prove a name, and begin to tell its stream once the OK is written."""
        _check(command)
        avatar, leave = await self._in_turn(session, command)
        user = self._users.of(avatar.account.id)
        if user.account.suspended is not None:
            self._log.note("login-suspended", session=session.number, user=user.name)
            raise Suspended()
        avatar.device = command.device or NAMELESS
        if command.epoch == self._epoch and (command.since or 0) > self._mailroom.last:
            # Somebody told it more than this log holds: only reading everything anew is safe.  For this
            # client alone: what one says must not have everybody read anew.  The operator may know why.
            self._log.note("told-more", session=session.number, user=avatar.name, since=command.since)
            raise NotTold(user.held)
        arrival, token = await self._arrive(avatar, user, command)
        if command.epoch is None or command.since is None:
            position = arrival.cursor
        else:
            position = command.since if command.epoch == self._epoch else 0
        waiting = await self._stored.count_after(avatar.account.id, position)
        if session.closed:
            raise LoginRefused()
        if avatar.lock != user.lock:
            raise Busy(retry_after=COME_AGAIN)  # that lock has been changed since
        # Only now: others may have come in while the disk was asked.
        if avatar.device == NAMELESS and _nameless(user) >= limits.NAMELESS_SESSIONS:
            raise TooManySessions(limits.NAMELESS_SESSIONS)
        self._seat(session, avatar, user, leave)
        session.afterwards(lambda: self._begin(avatar, position))
        return replies.LoggedIn(
            avatar.name,
            device=command.device if avatar.begins is None else None,
            epoch=self._epoch,
            cursor=position,
            waiting=waiting,
            mark=self._users.mark,
            token=token,
            rights=tuple(right.value for right in rights_of(avatar.account)),
        )

    async def _arrive(
        self, avatar: Avatar, user: User, command: commands.Login
    ) -> tuple[Arrival, str | None]:
        """Note that a device is in use, and say where it stands and what it comes back with next."""
        account, device = user.account.id, avatar.device
        try:
            if command.token is None and not command.remember:
                return await self._devices.arrive(account, device, limits.DEVICES), None
            token, old = new_token(), command.token and kept_of(command.token)
            arrival = await self._devices.come_back(account, device, limits.DEVICES, old, kept_of(token))
        except DiskFull:
            # Whoever wants to read shall come in.  A new device is noted as soon as it holds something.
            known = {device.name: device.cursor for device in await self._devices.devices(account)}
            if device not in known:
                avatar.begins = user.held
            return Arrival(known.get(device, user.held)), None
        if arrival is None:
            raise LoginRefused()  # it was revoked a moment ago
        return arrival, token

    async def _in_turn(self, session: Session, command: commands.Login) -> tuple[Avatar, Callable[[], None]]:
        """Have the password tried when its turn comes; a token is never guessed, and waits for no turn."""
        guess = Guess(self._users.key(command.name), session.source, command.device)
        if command.token is not None:
            proved = await self._prove(session, command)
            self._guessing.came_in(guess)
            return proved
        try:
            return await self._guessing.attempt(guess, lambda: self._prove(session, command))
        except TooOften:
            self._log.note("login-too-often", session=session.number, user=self._known(command.name))
            raise

    async def _prove(self, session: Session, command: commands.Login) -> tuple[Avatar, Callable[[], None]]:
        if session.closed:
            raise Busy()  # its turn has come, and nobody is there any more
        said_to_be = self._users.get(command.name)
        lock = 0 if said_to_be is None else said_to_be.lock
        try:
            _, avatar, leave = await self._portal.login(_credentials(command), session, IAvatar)
        except UnauthorizedLogin:
            self._log.note("login-refused", session=session.number, user=self._known(command.name))
            raise LoginRefused() from None
        avatar = cast(Avatar, avatar)
        avatar.lock = lock
        if command.token is None:
            self._confirming.was_said(avatar)
        return avatar, leave

    def _known(self, name: str) -> str | None:
        """Name a user for the log: a name that is nobody's may be a password typed in its place."""
        user = self._users.ever(name)
        return None if user is None else user.name

    def _seat(self, session: Session, avatar: Avatar, user: User, leave: Callable[[], None]) -> None:
        """Let the session speak for the avatar; a named device has one session, the newest."""
        others = [other for other in user.avatars if other.device == avatar.device != NAMELESS]
        user.avatars.append(avatar)  # first: a user whose device comes again was never away
        for other in others:
            other.session.end(REPLACED)

        def gone(reason: str) -> None:
            self._mailroom.close(avatar)
            leave()
            self._presence.changed(user)
            self._log.note("logged-out", session=session.number, user=avatar.name, why=reason)

        session.inhabit(avatar, gone)
        self._presence.changed(user)
        self._log.note("logged-in", session=session.number, user=avatar.name, device=avatar.device or None)

    def _begin(self, avatar: Avatar, position: int) -> None:
        told = {key: int(limit) for key, limit in limits.ADVERTISED.items()}
        avatar.session.carrier.tell(Limits(**told))
        self._mailroom.open(avatar, position)

    @answers(commands.Logout)
    async def log_out(self, avatar: Avatar, command: commands.Logout) -> replies.LoggedOut:
        """Speak for nobody any more."""
        avatar.session.log_out("logout")
        return replies.LoggedOut()


def _check(command: commands.Login) -> None:
    """Refuse what does not go together."""
    if (command.since is None) != (command.epoch is None):
        raise MissingKey("since" if command.since is None else "epoch")
    if (command.token or command.remember) and command.device is None:
        raise MissingKey("device")
    if command.token is None and command.password is None:
        raise NoText(example=command.example)
    if command.token is not None and command.password is not None:
        raise ExtraText()


def _credentials(command: commands.Login) -> Token | UsernamePassword:
    if command.token is not None:
        return Token(command.name, command.device or NAMELESS, command.token)
    return UsernamePassword(command.name.encode(), (command.password or "").encode())


def _nameless(user: User) -> int:
    return sum(avatar.device == NAMELESS for avatar in user.avatars)
