"""Backups: whole though a server writes, read back, and put in place as a log with a new epoch."""

from __future__ import annotations

import errno
import os
import sqlite3
import tarfile
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from imserver.certificate import make
from imserver.operator import backups
from imserver.operator.saying import NotDone
from imserver.running_as import user
from imserver.storage import copying

from .folder_case import FolderCase


class BackupTests(FolderCase):
    """A backup is made."""

    def setUp(self) -> None:
        super().setUp()
        self.file = self.home / "kept.backup"

    def back_up(self, status: int = 0) -> str:
        return self.on_folder("backup", str(self.file), status=status)

    def entries(self) -> int:
        """Count what is in the backup."""
        unpacked = self.home / "unpacked.db"
        backups.unpack(self.file, "imserver.db", unpacked)
        return backups.findings(unpacked, alone=True).entries

    def test_what_it_says(self) -> None:
        """It says how much is in it; the file is there, and only its owner may read it."""
        self.fill()
        self.assertIn("8 entries, 3 accounts", self.back_up())
        self.assertEqual(0o600, self.file.stat().st_mode & 0o777)
        self.assertEqual({"data", "kept.backup"}, set(os.listdir(self.home)))

    def test_while_a_server_writes(self) -> None:
        """What was answered OK a moment ago, and stands in the write-ahead log alone, is in it."""
        self.fill()
        with self.served() as server:
            server.say(1, {2}, "just now")
            self.assertGreater(Path(f"{self.database}-wal").stat().st_size, 0)
            self.back_up()
            server.say(1, {2}, "later")
        self.assertEqual(9, self.entries())

    def test_it_is_one_moment(self) -> None:
        """What is written while it is copied is in it by no half, and nobody waits for it."""
        self.fill()
        with self.served() as server:
            steps = 0

            def written_meanwhile(path: Path) -> None:
                nonlocal steps
                steps += 1
                server.say(2, {3}, "meanwhile")

            self.patch(copying, "STEP", 1)
            self.patch(copying, "synchronise", written_meanwhile)
            copying.copy(self.database, self.home / "x.db")
        self.assertGreater(steps, 10)
        self.assertEqual(8, backups.findings(self.home / "x.db", alone=True).entries)

    def test_damaged(self) -> None:
        """Of a damaged database no backup is made, and nothing is left lying about."""
        self.fill()
        with sqlite3.connect(self.database) as database:
            database.execute("UPDATE entry SET text = 'other words' WHERE number = 5")
        database.close()
        self.back_up(status=1)
        self.assertIn("entry 5 is not as it was written", self.complaint)
        self.assertEqual(["data"], os.listdir(self.home))

    def test_never_over_another(self) -> None:
        """A file that is there is left as it is."""
        self.fill()
        self.file.write_text("precious")
        self.back_up(status=1)
        self.assertEqual("precious", self.file.read_text())

    def test_in_a_folder(self) -> None:
        """In a folder it is named after the moment."""
        self.fill()
        said = self.typed_json("backup", str(self.home), f"--data={self.folder}")
        self.assertRegex(said["file"], r"/imserver-\d{8}T\d{6}Z\.backup$")
        self.assertTrue(Path(said["file"]).exists())

    def test_nothing_there(self) -> None:
        """Without a database it says what to do."""
        self.back_up(status=1)
        self.assertIn("--data FOLDER", self.complaint)


class SentenceTests(SynchronousTestCase):
    """What the system or the database would not do, as it is said."""

    def said(self, error: Exception) -> tuple[str, str]:
        with self.assertRaises(NotDone) as caught, backups.in_a_sentence(Path("/data")):
            raise error
        return caught.exception.code, str(caught.exception)

    def test_a_right(self) -> None:
        """Where a right is lacking it is said who asked, and for what."""
        code, sentence = self.said(PermissionError(errno.EACCES, "Permission denied", "/data/x"))
        self.assertEqual("not-done", code)
        self.assertIn(f"/data/x: Permission denied. This was asked as {user()}", sentence)

    def test_no_damage(self) -> None:
        """A file that SQLite cannot open is not damaged by that, and nobody is sent to the last backup."""
        try:
            sqlite3.connect("/nowhere/imserver.db")
        except sqlite3.OperationalError as error:
            code, sentence = self.said(error)
        self.assertEqual("not-done", code)
        self.assertIn("unable to open database file. Is the disk all right", sentence)
        self.assertNotIn("backup", sentence)


class RestoreTests(FolderCase):
    """A backup is put in place."""

    def setUp(self) -> None:
        super().setUp()
        self.file = self.home / "kept.backup"
        self.fill()
        make(self.folder / "certificate.pem")
        (self.folder / "imserver.toml").write_text("keep = 30\n")
        self.on_folder("backup", str(self.file))
        self.elsewhere = self.home / "elsewhere"

    def restore(self, *words: str, status: int = 0) -> str:
        return self.typed("restore-backup", str(self.file), f"--data={self.elsewhere}", *words, status=status)

    def test_elsewhere(self) -> None:
        """On another machine it is the same server: its log, its certificate and its configuration."""
        self.assertIn("8 entries and 3 accounts", self.restore())
        for name in ("certificate.pem", "imserver.toml"):
            self.assertEqual((self.folder / name).read_bytes(), (self.elsewhere / name).read_bytes())
        with self.served(self.elsewhere) as server:
            self.assertEqual((8, 3), (server.opening.last, len(server.opening.accounts)))
        self.assertEqual(0o700, self.elsewhere.stat().st_mode & 0o777)

    def test_new_epoch(self) -> None:
        """It has a new epoch before any server is started on it, and keeps the one that was told."""
        before = backups.findings(self.database).epoch
        said = self.restore()
        after = backups.findings(self.elsewhere / "imserver.db").epoch
        self.assertNotEqual(before, after)
        self.assertIn(f"under the new epoch {after}.", said)
        with self.served(self.elsewhere) as server:
            self.assertEqual(after, server.opening.epoch)

    def test_left_half_done(self) -> None:
        """If it breaks off once the log has its place, the first start gives it an epoch of its own."""
        self.patch(backups, "_vouch", lambda *given: self.fail("the machine stops"))
        self.assertRaises(self.failureException, backups.restore, self.file, self.elsewhere, replace=False)
        with self.served(self.elsewhere) as server:
            self.assertIsNotNone(server.opening.before)

    def test_again_and_again(self) -> None:
        """However often it is restored, no epoch was there before, and all that was replaced is kept."""
        epochs = {backups.findings(self.database).epoch}
        for n in range(1, 11):
            self.restore(*(["--replace"] if n > 1 else []))
            with self.served(self.elsewhere) as server:
                server.say(1, {2}, f"in life {n}")
                epochs.add(server.opening.epoch)
            self.assertEqual(n + 1, len(epochs))
        kept = [
            path for path in self.elsewhere.glob("*.replaced-*") if not path.name.endswith(("-wal", "-shm"))
        ]
        self.assertEqual(9, len(kept))

    def test_in_place(self) -> None:
        """In the place of a log that went on, it has a new epoch too; what was there is kept."""
        with self.served() as server:
            server.say(1, {2}, "after the backup")
            before = server.opening.epoch
        self.elsewhere = self.folder
        self.restore(status=1)
        self.assertIn("--replace", self.complaint)
        self.restore("--replace")
        (kept,) = self.folder.glob("imserver.db.replaced-*[0-9]")
        self.assertEqual(9, backups.findings(kept).entries)
        with self.served() as server:
            self.assertEqual(8, server.opening.last)
            self.assertNotEqual(before, server.opening.epoch)

    def test_a_server_runs(self) -> None:
        """A folder that a server uses is left alone."""
        self.elsewhere = self.folder
        with backups.taken(self.folder):
            self.restore("--replace", status=1)
        self.assertIn("Another imserver is using the data folder", self.complaint)
        self.assertEqual([], list(self.folder.glob("*replaced*")))

    def test_damaged(self) -> None:
        """A backup in which one bit is another is refused, wherever it lies, and nothing is put in place."""
        whole = bytearray(self.file.read_bytes())
        for at in (700, 5000, len(whole) // 2):
            broken = bytearray(whole)
            broken[at] ^= 1
            self.file.write_bytes(broken)
            self.restore(status=1)
            self.assertFalse((self.elsewhere / "imserver.db").exists())
        self.file.write_bytes(whole[: -len(whole) // 3])
        self.restore(status=1)

    def test_no_backup(self) -> None:
        """What is no backup is refused in a sentence, also a tar that leads elsewhere."""
        self.file.write_text("Dear diary")
        self.restore(status=1)
        self.assertIn("is no backup", self.complaint)
        with tarfile.open(self.file, "w") as tar:
            tar.add(__file__, "../../somewhere")
        self.restore(status=1)
        self.assertIn("there is no backup.json in it", self.complaint)
        self.file.unlink()
        self.restore(status=1)
        self.assertIn("No such file", self.complaint)

    def test_no_folder_for_it(self) -> None:
        """Where the folder of the file, or the database, is not there, it is said what to name."""
        self.typed("backup", str(self.home / "nowhere" / "file"), f"--data={self.folder}", status=1)
        self.assertIn(f"There is no folder {self.home}/nowhere; make it", self.complaint)
        for words in (["backup", str(self.file)], ["verify"], ["export"], ["prune", "--older=3"]):
            self.typed(*words, f"--data={self.home}/nowhere", status=1)
            self.assertIn("name the data folder with --data FOLDER", self.complaint)
