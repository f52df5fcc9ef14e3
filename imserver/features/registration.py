"""Take a name: an account and its REGISTER entry, on disk before the OK."""

from __future__ import annotations

from improtocol import commands, replies
from improtocol.errors import Busy, NameTaken, TooOften

from ..dispatch import answers
from ..portal.guessing import Enrolling
from ..portal.passwords import Passwords
from ..server_log import ServerLog
from ..session import Session
from ..storage import interface
from ..users import Users

#: Seconds until what looks like another name that is being stored may be asked for again.
COME_AGAIN = 1


class Registration:
    """Anybody may take a name that is nobody's."""

    def __init__(
        self,
        accounts: interface.Accounts,
        passwords: Passwords,
        users: Users,
        log: ServerLog,
        enrolling: Enrolling,
    ) -> None:
        self._accounts = accounts
        self._passwords = passwords
        self._users = users
        self._log = log
        self._enrolling = enrolling
        self._under_way: dict[str, str] = {}  # what a name looks like that is about to be on disk

    @answers(commands.Register, writes=True)
    async def register(self, session: Session, command: commands.Register) -> replies.Registered:
        """Make the account; of two that ask at once, the writer lets one have it."""
        self._count(session)
        self._refuse_what_is_taken(command.name)
        password_hash = await self._passwords.hash(command.password)
        self._refuse_what_is_taken(command.name)
        await self._store(command.name, password_hash)
        self._log.note("registered", session=session.number, user=command.name)
        return replies.Registered(command.name)

    def _count(self, session: Session) -> None:
        try:
            self._enrolling.ask(session.source)
        except TooOften:
            # Not the name: it may be a password typed in its place.
            self._log.note("register-too-often", session=session.number)
            raise

    def _refuse_what_is_taken(self, name: str) -> None:
        if self._users.get(name) is not None:
            raise NameTaken(name)
        if (like := self._users.resembling(name)) is not None:
            raise NameTaken(name, like.name)

    async def _store(self, name: str, password_hash: str) -> None:
        looks = self._users.skeleton(name)
        if self._under_way.setdefault(looks, name) != name:
            raise Busy(retry_after=COME_AGAIN)  # whether that one's name is taken is not known yet
        try:
            await self._accounts.register(name, password_hash)
        except interface.NameTaken:
            raise NameTaken(name) from None
        finally:
            self._under_way.pop(looks, None)
