"""One's own account, as its bearer changes it: another name, another password, an end."""

from __future__ import annotations

from collections.abc import Callable

from improtocol import commands

from .door import Door
from .link import Link
from .proof import TOKEN
from .saying import canonical
from .session import Session, needs

#: What HELLO's can= says of a server at which one changes one's own account.
ACCOUNT = "account"


class OwnAccount:
    """A client's, as far as a session lets it."""

    def __init__(self, link: Link, door: Door, renamed: Callable[[str, str], None]) -> None:
        self._link, self._door, self._renamed = link, door, renamed
        self._session: Session | None = None

    def begin(self, session: Session) -> None:
        """Begin a session."""
        self._session = session

    def stop(self) -> None:
        """End it."""
        self._session = None

    async def rename(self, before: str, name: str) -> None:
        """Be called otherwise from now on."""
        reply = await needs(self._session, ACCOUNT).perform(commands.Rename(canonical(name)))
        self._renamed(before, reply.name)

    async def change_password(self, old: str | None, new: str) -> None:
        """Choose another password."""
        session = needs(self._session, ACCOUNT)
        if old is not None:
            await session.perform(commands.Confirm(old))
        reply = await session.perform(commands.ChangePassword(new, remember=session.can(TOKEN)))
        self._door.changed(new, reply.token)

    async def close(self, name: str, password: str) -> None:
        """Close the account, for ever."""
        session = needs(self._session, ACCOUNT)
        await session.perform(commands.Confirm(password))
        await session.perform(commands.Close(name))
        await self._link.leave()
