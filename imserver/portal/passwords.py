"""How passwords are kept and compared: argon2id, in threads of its own, with a bounded queue."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Protocol, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from twisted.internet.defer import Deferred

from improtocol.errors import Busy

from ..bounds import BOUNDS, Bounds
from ..threads import Left

T = TypeVar("T")

#: OWASP's minimum for argon2id: 19 MiB, two passes, one lane; about 25 ms of one core.
OWASP = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
#: Seconds until the hashes that wait now are done.
COME_AGAIN = 2


class Run(Protocol):
    """Somewhere to do work that takes long."""

    def __call__(self, work: Callable[[], T], /) -> Deferred[T]:
        """Do it, and give what it gives."""


class Passwords:
    """Makes and checks password hashes, never on the reactor's thread."""

    def __init__(self, run: Run, hasher: PasswordHasher = OWASP, bounds: Bounds = BOUNDS) -> None:
        self._run = run
        self._hasher = hasher
        self._bounds = bounds
        self._waiting = 0
        # Compared with when there is no such name, so that it takes the time of a wrong password (R39).
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        """Make the hash of a password."""
        return await self._in_turn(lambda: self._hasher.hash(password))

    async def matches(self, password_hash: str | None, password: str) -> bool:
        """Compare; without a hash it takes as long and is never right."""
        return await self._in_turn(lambda: self._compare(password_hash, password))

    def is_weak(self, password_hash: str) -> bool:
        """Whether a hash was made by another measure than now: it asks the hash alone, and takes no time."""
        return self._hasher.check_needs_rehash(password_hash)

    def _compare(self, password_hash: str | None, password: str) -> bool:
        nobody = self._hash_of_nobody()  # whoever is first pays for making it, known or not
        try:
            return self._hasher.verify(password_hash or nobody, password) and bool(password_hash)
        except (VerificationError, InvalidHashError):
            return False

    def _hash_of_nobody(self) -> str:
        if self._nobody is None:
            self._nobody = self._hasher.hash(secrets.token_hex(16))
        return self._nobody

    async def _in_turn(self, work: Callable[[], T]) -> T:
        if self._waiting >= self._bounds.hashes_waiting:
            raise Busy(retry_after=COME_AGAIN)
        self._waiting += 1
        try:
            return await self._run(work)
        except Left:
            raise Busy(retry_after=COME_AGAIN) from None  # the server ends
        finally:
            self._waiting -= 1
