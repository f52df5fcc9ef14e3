"""What a device comes back with in place of its password: made, and checked against what is kept of it."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field

from twisted.cred.checkers import ICredentialsChecker
from twisted.cred.credentials import ICredentials
from twisted.cred.error import UnauthorizedLogin
from twisted.internet.defer import Deferred
from zope.interface import implementer

from ..storage.interface import Devices

#: Random bytes of a token: nobody guesses them, so that no try need cost anything, and a quick hash will do.
BYTES = 32


class IToken(ICredentials):
    """A name, a device, and the token it was given."""


@implementer(IToken)
@dataclass(frozen=True)
class Token:
    """What somebody shows who comes back."""

    name: str
    device: str
    token: str = field(repr=False)


def new_token() -> str:
    """Make a token."""
    return secrets.token_urlsafe(BYTES)


def kept_of(token: str) -> str:
    """Give what is kept of a token, by which it is found and from which nobody makes it again."""
    return hashlib.sha256(token.encode()).hexdigest()


@implementer(ICredentialsChecker)
class TokenChecker:
    """Looks a token up; of a name that is nobody's it takes as long (R39)."""

    credentialInterfaces = (IToken,)

    def __init__(self, devices: Devices) -> None:
        self._devices = devices

    def requestAvatarId(self, credentials: Token) -> Deferred[bytes | tuple[()]]:
        """Give the account's number, or fail with ``UnauthorizedLogin``."""
        return Deferred.fromCoroutine(self._prove(credentials))

    async def _prove(self, shown: Token) -> bytes | tuple[()]:
        account = await self._devices.token_of(shown.name, shown.device, kept_of(shown.token))
        if account is None:
            raise UnauthorizedLogin()
        return str(account.id).encode()
