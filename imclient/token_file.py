"""A token in a file: what a program that is run again and again comes in by, in place of a password."""

from __future__ import annotations

import secrets
import time
from pathlib import Path

from twisted.internet.defer import Deferred, execute
from twisted.python.lockfile import FilesystemLock

from .core import private_file
from .core.proof import Proof

#: Seconds; as long as one that says one thing may take.
PATIENCE = 30.0


class BadTokenFile(Exception):
    """What is in the file is no token, or it cannot be written; ``str`` says which."""


class TokenFile:
    """A file that holds a device's name and its token; while one program has it, the next waits.

    A token is renewed with each use, so two programs must not use one at the same time.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = _locked(path.with_name(f"{path.name}.lock"))
            words = path.read_text(encoding="utf-8").split() if path.exists() else []
        except (OSError, UnicodeError) as error:
            raise BadTokenFile(f"The token's file cannot be used: {error}.") from None
        if len(words) not in (0, 2):
            raise BadTokenFile(f"There is no token in {path}: delete it, and say the password once more.")
        self.device = words[0] if words else f"imsend-{secrets.token_hex(4)}"
        self._token = words[1] if words else None

    @property
    def is_new(self) -> bool:
        """Whether there is no token yet."""
        return self._token is None

    def proof(self, password: str | None) -> Proof:
        """Give what it comes in by; the password, if there is one, when there is no token that does."""
        return Proof(password, self._token, self._keep)

    def _keep(self, token: str | None) -> Deferred[None]:
        return execute(self._write, token)

    def _write(self, token: str | None) -> None:
        if token is None:
            self._path.unlink(missing_ok=True)
            return
        private_file.write(self._path, f"{self.device} {token}\n")

    def close(self) -> None:
        """Let the next program have it."""
        self._lock.unlock()


def _locked(path: Path) -> FilesystemLock:
    """Wait until nobody else has it; of a program that was killed the lock counts no more."""
    lock = FilesystemLock(str(path))
    deadline = time.monotonic() + PATIENCE
    while not lock.lock():
        if time.monotonic() > deadline:
            raise BadTokenFile(f"Another program has been using the token's file for {PATIENCE:.0f} s.")
        time.sleep(0.05)
    return lock
