"""The folder that holds what must survive: for its owner's eyes alone, and for one server at a time."""

from __future__ import annotations

import fcntl
import math
import os
from pathlib import Path

from .cannot_start import CannotStart
from .log_file import LogFile


class DataFolder:
    """A folder that this process has taken, until it ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = -1

    def take(self) -> None:
        """Make the folder if need be and lock it; raises ``CannotStart``."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            # The lock is the kernel's: however a server ends, it is free again.
            self._lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise CannotStart(
                f"The data folder {self.path} cannot be used: {error.strerror}. "
                "Name another with --data FOLDER."
            ) from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self.leave()
            raise CannotStart(
                f"Another imserver is using the data folder {self.path}. Stop it first, "
                f"or give this one a folder of its own with --data FOLDER."
            ) from None

    def leave(self) -> None:
        """Let others have it."""
        os.close(self._lock)
        self._lock = -1

    @property
    def database(self) -> Path:
        """Where the embedded database is."""
        return self.path / "imserver.db"

    @property
    def told(self) -> Path:
        """Where it is kept up to where the log was told; a copy of the folder is made without it."""
        return self.path / "told"

    def room(self) -> dict[str, int]:
        """Give figures of its disk and of the embedded database, in bytes; those that can be had."""
        found: dict[str, int] = {}
        try:
            disk = os.statvfs(self.path)
            found |= {"disk.free": disk.f_bavail * disk.f_frsize, "disk.total": disk.f_blocks * disk.f_frsize}
            # What was committed last may still stand in the log beside it.
            parts = (self.database, self.database.with_name(f"{self.database.name}-wal"))
            found["database.bytes"] = sum(part.stat().st_size for part in parts if part.exists())
        except OSError:
            return found
        return found

    def open_log(self, most: float = math.inf) -> LogFile:
        """Open ``server.log`` to add to it; raises ``CannotStart``."""
        path = self.path / "server.log"
        try:
            return LogFile(path, most)
        except OSError as error:
            raise CannotStart(f"The log {path} cannot be written: {error.strerror}.") from None
