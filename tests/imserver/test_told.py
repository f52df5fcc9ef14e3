"""What is known of the log apart from the database, and what a copy from before is taken for (R15)."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from sqlalchemy import make_url
from twisted.trial.unittest import SynchronousTestCase

from imserver.storage import sqlite
from imserver.storage.database import Database, Engines
from imserver.told import Told

from .storage import contract
from .storage.cluster import OnPostgreSQL

EPOCH = "214364293ddc151d"


class VouchingTests(SynchronousTestCase):
    """The file alone."""

    def setUp(self) -> None:
        self.path = Path(self.mktemp())
        self.told = Told(self.path)
        self.addCleanup(self.told.close)

    def test_nobody_was_told(self) -> None:
        """Without the file, and with one that is none, nothing is vouched for."""
        self.assertFalse(self.told.vouches(EPOCH, 7))
        self.path.write_bytes(b"?" * 9)
        self.assertFalse(self.told.vouches(EPOCH, 7))

    def test_what_was_told(self) -> None:
        """A log is vouched for if it is of that epoch and holds all that was told; it may hold more."""
        self.told.begin(EPOCH, 7)
        self.told.note(9)
        for epoch, last, vouched in (
            (EPOCH, 9, True),
            (EPOCH, 12, True),
            (EPOCH, 8, False),
            ("k3", 9, False),
        ):
            self.assertIs(Told(self.path).vouches(epoch, last), vouched)

    def test_it_outlives_its_process(self) -> None:
        """What was noted is found by the next process though nothing was closed or written out."""
        self.told.begin(EPOCH, 7)
        if (child := os.fork()) == 0:
            self.told.note(99)
            os._exit(0)
        os.waitpid(child, 0)
        self.assertFalse(Told(self.path).vouches(EPOCH, 98))
        self.assertTrue(Told(self.path).vouches(EPOCH, 99))

    def test_a_copy_of_it(self) -> None:
        """A copy of the file vouches for nothing: it came with a copy of the database, perhaps an old one."""
        self.told.begin(EPOCH, 7)
        copy = Path(self.mktemp())
        shutil.copy2(self.path, copy)
        self.assertFalse(Told(copy).vouches(EPOCH, 7))


class RestoringContract(contract.StorageCase):
    """A server that is started on a database that was, or was not, the one it told from."""

    def setUp(self) -> None:
        self.path = Path(self.mktemp())
        self.folder = Path(self.mktemp())
        self.folder.mkdir()
        self.epochs = iter(("first", "second", "third"))
        super().setUp()
        self.assertEqual(self.open().epoch, "first")
        self.register("name1", "name2")

    def storage_of(self, engines: Engines) -> Database:
        self.witness = Told(self.folder / "told")
        self.addCleanup(self.witness.close)
        return Database(
            engines,
            write=contract.at_once,
            read=contract.at_once,
            soon=self.turns.soon,
            now=lambda: self.now,
            name_epoch=lambda: next(self.epochs),
            witness=self.witness,
        )

    def start_again(self) -> tuple[str, int, str | None]:
        """Start the server anew; give the epoch, where the log ends, and the epoch before if it is new."""
        self.close()
        opening = self.open()
        return opening.epoch, opening.last, opening.before

    def test_the_same_log_goes_on(self) -> None:
        """As long as nothing is put in its place a log keeps its epoch, however the server ended."""
        self.done(self.storage.append(contract.draft("hello", to={2})))
        self.assertEqual(self.start_again(), ("first", 3, None))
        self.assertEqual(self.start_again(), ("first", 3, None))

    def test_a_database_that_is_behind(self) -> None:
        """A log that ends before what was told is another log from now on, and stays that one."""
        self.witness.note(3)
        self.assertEqual(self.start_again(), ("second", 2, "first"))
        self.assertEqual(self.start_again(), ("second", 2, None))

    def test_a_database_that_nobody_vouches_for(self) -> None:
        """A log that is found alone is another from now on: who knows what was told of it elsewhere."""
        self.witness.close()
        (self.folder / "told").unlink()
        self.assertEqual(self.start_again(), ("second", 2, "first"))


class RestoringInAFile(RestoringContract):
    """SQLite, with real copies of the file."""

    def engines(self) -> Engines:
        return sqlite.open_file(make_url(f"sqlite:///{self.path}"))

    def test_an_older_copy(self) -> None:
        """A copy from before that is put in the place of the database is a new log, by itself."""
        self.close()
        shutil.copy(self.path, f"{self.path}.copy")
        self.open()
        self.done(self.storage.append(contract.draft("hello", to={2})))
        self.close()
        shutil.copy(f"{self.path}.copy", self.path)
        opening = self.open()
        self.assertEqual((opening.epoch, opening.last, opening.before), ("second", 2, "first"))


class RestoringOnPostgreSQL(OnPostgreSQL, RestoringContract):
    """PostgreSQL, whose node keeps what it told in its folder."""


del RestoringContract
