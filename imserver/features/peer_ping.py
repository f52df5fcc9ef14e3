"""Ping: is somebody there, and how far away?"""

from __future__ import annotations

from improtocol import commands, replies
from improtocol.errors import NoSuchUser, Offline
from improtocol.events import PingTold, PongTold
from improtocol.vocabulary import Event

from ..avatar import Avatar
from ..dispatch import answers
from ..session import Session
from ..users import Users


class PeerPing:
    """Passes pings and pongs on; they are in no log and promise nothing."""

    def __init__(self, users: Users) -> None:
        self._users = users

    @answers(commands.Ping)
    async def ping(self, session: Session, command: commands.Ping) -> replies.Pinged:
        """Answer for the server, or pass it on to all sessions of a user."""
        if command.name is None:
            return replies.Pinged()
        speaker = session.speaker()
        name, devices = self._pass_on(speaker, command.name, PingTold(speaker.name, command.token))
        return replies.Pinged(name, devices=devices)

    @answers(commands.Pong)
    async def pong(self, avatar: Avatar, command: commands.Pong) -> replies.Ponged:
        """Pass the answer on."""
        name, _ = self._pass_on(avatar, command.name, PongTold(avatar.name, command.token))
        return replies.Ponged(name)

    def _pass_on(self, speaker: Avatar, name: str, event: Event) -> tuple[str, int]:
        """Tell all sessions of a user; whoever has blocked the speaker hears nothing, and nobody notices."""
        user = self._users.get(name)
        if user is None:
            raise NoSuchUser((name,))
        if not user.avatars:
            raise Offline(user.name)
        if not user.has_blocked(speaker.account.id):
            for avatar in user.avatars:
                avatar.session.carrier.tell(event)
        return user.name, len(user.avatars)
