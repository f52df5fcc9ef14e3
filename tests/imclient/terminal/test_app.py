"""The terminal's reactor, from the first moment to the last."""

from __future__ import annotations

import gc
from collections.abc import Callable

from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import ReactorNotRunning
from twisted.trial.unittest import SynchronousTestCase

from imclient.terminal.app import _run


class Hurried:
    """A reactor that stops already: its user has pressed Ctrl-C twice."""

    def __init__(self) -> None:
        self._begin: Callable[[], None] = lambda: None

    def addSystemEventTrigger(self, phase: str, kind: str, act: Callable[[], object]) -> None:
        """Note nothing: the end is under way."""

    def callWhenRunning(self, begin: Callable[[], None]) -> None:
        """Note how it begins."""
        self._begin = begin

    def run(self) -> None:
        """Begin."""
        self._begin()

    def stop(self) -> None:
        """Refuse."""
        raise ReactorNotRunning


class Session:
    """One that ends at once."""

    async def run(self) -> int:
        return 0

    def close(self) -> Deferred[None]:
        return succeed(None)


class EndTests(SynchronousTestCase):
    def test_twice(self) -> None:
        """Whoever ends the program twice makes no error of it."""
        self.assertEqual(0, _run(Hurried(), Session))
        gc.collect()  # what went wrong with nobody to hear it is told then
        self.assertEqual([], self.flushLoggedErrors())
