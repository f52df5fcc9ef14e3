"""Who is connected is told to everybody: at once, but never in a storm (language, R36)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from twisted.internet.interfaces import IReactorTime

from improtocol.events import UserTold
from improtocol.fields import Presence as How
from improtocol.vocabulary import Event

from .users import User, Users

#: So many changes of one user are told at once in a window; after that the last one, at its end.
CHANGES = 4
WINDOW = 10.0  # seconds
#: News of many users is gathered for so many seconds at most and written once for all.
GATHERING = 0.25


@dataclass(slots=True)
class Flapping:
    """What has been told of one user lately."""

    told: UserTold
    moments: deque[float] = field(default_factory=lambda: deque(maxlen=CHANGES))
    waits: bool = False


class Presence:
    """Tells everybody who comes and goes, and how they are."""

    def __init__(
        self, clock: IReactorTime, users: Users, tell_everyone: Callable[[Iterable[Event]], None]
    ) -> None:
        self._clock = clock
        self._users = users
        self._tell_everyone = tell_everyone
        self._lately: dict[int, Flapping] = {}  # by account, as the news
        self._news: dict[int, Event] = {}
        self._last_told = -GATHERING
        self._gathering = False

    def changed(self, user: User) -> None:
        """Note that a user may be connected, or not, when a moment ago it was otherwise."""
        if not user.avatars:
            user.text = ""
        lately = self._lately.setdefault(user.account.id, Flapping(UserTold(user.name, How.OFFLINE)))
        if lately.waits or _same(how(user), lately.told):
            return
        now = self._clock.seconds()
        if len(lately.moments) == CHANGES and now - lately.moments[0] < WINDOW:
            lately.waits = True
            self._clock.callLater(lately.moments[0] + WINDOW - now, self._settle, user, lately)
        else:
            self._tell(user, lately)

    def _settle(self, user: User, lately: Flapping) -> None:
        lately.waits = False
        if not _same(how(user), lately.told):
            self._tell(user, lately)

    def _tell(self, user: User, lately: Flapping) -> None:
        now = self._clock.seconds()
        lately.told = how(user)
        lately.moments.append(now)
        self._users.changed(user)
        self._news[user.account.id] = lately.told
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


def how(user: User) -> UserTold:
    """Say how a user is."""
    return UserTold(user.name, user.presence, user.text, was=user.account.earlier)


def _same(one: UserTold, other: UserTold) -> bool:
    # What somebody is called is told by the log.
    return (one.presence, one.text) == (other.presence, other.text)
