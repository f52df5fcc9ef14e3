"""``imserver verify``: what was changed anywhere is named, and what is whole is called whole."""

from __future__ import annotations

import errno
import json
import os
import sqlite3
from collections.abc import Callable

from imserver.operator import backups

from .folder_case import FolderCase


class VerifyTests(FolderCase):
    """A database is read from end to end."""

    def setUp(self) -> None:
        super().setUp()
        self.fill(8)

    def alter(self, *statements: str) -> None:
        """Change something behind the server's back."""
        connection = sqlite3.connect(self.database)
        with connection:
            for statement in statements:
                connection.execute(statement)
        connection.close()

    def wrong(self, *statements: str) -> list[str]:
        """Change something, and give what is found wrong."""
        self.alter(*statements)
        found: list[str] = self.typed_json("verify", f"--data={self.folder}", status=1)["wrong"]
        return found

    def test_whole(self) -> None:
        """A database that is as it was written is said to be, with what is in it."""
        self.assertIn("11 entries, 8 messages, 3 accounts", self.on_folder("verify"))

    def test_while_a_server_writes(self) -> None:
        """A server may go on meanwhile."""
        with self.served() as server:
            server.say(1, {2}, "just now")
            self.assertIn("12 entries", self.on_folder("verify"))

    def test_nobody_can_write_there(self) -> None:
        """On a disk that is read-only it is read, and nothing is put beside it."""
        real = os.statvfs

        class ReadOnly:
            f_flag = os.ST_RDONLY

        self.patch(os, "statvfs", lambda path: ReadOnly if path == self.database else real(path))
        before = sorted(os.listdir(self.folder))
        self.assertIn("11 entries", self.on_folder("verify"))
        self.assertEqual(before, sorted(os.listdir(self.folder)))

    def test_nobody_can_write_there_any_more(self) -> None:
        """What stands in the write-ahead log alone is read there, too."""
        real = os.statvfs

        class ReadOnly:
            f_flag = os.ST_RDONLY

        self.patch(os, "statvfs", lambda path: ReadOnly if path == self.database else real(path))
        with self.served() as server:
            server.say(1, {2}, "just now")
            self.assertIn("12 entries", self.on_folder("verify"))

    def test_a_backup_that_cannot_be_read(self) -> None:
        """What the system says of a backup, or of where it is unpacked, is said of that."""
        file = self.home / "kept.backup"
        self.on_folder("backup", str(file))

        def failing(error: int) -> Callable[..., None]:
            def fail(*_: object) -> None:
                raise OSError(error, os.strerror(error))

            return fail

        for name, error, code, place in (
            ("unpack", errno.ENOSPC, "disk-full", "/imserver-"),
            ("check", errno.EIO, "not-done", str(file)),
        ):
            self.patch(backups, name, failing(error))
            self.typed("verify", str(file), "--json", status=1)
            said = json.loads(self.complaint)
            self.assertEqual(code, said["error"])
            self.assertIn(place, said["sentence"].partition(": ")[0])

    def test_what_to_do(self) -> None:
        """Whatever meets damage calls it that, and says that a backup is to be restored; a fault of the
        disk is none."""
        for name in ("imserver.db-wal", "imserver.db-shm"):
            (self.folder / name).unlink(missing_ok=True)
        self.database.write_bytes(b"no database at all" * 1000)
        for words in (["verify"], ["export"], ["prune", "--older=3"], ["appoint", "ana"]):
            self.assertEqual("damaged", self.failed(*words), words)
            self.assertIn("estore the last good", self.complaint)
        self.assertEqual("damaged", self.failed("backup", str(self.home / "file")))
        self.database.write_bytes(b"")
        self.assertEqual("not-done", self.failed("verify"))
        self.assertIn("there is nothing of an imserver in it", self.complaint)

    def failed(self, *words: str) -> str:
        """Type what fails; give the code of why it did."""
        self.on_folder(*words, "--json", status=1)
        return str(json.loads(self.complaint)["error"])

    def test_a_flipped_bit(self) -> None:
        """One bit of a text is noticed."""
        written = self.database.read_bytes()
        at = written.index(b"words 3")
        broken = bytearray(written)
        broken[at + 6] ^= 1
        self.database.write_bytes(broken)
        self.on_folder("verify", status=1)
        self.assertIn("entry 7 is not as it was written", self.complaint)

    def test_every_column(self) -> None:
        """Whatever column of an entry is another, it is noticed."""
        for column, value in (("at", 1), ("sender", "'bea'"), ("audience", "'x'"), ("ref", "'y'"), ("to", 7)):
            self.assertIn(
                "entry 6 is not as it was written",
                self.wrong(f'UPDATE entry SET "{column}" = {value} WHERE number = 6'),
            )

    def test_a_hole(self) -> None:
        """An entry that is gone is noticed, in the middle and at the end."""
        found = self.wrong("DELETE FROM audience WHERE entry = 7", "DELETE FROM entry WHERE number = 7")
        self.assertIn("behind entry 6 stands entry 8", found)
        self.assertIn(
            "the log ends at 10, and says that it ends at 11",
            self.wrong("DELETE FROM audience WHERE entry = 11", "DELETE FROM entry WHERE number = 11"),
        )

    def test_for_others(self) -> None:
        """A message that has become somebody else's is noticed."""
        found = self.wrong("UPDATE audience SET account = 1 WHERE entry = 5 AND account = 3")
        self.assertEqual(["entry 5 is not for the people of its conversation"], found)

    def test_made_to_look_old(self) -> None:
        """A message that is empty as if it had been let go, and was not, is noticed."""
        found = self.wrong("UPDATE entry SET text='', conversation=NULL, checksum=NULL WHERE number = 5")
        self.assertIn("entry 5 was let go, and should not have been", found)

    def test_index(self) -> None:
        """An index that no longer agrees with its table is noticed."""
        self.alter(
            "PRAGMA writable_schema=ON",
            "UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM "
            "sqlite_master WHERE name='entry_to_everyone') WHERE name='entry_about_people'",
        )
        self.on_folder("verify", status=1)

    def test_another_step(self) -> None:
        """A database of another version is not judged, and it is said what to do."""
        for step, words in (("0001", "Start a server on it"), ("9999", "of a newer imserver")):
            self.alter(f"UPDATE alembic_version SET version_num = '{step}'")
            self.on_folder("verify", status=1)
            self.assertIn(words, self.complaint)

    def test_a_backup(self) -> None:
        """A backup is read just so."""
        file = self.home / "kept.backup"
        self.on_folder("backup", str(file))
        self.assertIn("11 entries", self.typed("verify", str(file)))
