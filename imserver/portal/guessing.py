"""How fast passwords may be tried: slowly from anywhere, and no owner is ever locked out (promise D4).

A guess is judged before anything is looked up or hashed, and by the name as it was given, so that a
name that is nobody's is treated like any other (R39).  It stands in two lanes, that of its source and
that of its name, and every failed login makes the next in its lane wait longer.  A lane takes only as
many at once as could all fail without anybody having to wait; the rest wait for what becomes of them,
so that a hundred guesses at once are no faster than one after the other.  A short wait is waited out
here; before a long one the client is told when to come back.

The owner.  Whoever logs in leaves two marks: this account came in from this source, and with this
device.  A login from a marked place stands in the lane of that mark alone.  So it waits neither for
what is tried elsewhere, nor for what others at its own address try at other names, and some hashes
are kept for it when all else is busy; only its own slips make it wait, never longer than
``known_delay``.  After ``known_guesses`` failed logins in a row a mark counts no more until the next
good login, so that a thief at the owner's own address, who also knows the device's word, has gained so
many guesses and no more.  Marks and failures are forgotten with the process: after a start nobody is
known, and nobody has failed.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from improtocol.errors import Busy, LoginRefused, TooOften

from ..bounds import Bounds
from ..tallies import Remembered

T = TypeVar("T")

#: Seconds that are waited out rather than refused: whoever slips once or twice notices nothing.
PATIENCE = 2.0
#: Seconds until the hashes that wait now are done.
COME_AGAIN = 2
#: What is left of a difference of two moments is no time.
NEARLY = 1e-6
#: Doubling further would only make the number long.
LONG_SINCE = 32

#: What a lane is of: a kind and its name.
Key = tuple[str, ...]
SOURCE, NAME, KNOWN = "source", "name", "known"


@dataclass(frozen=True, slots=True)
class Guess:
    """Who is said to be at the door, and where that is."""

    name: str
    source: str | None  #: None: not counted
    device: str | None

    @property
    def marks(self) -> list[Key]:
        """Name the places that this account may have come in from before."""
        places = (("from", self.source), ("with", self.device))
        return [(KNOWN, self.name, how, place) for how, place in places if place]

    @property
    def strange(self) -> list[Key]:
        """Name the lanes of somebody who is not known."""
        return [*([(SOURCE, self.source)] if self.source else []), (NAME, self.name)]


@dataclass(slots=True)
class Failures:
    """How often it went wrong in a row, and when last."""

    count: int
    last: float


@dataclass(slots=True)
class Lane:
    """A lane while somebody is in it."""

    inside: int = 0
    waiting: list[Deferred[None]] = field(default_factory=list)


class Guessing:
    """Lets a password be tried when its turn comes."""

    def __init__(self, clock: IReactorTime, bounds: Bounds) -> None:
        self._clock = clock
        self._bounds = bounds
        self._failures: dict[str, Remembered[Key, Failures]] = {
            kind: Remembered(clock.seconds, lambda: bounds.remembered, lambda: bounds.guess_cap)
            for kind in (SOURCE, NAME, KNOWN)
        }
        self._marks: Remembered[Key, None] = Remembered(
            clock.seconds, lambda: bounds.remembered, lambda: math.inf
        )
        self._lanes: dict[Key, Lane] = {}
        self._strangers = 0

    async def attempt(self, guess: Guess, prove: Callable[[], Awaitable[T]]) -> T:
        """Have a password tried; raises what ``prove`` raises, or ``TooOften`` without having called it."""
        lanes = await self._turn(guess)
        strange = lanes[0][0] != KNOWN
        if strange and self._strangers >= self._bounds.guesses_waiting:
            raise Busy(retry_after=COME_AGAIN)
        self._strangers += strange
        for lane in lanes:
            self._lanes.setdefault(lane, Lane()).inside += 1
        try:
            proved = await prove()
        except LoginRefused:
            for key in {*guess.strange, *lanes}:
                self._failed(key)
            raise
        else:
            self.came_in(guess)
            return proved
        finally:
            self._strangers -= strange
            for lane in lanes:
                self._step_out(lane)

    async def _turn(self, guess: Guess) -> list[Key]:
        """Wait for the turn of a guess, and give the lanes it stands in."""
        while True:
            marked = [mark for mark in guess.marks if mark in self._marks]
            lanes = marked[:1] or guess.strange
            wait = max(self._wait(lane) for lane in lanes)
            if wait > PATIENCE:
                raise TooOften(retry_after=math.ceil(wait - NEARLY))
            full = [
                lane for lane in lanes if lane in self._lanes and self._lanes[lane].inside >= self._room(lane)
            ]
            turn: Deferred[None] = Deferred()
            if wait > 0:
                self._clock.callLater(wait, turn.callback, None)
            elif full:
                self._lanes[full[0]].waiting.append(turn)
            else:
                return lanes
            await turn

    def _step_out(self, key: Key) -> None:
        lane = self._lanes[key]
        lane.inside -= 1
        waiting, lane.waiting = lane.waiting, []
        if not lane.inside:
            del self._lanes[key]
        for turn in waiting:
            turn.callback(None)

    # --- what a failure costs ---

    def _wait(self, key: Key) -> float:
        failures = self._failures[key[0]].get(key)
        if failures is None:
            return 0.0
        wait = failures.last + self._delay(key[0], failures.count) - self._clock.seconds()
        return wait if wait > NEARLY else 0.0

    def _delay(self, kind: str, count: int) -> float:
        bounds = self._bounds
        if kind == SOURCE:
            penalty = min(count * bounds.guess_penalty, bounds.guess_cap)
            return penalty if penalty >= bounds.guess_allowance else 0.0
        most = bounds.known_delay if kind == KNOWN else bounds.guess_delay
        return min(2.0 ** min(count - 1, LONG_SINCE), most)

    def _room(self, key: Key) -> float:
        """Say how many may be in a lane at once: so many that all may fail and none was let in too early."""
        kind, bounds = key[0], self._bounds
        if kind != SOURCE:
            return 1 if self._delay(kind, 1) else math.inf
        if not bounds.guess_penalty:
            return math.inf
        failures = self._failures[kind].get(key)
        so_far = 0 if failures is None else failures.count
        return max(1, bounds.guess_allowance / bounds.guess_penalty - so_far)

    def _failed(self, key: Key) -> None:
        table = self._failures[key[0]]
        before = table.get(key)
        failures = Failures(1 if before is None else before.count + 1, self._clock.seconds())
        if key[0] == KNOWN and failures.count >= self._bounds.known_guesses:
            self._marks.drop(key)
            table.drop(key)
        else:
            table.keep(key, failures)

    def came_in(self, guess: Guess) -> None:
        """Mark the places somebody came in from."""
        for mark in guess.marks:
            self._marks.keep(mark, None)
            self._failures[KNOWN].drop(mark)
