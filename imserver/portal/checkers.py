"""The lock: whether a name and a password belong together."""

from __future__ import annotations

from twisted.cred.checkers import ICredentialsChecker
from twisted.cred.credentials import IUsernamePassword
from twisted.cred.error import UnauthorizedLogin
from twisted.internet.defer import Deferred
from zope.interface import implementer

from ..storage.interface import Accounts
from .passwords import Passwords


@implementer(ICredentialsChecker)
class PasswordChecker:
    """Looks an account up and compares; it takes as long when there is none (R39)."""

    credentialInterfaces = (IUsernamePassword,)

    def __init__(self, accounts: Accounts, passwords: Passwords) -> None:
        self._accounts = accounts
        self._passwords = passwords

    def requestAvatarId(self, credentials: IUsernamePassword) -> Deferred[bytes | tuple[()]]:
        """Give the account's name, or fail with ``UnauthorizedLogin``."""
        return Deferred.fromCoroutine(
            self._prove(credentials.username.decode(), credentials.password.decode())
        )

    async def _prove(self, name: str, password: str) -> bytes | tuple[()]:
        credential = await self._accounts.credential(name)
        password_hash = None if credential is None else credential.password_hash
        if not await self._passwords.matches(password_hash, password) or credential is None:
            raise UnauthorizedLogin()
        return credential.account.name.encode()
