"""The contract on SQLite, in memory and in a file, and what a file must be set to."""

from __future__ import annotations

import os
from typing import Any

from sqlalchemy import event, make_url, text

from imserver.storage import schema, sqlite
from imserver.storage.database import Engines
from imserver.storage.interface import DiskFull

from . import (
    accounts_contract,
    administration_contract,
    contract,
    reading_contract,
    retention_contract,
)


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
        self.refused(self.storage.append(long), DiskFull)
        with self.database.writing.connect() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
            connection.rollback()
        self.assertEqual(self.done(self.storage.append(long)).entry.number, 3)

    def test_the_write_ahead_log_is_folded_in(self) -> None:
        """However much is written, the write-ahead log stays within its bound; the database has the rest."""
        self.patch(sqlite.WriteAheadLog, "FOLDED_AT", 50)
        self.register("name1", "name2")
        for n in range(60):
            self.done(self.storage.append(contract.draft(f"{n} " + "x" * 30_000, to={2})))
        page = 4096
        self.assertGreater(os.path.getsize(self.path), 60 * 30_000 - 60 * page)
        self.assertLess(os.path.getsize(f"{self.path}-wal"), 80 * page)

    def test_a_reader_does_not_keep_it_from_being_folded_in_for_ever(self) -> None:
        """What a long reader holds up is folded in when the reader is gone."""
        self.patch(sqlite.WriteAheadLog, "FOLDED_AT", 50)
        self.patch(sqlite.WriteAheadLog, "AGAIN", 10)
        self.register("name1", "name2")
        with self.database.reading.connect() as reader, reader.begin():
            reader.scalar(text("SELECT last FROM log"))
            self._say_much()
            self.assertLess(os.path.getsize(self.path), 300_000)
        self._say_much()
        self.assertGreater(os.path.getsize(self.path), 600_000)

    def _say_much(self) -> None:
        for n in range(20):
            self.done(self.storage.append(contract.draft(f"{n} " + "x" * 30_000, to={2})))


class DeliveryInMemory(reading_contract.DeliveryContract):
    """What the tests of the server stand on: reading, receipts, devices and blocks."""

    def engines(self) -> Engines:
        return sqlite.open_memory()


class AdministrationInMemory(administration_contract.AdministrationContract):
    """What the tests of the server stand on: invites, rights, suspensions."""

    def engines(self) -> Engines:
        return sqlite.open_memory()


class AdministrationInAFile(FileCase, administration_contract.AdministrationContract):
    """The same of a server on one machine."""


class RetentionInMemory(retention_contract.RetentionContract):
    """What the tests of the server stand on: what is let go."""

    def engines(self) -> Engines:
        return sqlite.open_memory()


class RetentionInAFile(FileCase, retention_contract.RetentionContract):
    """The same of a server on one machine."""


class AccountsInAFile(FileCase, accounts_contract.AccountsContract):
    """Names, secrets and the end of accounts in a file."""


class DeliveryInAFile(FileCase, reading_contract.DeliveryOnDisk, reading_contract.DeliveryContract):
    """The same of a server on one machine."""


_ALONG = "SEARCH entry USING COVERING INDEX entry_conversation"


class Plans(reading_contract.ReadingCase):
    """How SQLite goes about what it is asked."""

    def engines(self) -> Engines:
        return sqlite.open_memory()

    def plans(self, *asked: Any) -> list[str]:
        """Do what is asked, and say how each statement of it is done."""
        said: list[tuple[str, Any]] = []

        def listen(
            _connection: object, _cursor: object, statement: str, values: Any, _context: object, many: bool
        ) -> None:
            said.append((statement, values[0] if many else values))

        event.listen(self.database.writing, "before_cursor_execute", listen)
        for name, *arguments in asked:
            more = arguments.pop() if arguments and isinstance(arguments[-1], dict) else {}
            self.done(getattr(self.storage, name)(*arguments, **more))
        event.remove(self.database.writing, "before_cursor_execute", listen)
        with self.database.reading.connect() as connection:
            return [
                row[-1]
                for statement, values in said
                if not statement.startswith("BEGIN")
                for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            ]

    def test_everything_is_found_by_index(self) -> None:
        """Nothing that is asked while the server runs reads a whole table."""
        page: dict[str, Any] = {"after": 0, "before": None, "limit": 10}
        self.say("x", to={2}, ref="r")
        self.say("x")
        plans = self.plans(
            ("register", "name4", ""),
            ("append", contract.draft("y", to={2}, ref="r2")),
            ("append", contract.draft("y", to={4}, ref="r3")),
            ("said_as", 1, "r"),
            ("credential", "name1"),
            ("page_after", 2, 0, 10),
            ("count_after", 2, 0),
            ("history", 2, None, page),
            ("history", 2, None, page | {"after": 1}),
            ("history", 2, frozenset({1, 2}), page),
            ("history", 2, frozenset(), page | {"after": 1}),
            ("conversations", 2, None, 10),
            ("unread", 2, frozenset({1, 2}), 0, 10),
            ("read", 2, 4),
            ("reached", 2, 0, 9),
            ("receipts_of", [4, 5]),
            ("receipts", 1, 4, None, 10),
            ("receipts", 1, 5, "name2", 10),
            ("waiting", 1, 2),
            ("arrive", 2, "phone", 20),
            ("hold", 2, "phone", 5),
            ("devices", 2),
            ("forget", 2, "phone"),
            ("block", 2, 1),
            ("unblock", 2, 1),
        )
        self.assertGreater(len(plans), 100)
        scans = [plan for plan in plans if plan.startswith("SCAN")]
        tables = set(schema.metadata.tables) - {"log"}  # which is one row
        self.assertEqual([plan for plan in scans if tables & set(plan.split())], [])

    def test_what_waits_is_a_short_look_at_each(self) -> None:
        """To count what waits for all goes along the accounts, and for each to what is behind its place."""
        self.say("x", to={2})
        plans = self.plans(("backlog",))
        self.assertIn("SCAN account", plans)
        by_place = "SEARCH audience USING PRIMARY KEY (account=? AND entry>?)"
        self.assertEqual(2, plans.count(by_place), plans)
        self.assertIn(f"{_ALONG} (conversation=?)", plans)
        self.assertEqual([], [plan for plan in plans if "TEMP B-TREE" in plan])

    def test_a_conversation_is_read_along_its_index(self) -> None:
        """Only the page is sorted, when it is found: wherever it lies, it costs what it holds."""
        self.say("x", to={2})
        for after in (0, 1):
            page = {"after": after, "before": 9, "limit": 10}
            plans = self.plans(("history", 2, frozenset({1, 2}), page))
            self.assertIn(f"{_ALONG} (conversation=? AND number>? AND number<?)", plans)
            self.assertEqual([plan for plan in plans if "TEMP" in plan], plans[-1:])

    def test_unread_messages_are_counted_in_the_index(self) -> None:
        """What is unread, what waits and what is behind a cursor is counted without a look at a message."""
        plans = self.plans(("conversations", 2, None, 10), ("waiting", 1, 2), ("count_after", 2, 0))
        entries = {plan for plan in plans if plan.startswith("SEARCH entry")}
        self.assertEqual(
            entries,
            {
                f"{_ALONG} (conversation=? AND number>?)",
                "SEARCH entry USING INDEX entry_about_people (number>?)",
            },
        )
