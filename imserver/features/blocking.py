"""Not to hear somebody: a filter on one's own stream, which nobody else can notice."""

from __future__ import annotations

from improtocol import commands, limits, replies
from improtocol.errors import BadArgument, NoSuchUser

from ..avatar import Avatar
from ..dispatch import answers
from ..storage import interface
from ..users import User, Users


class Blocking:
    """What a blocked one says is in the log and in everybody else's stream."""

    def __init__(self, stored: interface.Blocks, users: Users) -> None:
        self._stored = stored
        self._users = users

    @answers(commands.Block, writes=True)
    async def block(self, avatar: Avatar, command: commands.Block) -> replies.Blocked:
        """Hear nothing of what somebody says from now on."""
        whom = self._other(avatar, command.name)
        block = await self._stored.block(avatar.account.id, whom.account.id)
        self._users.note_block(block)
        return replies.Blocked(whom.name)

    @answers(commands.Unblock, writes=True)
    async def unblock(self, avatar: Avatar, command: commands.Unblock) -> replies.Unblocked:
        """Hear them again from now on."""
        whom = self._other(avatar, command.name)
        block = await self._stored.unblock(avatar.account.id, whom.account.id)
        if block is not None:
            self._users.note_block(block)
        return replies.Unblocked(whom.name)

    @answers(commands.Blocked)
    async def blocked(self, avatar: Avatar, command: commands.Blocked) -> replies.BlockedOnes:
        """Show whom one has blocked."""
        me = self._users.of(avatar.account.id)
        names = sorted(self._users.of(account).name for account in me.blocks if me.has_blocked(account))
        names = [name for name in names if command.after is None or name > command.after]
        shown, more = names[: limits.PAGE], len(names) > limits.PAGE
        reply = replies.BlockedOnes(len(shown), after=shown[-1] if more else None)
        return reply.behind(*map(replies.BlockedShown, shown))

    def _other(self, avatar: Avatar, name: str) -> User:
        user = self._users.ever(name)  # also one who closed: what they said may still be read back
        if user is None:
            raise NoSuchUser((name,))
        if user.account == avatar.account:
            raise BadArgument("name", rule="somebody else's")
        return user
