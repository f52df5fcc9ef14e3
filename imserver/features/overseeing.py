"""What administrators look at: connections, accounts, counts, and what happens as it happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Protocol

from improtocol import commands, limits, replies
from improtocol.fields import Standing

from ..avatar import Avatar, rights_of
from ..dispatch import answers
from ..storage import interface
from ..storage.records import Outline
from ..users import Users
from ..watching import Watching


class Connected(Protocol):
    """A connection, as much of it as is shown."""

    number: int
    state: str
    where: str
    since: int
    unread: int
    user: str | None
    device: str | None
    said: str | None


class Overseeing:
    """Shows the server to those who answer for it."""

    def __init__(
        self,
        stored: interface.Overseeing,
        users: Users,
        watching: Watching,
        connected: Callable[[int], Iterator[Connected]],
        figures: Callable[[], Mapping[str, int]],
    ) -> None:
        self._stored = stored
        self._users = users
        self._watching = watching
        self._connected = connected
        self._figures = figures

    @answers(commands.Sessions)
    async def sessions(self, avatar: Avatar, command: commands.Sessions) -> replies.Sessions:
        """Show the connections behind a number."""
        found = list(islice(self._connected(command.after or 0), limits.PAGE + 1))
        shown = [_shown(one) for one in found[: limits.PAGE]]
        after = shown[-1].number if len(found) > limits.PAGE else None
        return replies.Sessions(len(shown), after).behind(*shown)

    @answers(commands.Accounts)
    async def accounts(self, avatar: Avatar, command: commands.Accounts) -> replies.Accounts:
        """Show the accounts behind a name."""
        found = await self._stored.outlines(command.after or "", limits.PAGE + 1)
        shown = [self._outlined(one) for one in found[: limits.PAGE]]
        after = shown[-1].name if len(found) > limits.PAGE else None
        return replies.Accounts(len(shown), after).behind(*shown)

    def _outlined(self, one: Outline) -> replies.AccountShown:
        user = self._users.of(one.account)
        return replies.AccountShown(
            user.name,
            sessions=len(user.avatars),
            devices=one.devices,
            waiting=one.waiting,
            seen=one.seen,
            rights=rights_of(user.account),
            suspended=user.account.suspended,
        )

    @answers(commands.Stats)
    async def stats(self, avatar: Avatar, command: commands.Stats) -> replies.Stats:
        """Show what is counted, in the order of the names."""
        figures = sorted(self._figures().items())
        return replies.Stats(len(figures)).behind(*(replies.StatShown(*one) for one in figures))

    @answers(commands.Watch)
    async def watch(self, avatar: Avatar, command: commands.Watch) -> replies.Watching:
        """Tell them what happens, once the OK is written."""
        avatar.session.afterwards(
            lambda: self._watching.begin(avatar, lines=command.lines, texts=command.texts)
        )
        return replies.Watching()

    @answers(commands.Unwatch)
    async def unwatch(self, avatar: Avatar, command: commands.Unwatch) -> replies.Unwatched:
        """Tell them no more."""
        self._watching.end(avatar)
        return replies.Unwatched()


def _shown(one: Connected) -> replies.SessionShown:
    return replies.SessionShown(
        one.number,
        state=Standing(one.state),
        from_=one.where,
        since=one.since,
        queue=one.unread,
        user=one.user,
        device=one.device,
        said=one.said,
    )
