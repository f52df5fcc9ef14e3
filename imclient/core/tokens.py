"""What this device comes back with from one start to the next, in place of the password."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Protocol

from twisted.internet.defer import Deferred

from . import private_file
from .running import Run

FILE = "tokens.json"


class Tokens(Protocol):
    """Where tokens are kept: a file of the user's own, or the system's keyring."""

    def find(self, place: str, name: str) -> Deferred[str | None]:
        """Give the token of a name at a server, ``HOST:PORT``."""

    def keep(self, place: str, name: str, token: str | None) -> Deferred[None]:
        """Have it on disk, in place of the one before; None: forget it."""


class FileTokens:
    """Tokens in a file that only its user can read."""

    def __init__(self, folder: Path, run: Run) -> None:
        self._path = folder / FILE
        self._run = run

    def find(self, place: str, name: str) -> Deferred[str | None]:
        """Give the token of a name at a server."""
        return self._run(lambda: self._read().get(f"{name}@{place}"))

    def keep(self, place: str, name: str, token: str | None) -> Deferred[None]:
        """Have it on disk before the Deferred fires."""
        return self._run(lambda: self._keep(f"{name}@{place}", token))

    def _read(self) -> dict[str, str]:
        try:
            read: Any = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}  # whoever has lost them says the password again
        return {str(k): str(v) for k, v in read.items()} if isinstance(read, dict) else {}

    def _keep(self, key: str, token: str | None) -> None:
        tokens = self._read()
        if tokens.pop(key, None) is None and token is None:
            return
        if token is not None:
            tokens[key] = token
        private_file.write(self._path, json.dumps(tokens, indent=2))
