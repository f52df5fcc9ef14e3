"""The lock: whether a name and a password belong together."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from argon2 import PasswordHasher
from twisted.cred.checkers import ICredentialsChecker
from twisted.cred.credentials import UsernamePassword
from twisted.cred.error import UnauthorizedLogin
from twisted.internet.defer import Deferred, execute, fail, succeed
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from imserver.portal.checkers import PasswordChecker, Secrets
from imserver.portal.passwords import Passwords
from imserver.storage.interface import StorageError
from imserver.storage.records import Account, Credential
from imserver.threads import Left
from tests.stage import QUICK

T = TypeVar("T")

ALICE = Credential(Account(1, "alice", 1), QUICK.hash("correct horse"))


class Shelf:
    """One account, and how often it was asked for any."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.broken = self.full = False
        self.raised: list[tuple[int, str, str]] = []

    def raise_hash(self, account: int, proved: str, stronger: str) -> Deferred[bool]:
        self.raised.append((account, proved, stronger))
        return fail(StorageError("no room")) if self.full else succeed(True)

    def credential(self, name: str) -> Deferred[Credential | None]:
        self.asked.append(name)
        if self.broken:
            return fail(StorageError("the disk is gone"))
        return succeed(ALICE if name == "alice" else None)


class CheckerTests(SynchronousTestCase):
    """What opens, and what does not."""

    def setUp(self) -> None:
        self.shelf = Shelf()
        self.checker = PasswordChecker(cast(Secrets, self.shelf), Passwords(execute, QUICK))

    def prove(self, name: str, password: str) -> Deferred[bytes | tuple[()]]:
        """Try to prove a name."""
        return self.checker.requestAvatarId(UsernamePassword(name.encode(), password.encode()))

    def test_it_is_one_of_cred_s(self) -> None:
        """It does what twisted.cred asks of a checker."""
        verifyObject(ICredentialsChecker, self.checker)

    def test_right(self) -> None:
        """The right password opens, and gives the account's number."""
        self.assertEqual(self.successResultOf(self.prove("alice", "correct horse")), b"1")

    def test_wrong(self) -> None:
        """A wrong password, an unknown name and somebody else's password do not; each is looked up once."""
        for name, password in (("alice", "battery staple"), ("nobody-there", "correct horse"), ("bob", "x")):
            self.failureResultOf(self.prove(name, password), UnauthorizedLogin)
        self.assertEqual(self.shelf.asked, ["alice", "nobody-there", "bob"])

    def test_a_weak_hash(self) -> None:
        """A hash made by a lower measure is replaced once its password was said, behind the answer (D1)."""
        stronger = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
        checker = PasswordChecker(cast(Secrets, self.shelf), Passwords(execute, stronger))
        for password, expected in (("wrong horse", 0), ("correct horse", 1)):
            done = checker.requestAvatarId(UsernamePassword(b"alice", password.encode()))
            done.addErrback(lambda _: None)
            self.assertEqual(len(self.shelf.raised), expected)
        [(account, proved, made)] = self.shelf.raised
        self.assertEqual((account, proved), (1, ALICE.password_hash))
        self.assertTrue(stronger.verify(made, "correct horse"))
        self.assertFalse(stronger.check_needs_rehash(made))
        # By the measure it was made by nothing is done.
        self.successResultOf(self.prove("alice", "correct horse"))
        self.assertEqual(len(self.shelf.raised), 1)

    def test_a_weak_hash_stays_for_once(self) -> None:
        """Where nobody has time for a stronger hash, or the disk no room, the login is good all the same."""
        stronger = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)

        def ends(work: Callable[[], T], /) -> Deferred[T]:
            asked.append(work)
            return fail(Left()) if len(asked) > 1 else execute(work)

        asked: list[object] = []
        self.shelf.full = True
        for run, raised in ((ends, 0), (execute, 1)):
            checker = PasswordChecker(cast(Secrets, self.shelf), Passwords(run, stronger))
            proved = checker.requestAvatarId(UsernamePassword(b"alice", b"correct horse"))
            self.assertEqual((b"1", raised), (self.successResultOf(proved), len(self.shelf.raised)))

    def test_a_disk_in_trouble(self) -> None:
        """That the disk could not be asked is not a wrong password."""
        self.shelf.broken = True
        self.failureResultOf(self.prove("alice", "correct horse"), StorageError)
