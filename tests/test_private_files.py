"""The files that client and server keep for their owner's eyes alone."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from imclient.core import private_file as clients
from imserver import private_file as servers


class PrivateFileTests(SynchronousTestCase):
    """One that is there already is written anew, by either."""

    def setUp(self) -> None:
        self.path = Path(self.mktemp())
        self.synchronised: list[str] = []
        self.patch(os, "fsync", self._fsync)

    def _fsync(self, _file: int) -> None:
        self.synchronised.append(self.path.read_text())

    def both(self, **how: bool) -> list[Callable[[str], None]]:
        return [
            lambda text: clients.write(self.path, text, **how),
            lambda text: servers.write(self.path, text.encode(), **how),
        ]

    def test_nobody_elses(self) -> None:
        """Nobody else may read it, whatever is let to others by default."""
        self.addCleanup(os.umask, os.umask(0))
        for write in self.both():
            self.path.write_text("old")
            write("new")
            self.assertEqual(("new", 0o600), (self.path.read_text(), stat.S_IMODE(self.path.stat().st_mode)))

    def test_on_disk_first(self) -> None:
        """It takes the old one's place only when it is on disk, unless it is not worth that."""
        for write in self.both():
            self.path.write_text("old")
            write("new")
        self.assertEqual(["old", "old"], self.synchronised)
        for write in self.both(on_disk=False):
            write("newer")
            self.assertEqual("newer", self.path.read_text())
        self.assertEqual(2, len(self.synchronised))

    def test_a_disk_that_fails(self) -> None:
        """Where it cannot be written, what was there is there still, and whole."""

        def fails(_file: int) -> None:
            raise OSError

        self.patch(os, "fsync", fails)
        for write in self.both():
            self.path.write_text("old")
            self.assertRaises(OSError, write, "new")
            self.assertEqual("old", self.path.read_text())
