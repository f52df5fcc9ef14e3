"""Tokens in the system's keyring, and what happens when it does not answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from twisted.internet.defer import Deferred, execute
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from imclient.core.keyring_tokens import KeyringTokens
from imclient.core.passwords import PATIENCE
from imclient.core.tokens import FileTokens

T = TypeVar("T")
PLACE = "lab.example:12000"


class MadeUpRing:
    """A keyring; broken, it refuses everything."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], str] = {}
        self.broken = False

    def get_password(self, service: str, username: str) -> str | None:
        self._check()
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._check()
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._check()
        del self.held[service, username]

    def _check(self) -> None:
        if self.broken:
            raise RuntimeError("locked")


class KeyringTokensTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.ring, self.clock = MadeUpRing(), Clock()
        folder = Path(self.mktemp())
        folder.mkdir()
        self.file = FileTokens(folder, execute)
        self.tokens = KeyringTokens(self.clock, self.work, lambda: self.ring, self.file)
        self.silent = False

    def work(self, work: Callable[[], T], /) -> Deferred[T]:
        return Deferred() if self.silent else execute(work)

    def found(self) -> str | None:
        return self.successResultOf(self.tokens.find(PLACE, "alice"))

    def test_in_the_keyring(self) -> None:
        """A token is kept in the keyring, and not in the file."""
        self.successResultOf(self.tokens.keep(PLACE, "alice", "t1"))
        self.assertEqual("t1", self.found())
        self.assertIsNone(self.successResultOf(self.file.find(PLACE, "alice")))

    def test_forgotten(self) -> None:
        """A token that is forgotten is nowhere."""
        self.successResultOf(self.tokens.keep(PLACE, "alice", "t1"))
        self.successResultOf(self.tokens.keep(PLACE, "alice", None))
        self.assertEqual((None, {}), (self.found(), self.ring.held))

    def test_broken(self) -> None:
        """A keyring that refuses has the file in its place."""
        self.ring.broken = True
        self.successResultOf(self.tokens.keep(PLACE, "alice", "t1"))
        self.assertEqual("t1", self.found())

    def test_silent(self) -> None:
        """A keyring that never answers is waited for no longer than its deadline."""
        self.silent = True
        kept = self.tokens.keep(PLACE, "alice", "t1")
        self.assertNoResult(kept)
        self.clock.advance(PATIENCE)
        self.successResultOf(kept)
        found = self.tokens.find(PLACE, "alice")
        self.clock.advance(PATIENCE)
        self.assertEqual("t1", self.successResultOf(found))
