"""A storage as a server opens it: by its URL, on a running reactor, with threads of its own."""

from __future__ import annotations

from twisted.internet.defer import gatherResults
from twisted.trial.unittest import SynchronousTestCase, TestCase

from imserver.storage import open_storage
from imserver.storage.interface import Storage, StorageError
from imserver.storage.records import Entry

from .contract import draft


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


class Choosing(SynchronousTestCase):
    """The URL says which database."""

    def test_an_unknown_database(self) -> None:
        """What is neither SQLite nor PostgreSQL is refused at once."""
        self.assertRaises(ValueError, open_storage, "mysql://x/y", reactor=None, now=lambda: 7)
