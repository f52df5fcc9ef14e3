"""Who is connected is told to everybody: at once, but never in a storm (language, R36)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from twisted.internet.interfaces import IReactorTime

from improtocol.events import UserTold
from improtocol.fields import Presence as How
from improtocol.vocabulary import Event

from .users import User

#: So many changes of one user are told at once in a window; after that the last one, at its end.
CHANGES = 4
WINDOW = 10.0  # seconds
#: News of many users is gathered for so many seconds at most and written once for all.
GATHERING = 0.25


@dataclass(slots=True)
class Flapping:
    """What has been told of one user lately."""

    told: How = How.OFFLINE
    moments: deque[float] = field(default_factory=lambda: deque(maxlen=CHANGES))
    waits: bool = False


class Presence:
    """Tells everybody who comes and goes."""

    def __init__(self, clock: IReactorTime, tell_everyone: Callable[[Iterable[Event]], None]) -> None:
        self._clock = clock
        self._tell_everyone = tell_everyone
        self._lately: dict[str, Flapping] = {}
        self._news: dict[str, Event] = {}
        self._last_told = -GATHERING
        self._gathering = False

    def changed(self, user: User) -> None:
        """Note that a user may be connected, or not, when a moment ago it was otherwise."""
        now = self._clock.seconds()
        lately = self._lately.setdefault(user.name, Flapping())
        if lately.waits or user.presence is lately.told:
            return
        if len(lately.moments) == CHANGES and now - lately.moments[0] < WINDOW:
            lately.waits = True
            self._clock.callLater(lately.moments[0] + WINDOW - now, self._settle, user, lately)
        else:
            self._tell(user, lately)

    def _settle(self, user: User, lately: Flapping) -> None:
        lately.waits = False
        if user.presence is not lately.told:
            self._tell(user, lately)

    def _tell(self, user: User, lately: Flapping) -> None:
        now = self._clock.seconds()
        lately.told = user.presence
        lately.moments.append(now)
        self._news[user.name] = UserTold(user.name, user.presence)
        if self._gathering:
            return
        wait = self._last_told + GATHERING - now
        if wait <= 0:
            self._tell_news()
        else:
            self._gathering = True
            self._clock.callLater(wait, self._tell_news)

    def _tell_news(self) -> None:
        self._gathering = False
        self._last_told = self._clock.seconds()
        news, self._news = self._news, {}
        self._tell_everyone(news.values())
