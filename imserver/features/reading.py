"""Reading back what was said, and how far it was read."""

from __future__ import annotations

from improtocol import commands, limits, replies
from improtocol.audience import EVERYONE, Audience
from improtocol.errors import NoSuchMessage, NoSuchUser, NotTold
from improtocol.events import ReadTold
from improtocol.fields import escape

from ..avatar import Avatar
from ..dispatch import answers
from ..receipts import ReceiptNews
from ..storage import interface
from ..storage.records import Conversation, Entry, People
from ..users import Users

#: What a line has beside its audience and text, at most: numbers, names, a moment, a ref.
AROUND = 200


class Reading:
    """HISTORY, CONVERSATIONS and WHY show; READ moves."""

    def __init__(self, stored: interface.Reading, users: Users, receipts: ReceiptNews) -> None:
        self._stored = stored
        self._users = users
        self._receipts = receipts

    @answers(commands.History)
    async def history(self, avatar: Avatar, command: commands.History) -> replies.History:
        """Show a page of what was said."""
        people = None if command.audience is None else self._people(avatar, command.audience)
        limit = min(limits.PAGE, limits.PAGE if command.limit is None else command.limit)
        oldest_first = command.after is not None
        shown = await self._stored.history(
            avatar.account.id, people, after=command.after or 0, before=command.before, limit=limit
        )
        entries = fitting(shown.entries, from_the_end=not oldest_first)
        more = bool(entries) and (shown.more or len(entries) < len(shown.entries))
        reply = replies.History(
            len(entries),
            before=entries[0].number if more and not oldest_first else None,
            after=entries[-1].number if more and oldest_first else None,
            gone=None if more and not oldest_first else shown.gone or None,
        )
        return reply.behind(*(_as_shown(entry, avatar.account.id) for entry in entries))

    @answers(commands.Conversations)
    async def conversations(self, avatar: Avatar, command: commands.Conversations) -> replies.Conversations:
        """Show a page of conversations, the newest first."""
        page = await self._stored.conversations(avatar.account.id, command.before, limits.PAGE + 1)
        shown, more = page[: limits.PAGE], len(page) > limits.PAGE
        reply = replies.Conversations(len(shown), before=shown[-1].last if more else None)
        return reply.behind(*(self._conversation(avatar, one) for one in shown))

    def _conversation(self, avatar: Avatar, one: Conversation) -> replies.ConversationShown:
        audience = self._users.audience(one.people, avatar.account.id)
        return replies.ConversationShown(audience, last=one.last, read=one.read, unread=one.unread)

    @answers(commands.Why)
    async def why(self, avatar: Avatar, command: commands.Why) -> replies.Why:
        """Show the messages that make a conversation's number of unread ones."""
        people = self._people(avatar, command.audience)
        one, shown = await self._stored.unread(avatar.account.id, people, command.after or 0, limits.PAGE)
        entries = fitting(shown.entries, from_the_end=False)
        more = entries and (shown.more or len(entries) < len(shown.entries))
        reply = replies.Why(
            len(entries), read=one.read, last=one.last, after=entries[-1].number if more else None
        )
        return reply.behind(*(_as_shown(entry, avatar.account.id) for entry in entries))

    @answers(commands.Read, writes=True)
    async def read(self, avatar: Avatar, command: commands.Read) -> replies.Read:
        """Note that a message is read; tell one's other sessions, and whoever said it."""
        told = avatar.stream.told if avatar.stream is not None else 0
        if command.number > told:
            raise NotTold(told)
        account = avatar.account.id
        try:
            marked = await self._stored.read(account, command.number)
        except interface.NoSuchMessage:
            raise NoSuchMessage(command.number) from None
        if marked.upto > marked.before:
            self._tell_others(
                avatar, ReadTold(self._users.audience(marked.people, account), upto=marked.upto)
            )
            self._receipts.was_read(account, marked)
        return replies.Read(command.number)

    def _tell_others(self, avatar: Avatar, event: ReadTold) -> None:
        for other in self._users.of(avatar.account.id).avatars:
            if other is not avatar:
                other.session.carrier.tell(event)

    def _people(self, avatar: Avatar, audience: Audience) -> People:
        if unknown := self._users.unknown(audience.names):
            raise NoSuchUser(unknown)
        return self._users.people(audience, avatar.account.id)


def fitting(entries: tuple[Entry, ...], *, from_the_end: bool) -> tuple[Entry, ...]:
    """Give as many entries as one answer may have bytes (R12), but one at least."""
    room = int(limits.PAGE_BYTES)
    for taken, entry in enumerate(reversed(entries) if from_the_end else entries):
        room -= len(escape(entry.text, value=False).encode()) + len(entry.audience) + AROUND
        if room < 0 and taken:
            return entries[-taken:] if from_the_end else entries[:taken]
    return entries


def _as_shown(entry: Entry, account: int) -> replies.MessageShown:
    return replies.MessageShown(
        entry.number,
        entry.sender,
        EVERYONE if entry.everyone else Audience(tuple(entry.audience.split(","))),
        entry.text,
        at=entry.at,
        ref=entry.ref if entry.account == account else None,
        announce=entry.announce,
    )
