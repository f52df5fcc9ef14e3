"""What administrators look at: connections, accounts, counts, and what happens as it happens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Protocol

from improtocol import commands, limits, replies
from improtocol.fields import Standing

from ..avatar import Avatar, rights_of
from ..backlog import Backlog
from ..dispatch import answers
from ..storage import interface
from ..storage.records import Outline
from ..users import Users
from ..watching import Watching

#: The figures of what waits begin so.
WAITING = "waiting"


class Connected(Protocol):
    """A connection, as much of it as is shown."""

    where: str
    since: int
    said: str | None

    @property
    def number(self) -> int:
        """Its session's number."""

    @property
    def standing(self) -> Standing:
        """Its session's state."""

    @property
    def avatar(self) -> Avatar | None:
        """Whom it speaks for."""

    @property
    def account(self) -> int | None:
        """Whose name it took, or spoke for last."""

    @property
    def unread(self) -> int:
        """How many bytes its peer has not taken."""


class Overseen(Protocol):
    """The server, as much of it as is shown."""

    def connections(self, after: int, /) -> Iterable[Connected]:
        """Go through the connections behind a number, the oldest first."""

    def now(self) -> int:
        """Say the time, in milliseconds since 1970, UTC."""

    def figures(self) -> Mapping[str, int]:
        """Give what is counted, by name."""


class Overseeing:
    """Shows the server to those who answer for it."""

    def __init__(
        self,
        stored: interface.Overseeing,
        users: Users,
        watching: Watching,
        backlog: Backlog,
        server: Callable[[], Overseen],
    ) -> None:
        self._stored = stored
        self._users = users
        self._watching = watching
        self._backlog = backlog
        self._server = server  # which is made of what answers its commands, this among them

    @answers(commands.Sessions)
    async def sessions(self, avatar: Avatar, command: commands.Sessions) -> replies.Sessions:
        """Show the connections behind a number."""
        found = list(islice(self._server().connections(command.after or 0), limits.PAGE + 1))
        shown = [self._shown(one) for one in found[: limits.PAGE]]
        after = shown[-1].number if len(found) > limits.PAGE else None
        return replies.Sessions(len(shown), after).behind(*shown)

    def _shown(self, one: Connected) -> replies.SessionShown:
        account = None if one.standing is Standing.UNREGISTERED else one.account
        return replies.SessionShown(
            one.number,
            state=one.standing,
            from_=one.where,
            since=one.since,
            queue=one.unread,
            user=None if account is None else self._users.of(account).name,
            device=None if one.avatar is None else one.avatar.device or None,
            said=one.said,
        )

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
            waiting=0 if user.closed else one.waiting,
            seen=one.seen,
            rights=() if user.closed else rights_of(user.account),
            suspended=user.account.suspended,
            closed=user.account.closed,
            was=user.account.earlier,
        )

    @answers(commands.Stats)
    async def stats(self, avatar: Avatar, command: commands.Stats) -> replies.Stats:
        """Show what is counted, in the order of the names."""
        wanted = command.what or ""
        found = {**self._server().figures(), **await self._waiting(wanted)}
        figures = sorted(one for one in found.items() if one[0].startswith(wanted))
        return replies.Stats(len(figures)).behind(*(replies.StatShown(*one) for one in figures))

    async def _waiting(self, wanted: str) -> dict[str, int]:
        """Give the figures of what waits, unless none of them is asked for."""
        if not (WAITING.startswith(wanted) or wanted.startswith(WAITING)):
            return {}
        waiting = await self._backlog.look()
        if waiting is None:
            return {}
        found = {WAITING: waiting.messages, f"{WAITING}.people": waiting.people}
        if waiting.oldest is not None:
            found[f"{WAITING}.oldest"] = max(0, self._server().now() - waiting.oldest) // 1000
        return found

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
