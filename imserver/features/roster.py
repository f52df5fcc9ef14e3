"""Who there is, and who is connected."""

from __future__ import annotations

from improtocol import commands, limits, replies
from improtocol.events import UserTold
from improtocol.fields import Presence

from ..avatar import Avatar
from ..dispatch import answers
from ..users import Users


class Roster:
    """Tells the shared user table."""

    def __init__(self, users: Users) -> None:
        self._users = users

    @answers(commands.Who)
    async def who(self, avatar: Avatar, command: commands.Who) -> replies.Who:
        """Tell a page of users in the order of their names; the reply names the key to ask on with."""
        told = 0
        last = None
        for user in self._users.after(command.after):
            if command.online is not None and user.presence is not Presence.ONLINE:
                continue
            if told == limits.PAGE:
                return replies.Who(told, after=last)
            avatar.session.carrier.tell(UserTold(user.name, user.presence))
            told, last = told + 1, user.name
        return replies.Who(told)
