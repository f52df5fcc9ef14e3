"""The folder that holds what must survive."""

from __future__ import annotations

import stat
from contextlib import closing
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from imserver.cannot_start import CannotStart
from imserver.data_folder import DataFolder


class DataFolderTests(SynchronousTestCase):
    """A folder on the disk."""

    def setUp(self) -> None:
        self.path = Path(self.mktemp()) / "further" / "down"

    def taken(self, path: Path | None = None) -> DataFolder:
        folder = DataFolder(path or self.path)
        folder.take()
        self.addCleanup(folder.leave)
        return folder

    def test_private(self) -> None:
        """It is made for its owner's eyes alone."""
        self.taken()
        self.assertEqual(0o700, stat.S_IMODE(self.path.stat().st_mode))

    def test_one_at_a_time(self) -> None:
        """Who comes second is told so, and what to do."""
        self.taken()
        sentence = str(self.assertRaises(CannotStart, DataFolder(self.path).take))
        self.assertIn(f"Another imserver is using the data folder {self.path}.", sentence)
        self.assertIn("--data FOLDER", sentence)

    def test_one_after_the_other(self) -> None:
        """When one has left, the next may come."""
        first = DataFolder(self.path)
        first.take()
        first.leave()
        self.taken()

    def test_no_folder(self) -> None:
        """Where no folder can be, that is said with the reason."""
        self.path.parent.mkdir(parents=True)
        self.path.write_text("")
        sentence = str(self.assertRaises(CannotStart, DataFolder(self.path).take))
        self.assertIn("cannot be used: File exists.", sentence)

    def test_log_is_added_to(self) -> None:
        """The log of the time before stays."""
        folder = self.taken()
        for line in (b"one\n", b"two\n"):
            with closing(folder.open_log()) as log:
                log.write(line)
        self.assertEqual("one\ntwo\n", (self.path / "server.log").read_text())

    def test_log_cannot_be_written(self) -> None:
        """A log that cannot be written is named."""
        folder = self.taken()
        (self.path / "server.log").mkdir()
        sentence = str(self.assertRaises(CannotStart, folder.open_log))
        self.assertIn(f"{self.path / 'server.log'} cannot be written: Is a directory.", sentence)
