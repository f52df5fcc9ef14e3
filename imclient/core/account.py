"""The accounts that this device holds something of, each in a file of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from .cache import Cache, cache_path
from .desk import Left
from .desk import read as read_desk
from .records import Held
from .running import Run
from .settings import Settings
from .signal import Signal


@dataclass(eq=False)
class Account:
    """A name at a server, and what this device holds of it."""

    name: str
    cache: Cache
    held: Held = field(default_factory=Held)
    left: Left = field(default_factory=Left)

    @property
    def desk(self) -> Path:
        """The file of its desk."""
        return self.cache.path.with_suffix(".desk.json")


class Accounts:
    """A profile's."""

    def __init__(self, settings: Settings, run: Run, reactor: Any) -> None:
        #: A sentence when an account's file cannot be written, from the first moment: whoever comes in while
        #: the disk is full waits, and must know for what.  Empty when it can again.
        self.trouble: Signal[str] = Signal()
        self._settings, self._run, self._reactor = settings, run, reactor

    def holds(self, host: str, port: int, name: str) -> bool:
        """Tell whether this device holds anything of an account."""
        return self._path(host, port, name).exists()

    async def open(self, host: str, port: int, name: str, shown: Account | None) -> Account:
        """Open what is held of an account, or give the one that is shown if it is the same.

        Nothing is written before somebody is in.
        """
        path = self._path(host, port, self._settings.first_name(host, port, name))
        if shown is not None and shown.cache.path == path:
            return shown
        account = Account(name, Cache(path, name, self._run, self._reactor))
        account.cache.trouble.connect(self.trouble.emit)
        if path.exists():
            account.held = await account.cache.load()
            account.left = await self._run(partial(read_desk, account.desk))
        return account

    def _path(self, host: str, port: int, name: str) -> Path:
        return cache_path(self._settings.folder, host, port, name, self._settings.device)
