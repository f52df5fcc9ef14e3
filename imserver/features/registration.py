"""Take a name: an account and its REGISTER entry, on disk before the OK."""

from __future__ import annotations

from improtocol import commands, replies
from improtocol.errors import NameTaken

from ..dispatch import answers
from ..portal.passwords import Passwords
from ..server_log import ServerLog
from ..session import Session
from ..storage import interface
from ..users import Users


class Registration:
    """Anybody may take a name that is nobody's."""

    def __init__(
        self, accounts: interface.Accounts, passwords: Passwords, users: Users, log: ServerLog
    ) -> None:
        self._accounts = accounts
        self._passwords = passwords
        self._users = users
        self._log = log

    @answers(commands.Register)
    async def register(self, session: Session, command: commands.Register) -> replies.Registered:
        """Make the account; of two that ask at once, the writer lets one have it."""
        if self._users.get(command.name) is not None:
            raise NameTaken(command.name)
        if (like := self._users.resembling(command.name)) is not None:
            raise NameTaken(command.name, like.name)
        password_hash = await self._passwords.hash(command.password)
        try:
            await self._accounts.register(command.name, password_hash)
        except interface.NameTaken:
            raise NameTaken(command.name) from None
        self._log.note("registered", session=session.number, user=command.name)
        return replies.Registered(command.name)
