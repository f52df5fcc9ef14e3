"""The contract on SQLite, in memory and in a file, and what a file must be set to."""

from __future__ import annotations

from sqlalchemy import make_url, text

from imserver.storage import queries, sqlite, statements
from imserver.storage.database import Engines
from imserver.storage.interface import StorageError

from . import contract

_STREAM = {"who": 1, "position": 0, "limit": 10, "refs": "[]", "named": "name1"}
_ASKED_OFTEN = [
    (queries.page, _STREAM),
    (queries.count, _STREAM),
    (statements.said_under, _STREAM),
    (queries.credential, _STREAM),
    (queries.devices, _STREAM),
]


class InMemory(contract.StorageContract):
    """The storage that the tests of the server stand on."""

    def engines(self) -> Engines:
        return sqlite.open_memory()


class FileCase(contract.StorageCase):
    """A storage in a file."""

    def engines(self) -> Engines:
        if not hasattr(self, "path"):
            self.path = self.mktemp()
        return sqlite.open_file(make_url(f"sqlite:///{self.path}"))


class InAFile(FileCase, contract.OnDisk, contract.StorageContract):
    """The storage of a server on one machine."""

    def test_every_commit_is_synchronised(self) -> None:
        """Every connection writes ahead and synchronises in full: an OK survives a power cut."""
        for engine in (self.database.writing, self.database.reading):
            with engine.connect() as connection:
                self.assertEqual(connection.scalar(text("PRAGMA journal_mode")), "wal")
                self.assertEqual(connection.scalar(text("PRAGMA synchronous")), 2)
                self.assertEqual(connection.scalar(text("PRAGMA foreign_keys")), 1)

    def test_a_full_disk_refuses_and_recovers(self) -> None:
        """What finds no room changes nothing and uses up no ref; when there is room again it is taken."""
        self.register("name1", "name2")
        with self.database.writing.connect() as connection:
            pages = connection.scalar(text("PRAGMA page_count"))
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
            connection.rollback()
        long = contract.draft("x" * 60_000, to={2}, ref="r")
        self.refused(self.storage.append(long), StorageError)
        with self.database.writing.connect() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
            connection.rollback()
        self.assertEqual(self.done(self.storage.append(long)).entry.number, 3)

    def test_streams_and_refs_are_found_by_index(self) -> None:
        """No statement that is asked often reads a whole table."""
        self.register("name1", "name2")
        plans: list[str] = []
        with self.database.reading.connect() as connection:
            for statement, values in _ASKED_OFTEN:
                sql = statement.compile(connection)
                parameters = tuple((sql.params | values)[name] for name in sql.positiontup or ())
                rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters)
                plans += [row[-1] for row in rows]
        tables = ("entry", "audience", "account", "device")
        scans = [plan for plan in plans if plan.startswith(tuple(f"SCAN {table}" for table in tables))]
        self.assertEqual(scans, [])
