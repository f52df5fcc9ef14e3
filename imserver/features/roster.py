"""Who there is, and who is connected."""

from __future__ import annotations

from improtocol import commands, limits, replies
from improtocol.fields import Presence

from ..avatar import Avatar
from ..dispatch import answers
from ..presence import how
from ..users import User, Users


class Roster:
    """Tells the shared user table."""

    def __init__(self, users: Users) -> None:
        self._users = users

    @answers(commands.Who)
    async def who(self, avatar: Avatar, command: commands.Who) -> replies.Who:
        """Tell a page of users in the order of their names; the reply names the key to ask on with."""
        changed = None if command.since is None else self._users.changed_since(command.since)
        told: list[User] = []
        for user in self._users.after(command.after):
            if command.online is not None and user.presence is Presence.OFFLINE:
                continue
            if changed is not None and user.account.id not in changed:
                continue
            if len(told) == limits.PAGE:
                return replies.Who(len(told), after=told[-1].name)
            avatar.session.carrier.tell(how(user))
            told.append(user)
        return replies.Who(len(told))
