"""The file ``server.log`` through the years: moved away by whoever wants to, and never too long."""

from __future__ import annotations

import math
import os
from contextlib import suppress
from io import FileIO
from itertools import pairwise
from pathlib import Path

#: So many of the files before it are kept beside it: server.log.1 is the youngest.
KEPT = 8


class LogFile:
    """A file to add lines to; when it was moved away, or has grown to ``most`` bytes, a new one is begun.

    It is looked at before each write, which is once a turn at most; so logrotate need tell nobody, and
    a file that was moved is written to no more.  If no new one can be had, the old one goes on.
    """

    def __init__(self, path: Path, most: float = math.inf) -> None:
        self._path = path
        self.most = most  #: bytes
        self._file = self._opened()
        self._whole = True  # no line has been begun and not ended

    @property
    def closed(self) -> bool:
        """Whether it was let go of."""
        return self._file.closed

    def write(self, data: bytes) -> int:
        """Add as much as there is room for, and say how much that was; raises ``OSError``."""
        if self._whole:
            with suppress(OSError):
                self._look()
        written = self._file.write(data) or 0
        if written:
            self._whole = data[written - 1 : written] == b"\n"
        return written

    def close(self) -> None:
        """Let go of it."""
        self._file.close()

    def _opened(self) -> FileIO:
        return FileIO(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600), "a")

    def _look(self) -> None:
        """See to it that the file is the one of that name, and not too long."""
        mine = os.fstat(self._file.fileno())
        try:
            named = os.stat(self._path)
        except FileNotFoundError:
            named = None
        if named is not None and os.path.samestat(mine, named):
            if mine.st_size < self.most:
                return
            self._put_away()
        opened = self._opened()
        self._file.close()
        self._file = opened

    def _put_away(self) -> None:
        names = [self._path, *(self._path.with_name(f"{self._path.name}.{n + 1}") for n in range(KEPT))]
        for younger, older in reversed(list(pairwise(names))):
            with suppress(FileNotFoundError):
                younger.replace(older)
