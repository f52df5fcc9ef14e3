"""A storage as a server opens it: by its URL, on a running reactor, with threads of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import QueuePool, make_url
from twisted.internet.defer import Deferred, gatherResults
from twisted.trial.unittest import SynchronousTestCase, TestCase

from imserver.storage import open_storage, sqlite
from imserver.storage.database import Database
from imserver.storage.interface import Storage, StorageError
from imserver.storage.records import Entry

from . import contract
from .contract import draft

T = TypeVar("T")


class OnAReactor(TestCase):
    """These few tests run on the real reactor, since threads do."""

    def open(self, url: str) -> Storage:
        from twisted.internet import reactor

        return open_storage(url, reactor=reactor, now=lambda: 7)

    async def test_a_life(self) -> None:
        """What was asked for is stored in order, told once, and there when the file is opened again."""
        url = f"sqlite:///{self.mktemp()}"
        storage = self.open(url)
        told: list[Entry] = []
        storage.committed = told.extend
        storage.open()
        await gatherResults([storage.register(f"name{n}", "") for n in (1, 2)])
        stored = await gatherResults([storage.append(draft(str(n), to={2})) for n in range(500)])
        self.assertEqual([one.entry.number for one in stored], list(range(3, 503)))
        page = await storage.page_after(2, 2, 1000)
        self.assertEqual([entry.text for entry in page.entries], [str(n) for n in range(500)])
        last = storage.append(draft("last", to={2}))
        await storage.close()
        self.assertEqual((await last).entry.number, 503)
        self.assertEqual([entry.number for entry in told], list(range(1, 504)))
        again = self.open(url)
        opening = again.open()
        self.assertEqual((opening.last, len(opening.accounts)), (503, 2))
        await again.close()

    async def test_a_database_that_cannot_be_opened(self) -> None:
        """A file in a folder that is not there is refused, and what was begun can be ended."""
        storage = self.open(f"sqlite:///{self.mktemp()}/nowhere/im.db")
        with self.assertRaises(StorageError):
            storage.open()
        await storage.close()


class Ending(SynchronousTestCase):
    """What is being asked while it ends."""

    def test_read_first(self) -> None:
        """What was being read is answered before the connections are closed, and none is left behind."""
        asked: list[tuple[Deferred[Any], Callable[[], Any]]] = []

        def later(work: Callable[[], T], /) -> Deferred[T]:
            answer: Deferred[T] = Deferred()
            asked.append((answer, work))
            return answer

        def read() -> None:
            for answer, work in asked:
                answer.callback(work())

        engines = sqlite.open_file(make_url(f"sqlite:///{self.mktemp()}"))
        run, soon = contract.at_once, contract.Turns().soon
        database = Database(engines, write=run, read=later, soon=soon, now=lambda: 7, end_reading=read)
        database.open()
        page = database.page_after(1, 0, 10)
        self.successResultOf(database.close())
        self.assertEqual((), self.successResultOf(page).entries)
        pool = engines.writing.pool
        assert isinstance(pool, QueuePool)
        self.assertEqual((0, 0), (pool.checkedin(), pool.checkedout()))


class Choosing(SynchronousTestCase):
    """The URL says which database."""

    def test_an_unknown_database(self) -> None:
        """What is neither SQLite nor PostgreSQL is refused at once."""
        self.assertRaises(ValueError, open_storage, "mysql://x/y", reactor=None, now=lambda: 7)
