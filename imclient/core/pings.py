"""Pings between people: the round trip is measured, and a ping is answered by itself."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.defer import TimeoutError as DeferredTimeoutError
from twisted.internet.interfaces import IReactorTime
from twisted.python.failure import Failure

from improtocol.commands import Ping, Pong
from improtocol.events import PingTold, PongTold
from improtocol.vocabulary import Command
from imtongue import tr

#: Seconds that somebody has to answer.
PATIENCE = 10
#: More pings in a second are not answered: who floods gets no flood back.
MOST_A_SECOND = 20

Perform = Callable[[Command[Any]], Deferred[Any]]


class Pings:
    """The pings under way."""

    def __init__(self, clock: IReactorTime, perform: Perform, random: Random) -> None:
        self._clock = clock
        self._perform = perform
        self._random = random
        self._waiting: dict[tuple[str, str], Deferred[None]] = {}
        self._second, self._answered = 0, 0

    def ping(self, name: str) -> Deferred[float]:
        """Measure the seconds to somebody and back; fails with `errors.Offline` or TimeoutError."""
        key = (name, f"{self._random.getrandbits(48):012x}")
        begun = self._clock.seconds()
        pong = self._waiting[key] = Deferred()
        measured: Deferred[float] = pong.addCallback(lambda _: self._clock.seconds() - begun)
        # PONG is no part of the answer, and may even come before it.
        self._perform(Ping(name, key[1])).addErrback(_pass_on, pong)
        measured.addTimeout(PATIENCE, self._clock)
        return measured.addBoth(self._over, key, name)

    def told(self, event: PingTold | PongTold) -> None:
        """Answer a ping; take a pong as the end of one's own."""
        if isinstance(event, PongTold):
            pong = self._waiting.get((event.name, event.token or ""))
            if pong is not None and not pong.called:
                pong.callback(None)
        elif self._may_answer():
            self._perform(Pong(event.name, event.token)).addErrback(lambda _: None)

    def _may_answer(self) -> bool:
        second = int(self._clock.seconds())
        if second != self._second:
            self._second, self._answered = second, 0
        self._answered += 1
        return self._answered <= MOST_A_SECOND

    def _over(self, result: float | Failure, key: tuple[str, str], name: str) -> float | Failure:
        self._waiting.pop(key, None)
        if isinstance(result, Failure) and result.check(DeferredTimeoutError, TimeoutError):
            return Failure(
                TimeoutError(
                    tr("{name} did not answer within {seconds} seconds.", name=name, seconds=PATIENCE)
                )
            )
        return result


def _pass_on(failure: Failure, pong: Deferred[None]) -> None:
    if not pong.called:
        pong.errback(failure)
