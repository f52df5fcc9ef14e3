"""What waits for those who are away: looked up when somebody asks, and then good for a while."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred, succeed
from twisted.python.failure import Failure

from .storage.interface import StorageError
from .storage.records import Waiting

#: Seconds for which an answer is good: with ten thousand accounts a look takes a reader 65 ms of processor.
GOOD_FOR = 10.0


class Backlog:
    """Asks the database, of all who ask at once for one; without an answer the last one stands."""

    def __init__(self, seconds: Callable[[], float], ask: Callable[[], Deferred[Waiting]]) -> None:
        self.last: Waiting | None = None  #: as it was found last
        self._seconds = seconds
        self._ask = ask
        self._good_until = 0.0
        self._asked: list[Deferred[Waiting | None]] | None = None  # who waits for the look under way

    def look(self) -> Deferred[Waiting | None]:
        """Give what waits, as it was a moment ago."""
        if self.last is not None and self._seconds() < self._good_until:
            return succeed(self.last)
        answer: Deferred[Waiting | None] = Deferred()
        if self._asked is not None:
            self._asked.append(answer)
            return answer
        self._asked = [answer]
        self._ask().addCallbacks(self._found, self._failed)
        return answer

    def _found(self, waiting: Waiting) -> None:
        self.last, self._good_until = waiting, self._seconds() + GOOD_FOR
        self._tell()

    def _failed(self, failure: Failure) -> None:
        failure.trap(StorageError)
        self._tell()

    def _tell(self) -> None:
        asked, self._asked = self._asked or [], None
        for answer in asked:
            answer.callback(self.last)
