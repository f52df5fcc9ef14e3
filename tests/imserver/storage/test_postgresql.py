"""The contract on PostgreSQL, and what several nodes on one database need."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import make_url, text

from imserver.storage import postgresql
from imserver.storage.database import Engines
from imserver.storage.writer import Job, Transactions

from . import contract
from .cluster import cluster, why_not


class OnPostgreSQL(contract.OnDisk, contract.StorageContract):
    """The storage of several nodes."""

    skip = why_not() or None

    def setUp(self) -> None:
        """Begin with an empty database."""
        cluster().empty()
        super().setUp()

    def engines(self) -> Engines:
        return postgresql.open_server(make_url(cluster().url))

    def test_every_commit_is_synchronised(self) -> None:
        """A commit is answered when it is on disk, whatever the server's default."""
        with self.database.writing.connect() as connection:
            self.assertEqual(connection.scalar(text("SHOW synchronous_commit")), "on")
            self.assertEqual(connection.scalar(text("SHOW transaction_isolation")), "read committed")
        with self.database.reading.connect() as connection:
            self.assertEqual(connection.scalar(text("SHOW transaction_isolation")), "repeatable read")
            self.assertEqual(connection.scalar(text("SHOW transaction_read_only")), "on")

    def test_two_nodes_share_the_numbers(self) -> None:
        """Two nodes that write at the same time give every number once, and leave none out."""
        self.register("name1", "name2")
        with ThreadPoolExecutor(2) as nodes:
            parts = list(nodes.map(self._node, (1, 2)))
        numbers = [number for part in parts for number in part]
        self.assertEqual(sorted(numbers), list(range(3, 203)))
        for part in parts:
            self.assertEqual(part, sorted(part))

    def _node(self, account: int) -> list[int]:
        engines = self.engines()
        transactions = Transactions(engines.writing, engines.undone)
        numbers = []
        for n in range(20):
            drafts = [contract.draft("x", by=account, to={3 - account}, ref=f"{n}.{i}") for i in range(5)]
            jobs = [Job(lambda batch, one=one: batch.append(one), ref=(account, one.ref)) for one in drafts]
            outcomes = transactions.commit(jobs, 0).outcomes
            numbers += [stored.entry.number for stored in outcomes]
        engines.writing.dispose()
        return numbers
