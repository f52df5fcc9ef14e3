"""The lock: whether a name and a password belong together."""

from __future__ import annotations

from typing import Protocol

from twisted.cred.checkers import ICredentialsChecker
from twisted.cred.credentials import IUsernamePassword
from twisted.cred.error import UnauthorizedLogin
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from improtocol.errors import Busy

from ..storage.interface import Accounts, OwnAccount, StorageError
from .passwords import Passwords

__all__ = ["PasswordChecker", "WrongSecret"]

WrongSecret = UnauthorizedLogin


class Secrets(Accounts, OwnAccount, Protocol):
    """Where secrets are kept."""


@implementer(ICredentialsChecker)
class PasswordChecker:
    """Looks an account up and compares; it takes as long when there is none (R39).

    A hash that was made when less was asked of one is replaced by a stronger one, behind the answer:
    only now its password is known (promise D1).
    """

    credentialInterfaces = (IUsernamePassword,)
    _log = Logger()

    def __init__(self, accounts: Secrets, passwords: Passwords) -> None:
        self._accounts = accounts
        self._passwords = passwords

    def requestAvatarId(self, credentials: IUsernamePassword) -> Deferred[bytes | tuple[()]]:
        """Give the account's number, or fail with ``UnauthorizedLogin``."""
        proof = Deferred.fromCoroutine(
            self.prove(credentials.username.decode(), credentials.password.decode())
        )
        return proof.addCallback(lambda account: str(account).encode())

    async def prove(self, name: str, password: str) -> int:
        """Give the account whose password it is; raises ``UnauthorizedLogin``."""
        credential = await self._accounts.credential(name)
        password_hash = None if credential is None else credential.password_hash
        if not await self._passwords.matches(password_hash, password) or credential is None:
            raise UnauthorizedLogin()
        account = credential.account.id
        if self._passwords.is_weak(credential.password_hash):
            raised = Deferred.fromCoroutine(self._raise(account, credential.password_hash, password))
            raised.addErrback(self._stumbled)
        return account

    async def _raise(self, account: int, proved: str, password: str) -> None:
        try:
            stronger = await self._passwords.hash(password)
            await self._accounts.raise_hash(account, proved, stronger)
        except (Busy, StorageError):
            return  # there is a next time

    def _stumbled(self, failure: Failure) -> None:
        self._log.failure("A password is kept under a hash that is weaker than others", failure)
