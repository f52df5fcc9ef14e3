"""What hashes took is given back, once nobody logs in for a while."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from imserver.memory import RESTED, Frugal

T = TypeVar("T")


class Later:
    """Work that is done when the test says so."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def __call__(self, work: Callable[[], T], /) -> Deferred[T]:
        """Put it off."""
        done: Deferred[T] = Deferred()
        self.waiting.append(lambda: done.callback(work()))
        return done

    def work(self) -> None:
        """Do what waits."""
        waiting, self.waiting = self.waiting, []
        for each in waiting:
            each()


class FrugalTests(SynchronousTestCase):
    """Threads that give back."""

    def setUp(self) -> None:
        self.clock, self.threads = Clock(), Later()
        self.given_back = 0
        self.frugal = Frugal(self.clock, self.threads, self._give_back)

    def _give_back(self) -> None:
        self.given_back += 1

    def rest(self, seconds: float) -> int:
        """Let time pass; say how often memory was given back until now."""
        self.clock.advance(seconds)
        self.threads.work()
        return self.given_back

    def test_rested(self) -> None:
        """The outcome comes at once; the memory goes when nothing was asked for a while, once."""
        outcome = self.frugal(lambda: "hash")
        self.threads.work()
        self.assertEqual(self.successResultOf(outcome), "hash")
        self.assertEqual(self.rest(RESTED - 1), 0)
        self.assertEqual(self.rest(1), 1)
        self.assertEqual(self.rest(10 * RESTED), 1)

    def test_not_amid_work(self) -> None:
        """While anything is under way, or came a moment ago, nothing is given back."""
        for _ in range(3):
            self.frugal(lambda: "hash")
            self.threads.work()
            self.assertEqual(self.rest(RESTED - 1), 0)
        self.frugal(lambda: "hash")
        self.clock.advance(10 * RESTED)
        self.assertEqual(self.given_back, 0)
        self.threads.work()
        self.assertEqual(self.rest(RESTED), 1)

    def test_stopped(self) -> None:
        """Nothing is left to do once it was stopped."""
        self.frugal(lambda: "hash")
        self.threads.work()
        self.frugal.stop()
        self.assertEqual(self.clock.getDelayedCalls(), [])
