"""How one is shown to the others: online or away, with a line of text."""

from __future__ import annotations

from improtocol import commands, replies

from ..avatar import Avatar
from ..dispatch import answers
from ..presence import Presence
from ..users import Users


class Showing:
    """Says how somebody wants to be seen."""

    def __init__(self, users: Users, presence: Presence) -> None:
        self._users = users
        self._presence = presence

    @answers(commands.SetPresence)
    async def show(self, avatar: Avatar, command: commands.SetPresence) -> replies.PresenceSet:
        """Show a session as online or away; the text said last is the account's."""
        avatar.shown = command.presence
        user = self._users.of(avatar.account.id)
        user.text = command.text
        self._presence.changed(user)
        return replies.PresenceSet(command.presence)
