"""How passwords are kept and compared."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, Literal, TypeVar

from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type
from twisted.internet.defer import Deferred, execute
from twisted.trial.unittest import SynchronousTestCase

from improtocol.errors import Busy
from imserver.bounds import BOUNDS
from imserver.portal.passwords import COME_AGAIN, OWASP, Passwords
from tests.stage import QUICK

T = TypeVar("T")
QUEUE = int(BOUNDS.hashes_waiting)


class Late:
    """A thread that works when it is let, and says how much it was given."""

    def __init__(self) -> None:
        self.waiting: deque[tuple[Callable[[], Any], Deferred[Any]]] = deque()

    def __call__(self, work: Callable[[], T], /) -> Deferred[T]:
        done: Deferred[T] = Deferred()
        self.waiting.append((work, done))
        return done

    def finish(self) -> None:
        """Do what was asked for first."""
        work, done = self.waiting.popleft()
        execute(work).chainDeferred(done)


class Counting(PasswordHasher):
    """A hasher that notes what it is made to do, and by which thread."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.works: list[str] = []
        self.threads: set[int] = set()

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        self._note("hash")
        return super().hash(password, salt=salt)

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        self._note("verify")
        return super().verify(hash, password)

    def _note(self, work: str) -> None:
        self.works.append(work)
        self.threads.add(threading.get_ident())


class PasswordTests(SynchronousTestCase):
    """Hashes made and compared."""

    def done(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Give what is there at once."""
        done: Deferred[T] = Deferred.fromCoroutine(coroutine)
        return self.successResultOf(done)

    def test_what_they_cost(self) -> None:
        """They are argon2id at OWASP's minimum (D1)."""
        parameters = extract_parameters(OWASP.hash("correct horse"))
        self.assertEqual(parameters.type, Type.ID)
        self.assertGreaterEqual(parameters.memory_cost, 19 * 1024)
        self.assertGreaterEqual(parameters.time_cost, 2)

    def test_right_and_wrong(self) -> None:
        """A password matches its own hash, to the byte, and no other; without a hash nothing does."""
        passwords = Passwords(execute, QUICK)
        for password in ("correct horse", "  blanks  ", "back\\slash", "größe 🐎", "x" * 256):
            kept = self.done(passwords.hash(password))
            self.assertNotIn(password, kept)
            self.assertTrue(self.done(passwords.matches(kept, password)))
            for wrong in (password + " ", password[:-1], password.upper() + "x"):
                self.assertFalse(self.done(passwords.matches(kept, wrong)))
            self.assertFalse(self.done(passwords.matches(None, password)))

    def test_what_is_no_hash(self) -> None:
        """What is not one of our hashes matches nothing, and breaks nothing."""
        passwords = Passwords(execute, QUICK)
        for kept in ("", "correct horse", "$argon2id$v=19$m=8,t=1,p=1$", "$2b$12$abcdefghijklmnopqrstuv"):
            self.assertFalse(self.done(passwords.matches(kept, "correct horse")), kept)

    def test_the_same_work(self) -> None:
        """An unknown name costs what a wrong password does, from the very first on (R39, D3)."""
        for first in (True, False):
            hasher = Counting()
            passwords = Passwords(execute, hasher)
            kept = QUICK.hash("correct horse")
            works = []
            for known in (first, not first, first, not first):
                hasher.works.clear()
                self.done(passwords.matches(kept if known else None, "wrong password"))
                works.append(list(hasher.works))
            self.assertEqual(works[0].count("verify"), 1)
            self.assertEqual(works[1:], [["verify"]] * 3)

    def test_never_here(self) -> None:
        """Nothing is hashed but in the threads it is given to (D5)."""
        late, hasher = Late(), Counting()
        passwords = Passwords(late, hasher)
        asked: list[Deferred[Any]] = [
            Deferred.fromCoroutine(passwords.hash("correct horse")),
            Deferred.fromCoroutine(passwords.matches(None, "correct horse")),
        ]
        self.assertEqual(hasher.works, [])
        for one in asked:
            self.assertNoResult(one)
            thread = threading.Thread(target=late.finish)
            thread.start()
            thread.join()
            self.successResultOf(one)
        self.assertTrue(hasher.works)
        self.assertNotIn(threading.get_ident(), hasher.threads)

    def test_no_more_than_can_wait(self) -> None:
        """128 may wait; who comes then is asked to come again, and nothing is begun for it (B10)."""
        late = Late()
        passwords = Passwords(late, QUICK)
        asked = [Deferred.fromCoroutine(passwords.hash("correct horse")) for _ in range(QUEUE)]
        late_ones: list[Coroutine[Any, Any, object]] = [
            passwords.hash("correct horse"),
            passwords.matches(None, "correct horse"),
        ]
        for work in late_ones:
            refused = self.failureResultOf(Deferred.fromCoroutine(work), Busy).value
            self.assertEqual(refused.retry_after, COME_AGAIN)
        self.assertEqual(len(late.waiting), QUEUE)
        late.finish()
        self.successResultOf(asked[0])
        self.assertNoResult(Deferred.fromCoroutine(passwords.hash("correct horse")))
        self.failureResultOf(Deferred.fromCoroutine(passwords.hash("correct horse")), Busy)

    def test_room_after_a_failure(self) -> None:
        """Work that fails leaves its place to others."""

        def broken(work: Callable[[], T], /) -> Deferred[T]:
            raise MemoryError()

        passwords = Passwords(broken, QUICK)
        for _ in range(QUEUE + 1):
            self.failureResultOf(Deferred.fromCoroutine(passwords.hash("correct horse")), MemoryError)
