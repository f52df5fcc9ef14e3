"""Who may come in that has no account yet: invites, made and taken back by administrators."""

from __future__ import annotations

from collections.abc import Callable

from improtocol import commands, limits, replies
from improtocol.errors import NoSuchInvite

from ..avatar import Avatar
from ..dispatch import answers
from ..portal import codes
from ..server_log import ServerLog
from ..storage import interface
from ..storage.records import Invitation, Invite
from ..users import Users

DAY = 24 * 3600 * 1000

#: Writes the line that a client takes as pasted, for a code; None: nobody knows where this server is.
LineOf = Callable[[str], str | None]


class Inviting:
    """A code is told once; what is kept of it lets nobody in."""

    def __init__(
        self,
        stored: interface.Administration,
        users: Users,
        log: ServerLog,
        draw: Callable[[int], int],
        line_of: LineOf,
    ) -> None:
        self._stored = stored
        self._users = users
        self._log = log
        self._draw = draw
        self._line_of = line_of

    @answers(commands.Invite, writes=True)
    async def invite(self, avatar: Avatar, command: commands.Invite) -> replies.Invited:
        """Make an invite."""
        code, invitation = drawn(
            self._draw,
            maker=avatar.account.id,
            uses=command.count,
            days=command.days,
            administrator=command.administrator,
        )
        made = await self._stored.invite(invitation)
        self._log.note(
            "invited",
            session=avatar.session.number,
            user=avatar.name,
            invite=made.id,
            count=made.left,
            days=command.days,
            administrator="yes" if made.administrator else None,
        )
        return replies.Invited(
            made.id, code=code, count=made.left, until=made.until, line=self._line_of(code)
        )

    @answers(commands.Invites)
    async def invites(self, avatar: Avatar, command: commands.Invites) -> replies.Invites:
        """Show a page of invites, the oldest first."""
        good = [one for one in await self._stored.invites() if one.id > (command.after or 0)]
        shown, more = good[: limits.PAGE], len(good) > limits.PAGE
        reply = replies.Invites(len(shown), after=shown[-1].id if more else None)
        return reply.behind(*map(self._shown, shown))

    def _shown(self, one: Invite) -> replies.InviteShown:
        by = None if one.maker is None else self._users.of(one.maker).name
        return replies.InviteShown(
            one.id, left=one.left, until=one.until, by=by, administrator=one.administrator
        )

    @answers(commands.Uninvite, writes=True)
    async def uninvite(self, avatar: Avatar, command: commands.Uninvite) -> replies.Uninvited:
        """Take an invite back."""
        if not await self._stored.uninvite(command.invite):
            raise NoSuchInvite(command.invite)
        self._log.note("uninvited", session=avatar.session.number, user=avatar.name, invite=command.invite)
        return replies.Uninvited(command.invite)


def drawn(
    draw: Callable[[int], int], *, maker: int | None, uses: int, days: int, administrator: bool
) -> tuple[str, Invitation]:
    """Draw a code, and give it with what is to be kept of it."""
    code = codes.words(draw, codes.CODE)
    return code, Invitation(codes.kept(code), maker, uses, days * DAY, administrator)
