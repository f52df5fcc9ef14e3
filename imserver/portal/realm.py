"""The house: whoever has proved a secret gets the avatar that goes with it, and a way to leave."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from twisted.cred.error import UnauthorizedLogin
from twisted.cred.portal import IRealm
from zope.interface import Interface, implementer

from ..avatar import Avatar, Speaker
from ..users import Users


class IAvatar(Interface):
    """What a session asks the portal for: an `Avatar`."""


@implementer(IRealm)
class Realm:
    """Makes avatars.  The one who knocks (cred's *mind*) is the session."""

    def __init__(self, users: Users) -> None:
        self._users = users

    def requestAvatar(
        self, avatarId: bytes | tuple[()], mind: object, *interfaces: type[Interface]
    ) -> tuple[type[Interface], Avatar, Callable[[], None]]:
        """Make the avatar of the account whose secret was proved, by its number or by a name of it."""
        if IAvatar not in interfaces or not isinstance(avatarId, bytes):
            raise NotImplementedError("this house has avatars of its users, and nothing else")
        user = self._users.identified(avatarId.decode())
        if user is None:
            # On disk, but its REGISTER entry has not come by here yet; so nobody was told OK.
            raise UnauthorizedLogin()
        avatar = Avatar(user, cast(Speaker, mind))

        def leave() -> None:
            if avatar in user.avatars:
                user.avatars.remove(avatar)

        return IAvatar, avatar, leave
