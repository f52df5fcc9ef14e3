"""Say something: to one, to several, to everyone.  It is on disk before the OK."""

from __future__ import annotations

from collections.abc import Iterable

from improtocol import commands, replies
from improtocol.audience import EVERYONE, Audience
from improtocol.errors import MailboxFull, NoSuchUser, NotAllowed, RefUsed
from improtocol.fields import Right

from ..avatar import Avatar
from ..bounds import Bounds
from ..dispatch import answers
from ..mailroom import Mailroom
from ..receipts import ReceiptNews
from ..server_log import ServerLog
from ..storage import interface
from ..storage.records import Draft, Entry
from ..users import Users


class Messaging:
    """The three send modes, which are one."""

    def __init__(
        self,
        stored: interface.Log,
        users: Users,
        mailroom: Mailroom,
        receipts: ReceiptNews,
        log: ServerLog,
        bounds: Bounds,
    ) -> None:
        self._stored = stored
        self._users = users
        self._mailroom = mailroom
        self._receipts = receipts
        self._log = log
        self._bounds = bounds
        self._under_way = 0  # drafts that have no answer yet

    @answers(commands.Send, writes=True)
    async def send(self, avatar: Avatar, command: commands.Send) -> replies.Sent:
        """Store a message for all it names, or for nobody."""
        refused = command.audience.everyone and not avatar.may(Right.EVERYONE)
        if refused and await self._earlier(avatar, command) is None:
            raise NotAllowed(Right.EVERYONE.value)
        await self._judge_people(avatar, command)
        audience = self._users.current(command.audience).without(avatar.name)
        entry = await self._append(avatar, self._draft(avatar, audience, command))
        return replies.Sent(entry.number, at=entry.at, to=entry.to, ref=entry.ref)

    @answers(commands.Announce, writes=True)
    async def announce(self, avatar: Avatar, command: commands.Announce) -> replies.Announced:
        """Store an announcement, which is for everyone."""
        draft = Draft(
            avatar.account.id,
            avatar.name,
            frozenset(),
            str(EVERYONE),
            command.text,
            command.ref,
            announce=True,
        )
        entry = await self._append(avatar, draft)
        return replies.Announced(entry.number, at=entry.at, to=entry.to, ref=entry.ref)

    async def _append(self, avatar: Avatar, draft: Draft) -> Entry:
        self._under_way += 1
        try:
            stored = await self._stored.append(draft)
        except interface.RefUsed as used:
            raise RefUsed(used.number) from None
        except interface.MailboxFull as full:
            raise MailboxFull(self._names(full.accounts)) from None
        except interface.AccountClosed as closed:
            raise NoSuchUser(self._names(closed.accounts)) from None
        finally:
            self._under_way -= 1
        if stored.new:
            self._mailroom.said(avatar, stored.entry.number)
            self._receipts.was_said(stored.entry)
            self._log.said(avatar.session.number, stored.entry)
        return stored.entry

    async def _judge_people(self, avatar: Avatar, command: commands.Send) -> None:
        """Refuse names that are nobody's; what was said before they closed is said again as it was (R21)."""
        names = command.audience.names
        unknown, closed = self._users.unknown(names), self._users.closed(names)
        if not unknown and not closed:
            return
        earlier = await self._earlier(avatar, command)
        if earlier is None:
            raise NoSuchUser(tuple(name for name in names if name in unknown or name in closed))
        if unknown:
            raise RefUsed(earlier.number)

    def _names(self, accounts: Iterable[int]) -> tuple[str, ...]:
        return tuple(sorted(self._users.of(one).name for one in accounts))

    async def _earlier(self, avatar: Avatar, command: commands.Send) -> Entry | None:
        """Look a ref up before the people are judged (R21)."""
        if command.ref is None:
            return None
        return await self._stored.said_as(avatar.account.id, command.ref)

    def _draft(self, avatar: Avatar, audience: Audience, command: commands.Send) -> Draft:
        named = [user for user in map(self._users.ever, audience.names) if user is not None]
        # Whoever holds the stream nearly whole has no full mailbox; so hardly ever anything is counted.
        far_behind = self._mailroom.last + self._under_way - self._bounds.mailbox
        return Draft(
            avatar.account.id,
            avatar.name,
            frozenset(user.account.id for user in named),
            str(audience),
            command.text,
            command.ref,
            frozenset(
                user.account.id
                for user in named
                if user.held <= far_behind and user.account != avatar.account
            ),
            self._bounds.mailbox,
        )
