"""What waits for all readers together: within the bound, and the biggest pays."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from imserver.queues import Queues


class Reader:
    """A reader for whom something waits."""

    def __init__(self, unread: int) -> None:
        self.unread = unread
        self.cut = False

    def shed(self) -> None:
        """Be cut."""
        self.cut = True


class QueuesTests(SynchronousTestCase):
    """A bound of a hundred bytes."""

    def setUp(self) -> None:
        self.readers: list[Reader] = []
        self.looks = 0
        self.queues = Queues(lambda: 100, self.all_of_them)

    def all_of_them(self) -> list[Reader]:
        """Give the readers there are, and note that it was asked."""
        self.looks += 1
        return [reader for reader in self.readers if not reader.cut]

    def wait(self, *sizes: int) -> list[bool]:
        """Have so much written to readers who read nothing; say who was cut."""
        self.readers = [Reader(0) for _ in sizes]
        for reader, size in zip(self.readers, sizes, strict=True):
            reader.unread = size
            self.queues.written(size)
        return [reader.cut for reader in self.readers]

    def test_exact(self) -> None:
        """A hundred bytes may wait, and of a hundred and one the biggest part goes."""
        self.assertEqual(self.wait(30, 40, 30), [False, False, False])
        self.setUp()
        self.assertEqual(self.wait(30, 41, 30), [False, True, False])

    def test_as_many_as_needed(self) -> None:
        """The biggest go, one after the other, until the rest is within the bound."""
        self.assertEqual(self.wait(60, 20, 55, 50), [True, False, True, False])

    def test_those_who_read(self) -> None:
        """What was read does not count, however much it was; it is looked at once for each bound's worth."""
        self.readers = [Reader(0)]
        for _ in range(1000):
            self.queues.written(10)
        self.assertFalse(self.readers[0].cut)
        self.assertEqual(self.looks, 1000 * 10 // 110)
