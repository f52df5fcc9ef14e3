"""What a client asks by itself, once it is in: put off by the server, it is asked again when that said."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from improtocol.errors import Refusal

from .backoff import LONGEST_HINT
from .reaching import Unreachable

Errand = Callable[[], Coroutine[Any, Any, None]]

#: No server makes a client ask again at once.
SHORTEST = 1


def patience(refused: Refusal) -> float | None:
    """Say in how many seconds a refused command may be said again; None: never (language, R9)."""
    if refused.retry_after is None:
        return None
    return float(max(SHORTEST, min(refused.retry_after, LONGEST_HINT)))


class Errands:
    """The errands of one session."""

    _log = Logger()

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._later: set[IDelayedCall] = set()
        self._session = 0

    def do(self, errand: Errand) -> None:
        """Do one; what the server will never do is let be."""
        done = Deferred.fromCoroutine(errand())
        done.addErrback(self._put_off, errand, self._session).addErrback(self._stumbled)

    def stop(self) -> None:
        """Do none any more: the session is over."""
        self._session += 1
        later, self._later = self._later, set()
        for call in later:
            call.cancel()

    def _put_off(self, failure: Failure, errand: Errand, session: int) -> None:
        failure.trap(Refusal, Unreachable)
        wait = patience(failure.value) if isinstance(failure.value, Refusal) else None
        if wait is not None and session == self._session:
            self.later(errand, wait)

    def later(self, errand: Errand, wait: float) -> None:
        """Do one in so many seconds, if the session is not over by then."""

        def now() -> None:
            self._later.discard(call)
            self.do(errand)

        call = self._clock.callLater(wait, now)
        self._later.add(call)

    def _stumbled(self, failure: Failure) -> None:
        self._log.failure("An errand stumbled", failure)
