"""server.log through the years: moved away, grown, and never written to where nobody looks."""

from __future__ import annotations

import errno
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from imserver.log_file import KEPT, LogFile


class LogFileTests(SynchronousTestCase):
    def setUp(self) -> None:
        folder = Path(self.mktemp())
        folder.mkdir()
        self.path = folder / "server.log"

    def opened(self, most: float = 1_000_000) -> LogFile:
        """Open it, for as long as the test takes."""
        log = LogFile(self.path, most)
        self.addCleanup(log.close)
        return log

    def test_moved_away(self) -> None:
        """Who moves the file away has all of it at once: the next line begins a new one."""
        log = self.opened()
        log.write(b"one\n")
        self.path.rename(old := self.path.with_name("old"))
        log.write(b"two\n")
        self.assertEqual((old.read_bytes(), self.path.read_bytes()), (b"one\n", b"two\n"))

    def test_replaced(self) -> None:
        """A file that somebody put in its place, as logrotate's create does, is gone on with."""
        log = self.opened()
        log.write(b"one\n")
        self.path.rename(self.path.with_name("old"))
        self.path.write_bytes(b"")
        log.write(b"two\n")
        self.assertEqual(self.path.read_bytes(), b"two\n")

    def test_emptied(self) -> None:
        """A file that was emptied, as by copytruncate, is written to from its beginning."""
        log = self.opened()
        log.write(b"one\n")
        self.path.write_bytes(b"")
        log.write(b"two\n")
        self.assertEqual(self.path.read_bytes(), b"two\n")

    def test_no_line_in_two_files(self) -> None:
        """A line that was begun is ended where it was begun."""
        log = self.opened()
        log.write(b"one\ntw")
        self.path.rename(old := self.path.with_name("old"))
        log.write(b"o\n")
        log.write(b"three\n")
        self.assertEqual((old.read_bytes(), self.path.read_bytes()), (b"one\ntwo\n", b"three\n"))

    def test_grown(self) -> None:
        """A file that has grown to its bound is put away beside it, and of those so many are kept."""
        log = self.opened(most=4)
        for number in range(KEPT + 3):
            log.write(b"%03d\n" % number)
        kept = {path.name: path.read_bytes() for path in self.path.parent.iterdir()}
        expected = {f"server.log.{n}": b"%03d\n" % (KEPT + 2 - n) for n in range(1, KEPT + 1)}
        self.assertEqual(kept, {"server.log": b"%03d\n" % (KEPT + 2), **expected})

    def test_no_new_one(self) -> None:
        """Where no new file can be, the old one goes on."""
        log = self.opened()
        log.write(b"one\n")
        self.path.rename(old := self.path.with_name("old"))
        self.path.mkdir()
        log.write(b"two\n")
        self.assertEqual(old.read_bytes(), b"one\ntwo\n")

    def test_for_its_owner(self) -> None:
        """Nobody else may read it, nor one that is begun later."""
        log = self.opened()
        self.path.unlink()
        log.write(b"one\n")
        self.assertEqual(self.path.stat().st_mode & 0o777, 0o600)

    def test_closed(self) -> None:
        """It says whether it was let go of; what cannot be opened is an ``OSError``."""
        log = self.opened()
        log.close()
        self.assertTrue(log.closed)
        self.path.unlink()
        self.path.mkdir()
        error = self.assertRaises(OSError, LogFile, self.path)
        self.assertEqual(error.errno, errno.EISDIR)
