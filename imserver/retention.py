"""How long messages are kept: those that are older are let go of, at the start and then once a day.

They go a few at a time through the one writer, with a pause in between, so that nobody waits for it.
The wall clock is asked once, at the start; after that the time that has passed is counted.  So no
step of the clock lets go of anything (promise A12).
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from .server_log import ServerLog
from .storage.interface import Retaining
from .storage.records import Gone

DAY = 24 * 60 * 60
#: Messages at a time, and the seconds until the next: some milliseconds of the writer's, ten times a second.
AT_ONCE, PAUSE = 100, 0.1
#: Seconds until it is tried again when the database would not.
LATER = 60 * 60


class Retention:
    """Looks for what is old, lets go of it, and says so where it has to be known."""

    logger = Logger()

    def __init__(
        self, clock: IReactorTime, stored: Retaining, log: ServerLog, now: Callable[[], int], days: float
    ) -> None:
        self._clock = clock
        self._stored = stored
        self._log = log
        self._now = now
        self._days = days
        self.at_once = AT_ONCE
        self._behind = 0  # of the wall clock, when ours began
        self._next: IDelayedCall | None = None
        self._ended = False
        self._messages = 0  # that went since it was last looked
        self.let_go: Callable[[int], None] = lambda upto: None  #: told up to where nothing is kept any more

    def begin(self) -> None:
        """Look for the first time."""
        self._behind = self._now() - round(self._clock.seconds() * 1000)
        self._look()

    def end(self) -> None:
        """Look no more."""
        self._ended = True
        if self._next is not None and self._next.active():
            self._next.cancel()

    def _look(self) -> None:
        self._messages = 0
        self._some(self._behind + round((self._clock.seconds() - self._days * DAY) * 1000))

    def _some(self, before: int) -> None:
        if self._ended:
            return
        asked: Deferred[Gone] = self._stored.let_go(before, self.at_once)
        asked.addCallbacks(lambda gone: self._went(gone, before), self._failed)
        asked.addErrback(lambda failure: self.logger.failure("Old messages stay", failure))

    def _went(self, gone: Gone, before: int) -> None:
        self._messages += gone.messages
        if gone.messages:
            self.let_go(gone.upto)
        if gone.more:
            self._later(PAUSE, lambda: self._some(before))
            return
        if self._messages:
            self._log.note("let-go", messages=self._messages, upto=gone.upto)
        self._later(DAY, self._look)

    def _failed(self, failure: Failure) -> None:
        self._later(LATER, self._look)
        failure.raiseException()

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        if not self._ended:
            self._next = self._clock.callLater(seconds, act)
