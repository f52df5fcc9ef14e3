"""The contract on PostgreSQL, and what several nodes on one database need."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import text

from imserver.storage.interface import DiskFull
from imserver.storage.records import Opening

from . import (
    accounts_contract,
    administration_contract,
    contract,
    reading_contract,
    retention_contract,
)
from .cluster import OnPostgreSQL, cluster

#: What PostgreSQL says when its disk is full.
_NO_ROOM = """
    CREATE OR REPLACE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full'; END $$
"""


class PostgreSQLCase(OnPostgreSQL, contract.StorageCase):
    """A storage on a server of the tests' own."""


class DeliveryOnPostgreSQL(
    PostgreSQLCase, reading_contract.DeliveryOnDisk, reading_contract.DeliveryContract
):
    """Reading, receipts, devices and blocks of several nodes."""


class AdministrationOnPostgreSQL(PostgreSQLCase, administration_contract.AdministrationContract):
    """Invites, rights and suspensions of several nodes."""


class RetentionOnPostgreSQL(PostgreSQLCase, retention_contract.RetentionContract):
    """What is let go by several nodes."""


class AccountsOnPostgreSQL(PostgreSQLCase, accounts_contract.AccountsContract):
    """Names, secrets and the end of accounts of several nodes."""


class OnPostgreSQL(PostgreSQLCase, contract.OnDisk, contract.StorageContract):
    """The storage of several nodes."""

    def test_a_full_disk_refuses_and_recovers(self) -> None:
        """What finds no room, when it is written or at the commit, changes nothing and uses up no ref."""
        self.register("name1", "name2")
        said = contract.draft("hello", to={2}, ref="r")
        for when in (
            "TRIGGER full_disk BEFORE INSERT ON entry FOR EACH STATEMENT",
            "CONSTRAINT TRIGGER full_disk AFTER INSERT ON entry DEFERRABLE INITIALLY DEFERRED FOR EACH ROW",
        ):
            self._do(_NO_ROOM, f"CREATE {when} EXECUTE FUNCTION no_room()")
            self.refused(self.storage.append(said), DiskFull)
            self._do("DROP TRIGGER full_disk ON entry")
        self.assertEqual(self.done(self.storage.append(said)).entry.number, 3)

    def _do(self, *statements: str) -> None:
        with self.database.writing.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))

    def test_nodes_that_start_together(self) -> None:
        """Several nodes that find an empty database at the same time agree on what it is."""
        self.close()
        cluster().empty()
        with ThreadPoolExecutor(4) as nodes:
            openings = list(nodes.map(lambda _: self._start_a_node(), range(4)))
        self.assertEqual(len({opening.epoch for opening in openings}), 1)

    def _start_a_node(self) -> Opening:
        node = self.storage_of(self.engines())
        opening = node.open()
        self.successResultOf(node.close())
        return opening

    def test_every_commit_is_synchronised(self) -> None:
        """A commit is answered when it is on disk, whatever the server's default."""
        with self.database.writing.connect() as connection:
            self.assertEqual(connection.scalar(text("SHOW synchronous_commit")), "on")
            self.assertEqual(connection.scalar(text("SHOW transaction_isolation")), "read committed")
        with self.database.reading.connect() as connection:
            self.assertEqual(connection.scalar(text("SHOW transaction_isolation")), "repeatable read")
            self.assertEqual(connection.scalar(text("SHOW transaction_read_only")), "on")
