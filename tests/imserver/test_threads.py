"""Threads of one's own."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any, cast

from twisted.internet.interfaces import IReactorFromThreads
from twisted.trial.unittest import SynchronousTestCase

from imserver.threads import Left, Threads

#: Seconds until a test gives a thread up.
PATIENCE = 10.0


class Reactor:
    """What threads know of a reactor: a place to leave calls at, which the test makes."""

    def __init__(self) -> None:
        self._calls: queue.Queue[Callable[[], None]] = queue.Queue()

    def callFromThread(self, call: Callable[..., object], *args: Any, **keys: Any) -> None:
        self._calls.put(lambda: cast(None, call(*args, **keys)))

    def turn(self) -> None:
        """Make the next call, however long it takes to come."""
        self._calls.get(timeout=PATIENCE)()


class ThreadsTests(SynchronousTestCase):
    """What blocks runs elsewhere."""

    def threads(self, most: int) -> Threads:
        self.reactor = Reactor()
        threads = Threads(cast(IReactorFromThreads, self.reactor), most, "tried")
        self.addCleanup(threads.stop)
        return threads

    def test_elsewhere(self) -> None:
        """Work is done in a thread of the pool, and its outcome comes back on the reactor's."""
        done = self.threads(1)(threading.current_thread)
        self.assertNoResult(done)
        self.reactor.turn()
        self.assertIsNot(self.successResultOf(done), threading.current_thread())

    def test_failures_come_back(self) -> None:
        """What goes wrong there is told here."""
        done = self.threads(1)(lambda: dict[str, int]()["nothing"])
        self.reactor.turn()
        self.failureResultOf(done, KeyError)

    def test_left(self) -> None:
        """What is left is not done: what was begun is, and what waited behind it fails."""
        threads, begun, go_on = self.threads(1), threading.Event(), threading.Event()
        first = threads(lambda: (begun.set(), go_on.wait(PATIENCE)))
        later = [threads(lambda: self.fail("it was done")) for _ in range(3)]
        begun.wait(PATIENCE)
        threading.Timer(0.05, go_on.set).start()
        told = threads.leave()
        for _ in range(4):
            self.reactor.turn()
        self.assertEqual((None, True), self.successResultOf(first))
        for one in later:
            self.failureResultOf(one, Left)
        self.assertNoResult(told)
        self.reactor.turn()
        self.successResultOf(told)

    def test_one_thread_keeps_the_order(self) -> None:
        """One thread does in order what it is given."""
        threads, order = self.threads(1), list[int]()
        for n in range(100):
            threads(lambda n=n: order.append(n))  # type: ignore[misc]
        for _ in range(100):
            self.reactor.turn()
        self.assertEqual(order, list(range(100)))

    def test_beside_each_other(self) -> None:
        """Several do several things at the same time, and no more than there may be."""
        threads = self.threads(2)
        meeting = threading.Barrier(2, timeout=PATIENCE)
        both = [threads(meeting.wait) for _ in range(2)]
        for _ in both:
            self.reactor.turn()
        self.assertEqual(sorted(map(self.successResultOf, both)), [0, 1])

    def test_none_before_the_first_work(self) -> None:
        """No thread is begun before there is work: the process may yet fork."""
        before = threading.active_count()
        threads = self.threads(4)
        self.assertEqual(threading.active_count(), before)
        threads.stop()

    def test_stop(self) -> None:
        """What was given before the end is done; what comes after it is refused."""
        threads, done = self.threads(1), list[int]()
        for n in range(10):
            threads(lambda n=n: done.append(n))  # type: ignore[misc]
        threads.stop()
        self.assertEqual(done, list(range(10)))
        self.failureResultOf(threads(threading.current_thread), Left)
        threads.stop()

    def test_the_end_is_heard_last(self) -> None:
        """Who ends the threads hears of it when all others have heard what became of theirs."""
        threads, heard = self.threads(2), list[str]()
        for _ in range(3):
            threads(lambda: None).addCallback(lambda _: heard.append("work"))
        threads.stop().addCallback(lambda _: heard.append("end"))
        for _ in range(4):
            self.reactor.turn()
        self.assertEqual(["work", "work", "work", "end"], heard)
        unused = Threads(cast(IReactorFromThreads, self.reactor), 1, "unused")
        self.successResultOf(unused.stop())
