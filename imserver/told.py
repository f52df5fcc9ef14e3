"""Which log was told here, and up to where: kept apart from the database, to notice an older copy of it.

Numbers that were told must never be given out again for something else (language, R15).  What is told
is on disk in the database; but whoever puts a copy from before in its place puts back the numbers, too.
"""

from __future__ import annotations

import mmap
import os
import struct
from contextlib import suppress
from pathlib import Path

#: The epoch, the file's own number on its disk, the last number told.
_FORM = struct.Struct("<32sQQ")
_LAST = struct.Struct("<Q")
_AT_LAST = 40


class Told:
    """A small file that says how far the log was told.

    It is mapped into memory: what is noted outlives the process at once, costs no call of the kernel
    and needs no room on a full disk; the kernel brings it to the disk within half a minute.  It
    knows its own place, so that a copy of the whole folder, too, is taken for what it is.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._map: mmap.mmap | None = None

    def vouches(self, epoch: str, last: int) -> bool:
        """Whether a log that ends there is the one that was told here, with all that was told."""
        with suppress(OSError, struct.error), self._path.open("rb") as file:
            named, place, told = _FORM.unpack(file.read(_FORM.size))
            return (named, place) == (_named(epoch), os.fstat(file.fileno()).st_ino) and told <= last
        return False

    def begin(self, epoch: str, last: int) -> None:
        """Stand for this log from now on."""
        with self._path.open("a+b") as file:
            file.write(bytes(max(0, _FORM.size - file.tell())))  # no holes: a map has no way to say "full"
            file.flush()
            self._map = mmap.mmap(file.fileno(), _FORM.size)
            _FORM.pack_into(self._map, 0, _named(epoch), os.fstat(file.fileno()).st_ino, last)
        self._map.flush()

    def note(self, last: int) -> None:
        """Note up to where it is told in a moment."""
        assert self._map is not None
        _LAST.pack_into(self._map, _AT_LAST, last)

    def close(self) -> None:
        """Bring it to the disk."""
        if self._map is not None:
            self._map.flush()
            self._map.close()
            self._map = None


def _named(epoch: str) -> bytes:
    return epoch.encode().ljust(32, b"\0")
