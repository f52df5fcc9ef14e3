"""Be called otherwise: a RENAME entry in everybody's stream, on disk before the OK."""

from __future__ import annotations

from improtocol import commands, limits, replies
from improtocol.errors import BadArgument, NameTaken, TooManyNames

from ..avatar import Avatar
from ..claims import Claims
from ..dispatch import answers
from ..mailroom import Mailroom
from ..server_log import ServerLog
from ..storage import interface


class Renaming:
    """An account's names add up; each of them goes on meaning it."""

    def __init__(
        self, accounts: interface.OwnAccount, claims: Claims, mailroom: Mailroom, log: ServerLog
    ) -> None:
        self._accounts = accounts
        self._claims = claims
        self._mailroom = mailroom
        self._log = log

    @answers(commands.Rename, writes=True)
    async def rename(self, avatar: Avatar, command: commands.Rename) -> replies.Renamed:
        """Call an account otherwise; this session is told by its OK alone (R22)."""
        account = avatar.account.id
        if command.name == avatar.name:
            raise BadArgument("name", rule="another name than the one you have")
        with self._claims.claim(command.name, account):
            try:
                entry = await self._accounts.rename(account, command.name, limits.NAMES)
            except interface.NameTaken:
                raise NameTaken(command.name) from None
            except interface.TooManyNames as refused:
                raise TooManyNames(refused.most) from None
        self._mailroom.said(avatar, entry.number)
        self._log.note("renamed", session=avatar.session.number, user=entry.sender, name=entry.text)
        return replies.Renamed(entry.number, entry.text)
