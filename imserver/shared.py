"""What all connections share, and who of them is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import InitVar, dataclass
from itertools import count
from typing import Generic, Protocol, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from improtocol.events import Bye
from improtocol.names import NamePolicy
from improtocol.states import State

from .backlog import Backlog
from .bounds import Bounds
from .counters import Counters
from .dispatch import Dispatcher
from .figures import figures
from .mailroom import Mailroom
from .portal.enrolling import Enrolling
from .queues import Queue, Queues
from .server_log import ServerLog
from .session import Session
from .strangers import Strangers
from .turn import Turn
from .watchdog import Watchdog
from .watching import Watching


class Live(Queue, Protocol):
    """A connection, as much of it as is known here."""

    where: str
    since: int

    @property
    def number(self) -> int:
        """Its session's number."""


C = TypeVar("C", bound=Live)


@dataclass(eq=False, repr=False, kw_only=True)
class Shared(Generic[C]):
    """What each connection is given of the server; it says here that it came, and that it is gone."""

    reactor: IReactorTime
    dispatcher: Dispatcher
    mailroom: Mailroom
    log: ServerLog
    turn: Turn
    names: NamePolicy
    bounds: Bounds
    enrolling: Enrolling
    counters: Counters
    watchdog: Watchdog
    watching: Watching
    draw: InitVar[Callable[[int], int]]  #: draws a number below another: which of too many strangers goes

    def __post_init__(self, draw: Callable[[int], int]) -> None:
        self.strangers = Strangers(self.reactor, self.bounds, draw)
        self._begun = self.reactor.seconds()
        self.backlog: Backlog | None = None
        self.let_address_everyone: Callable[[Callable[[str], bool]], None] = lambda may: None
        self.stop: Callable[[Bye], None] = self._end  #: called when an administrator has it stopped
        self.room: Callable[[], Mapping[str, int]] = dict  #: figures of where the data is
        self._sessions: dict[Session, C] = {}
        self.queues = Queues(lambda: self.bounds.queues, self._sessions.values)
        self._numbers = count(1)
        self._emptied: Deferred[None] | None = None
        self.ending: Bye | None = None  #: what is said to whoever comes while it ends

    def number(self) -> int:
        """Give the next session its number."""
        return next(self._numbers)

    def arrived(self, connection: C, session: Session, peer: object) -> None:
        """Note a connection."""
        self._sessions[session] = connection
        where = f"{getattr(peer, 'host', type(peer).__name__)}:{getattr(peer, 'port', '')}".rstrip(":")
        connection.where, connection.since = where, self.log.now()
        self.log.note("came", session=session.number, where=where)

    def gone(self, session: Session, reason: str, error: str | None) -> None:
        """Note that a connection is gone, and why."""
        self._sessions.pop(session, None)
        self.counters.ended[reason] += 1
        self.log.note("went", session=session.number, why=reason, error=error)
        self._fire_if_empty()

    def connections(self, after: int = 0) -> Iterator[C]:
        """Go through the connections whose sessions have a number behind that, the oldest first."""
        return (connection for connection in list(self._sessions.values()) if connection.number > after)

    @property
    def connected(self) -> int:
        """Count the connections."""
        return len(self._sessions)

    @property
    def by_state(self) -> Counter[State]:
        """Count the connections of each state."""
        return Counter(session.state for session in self._sessions)

    @property
    def unread(self) -> list[int]:
        """Give for each connection how many bytes its peer has not taken yet."""
        return [connection.unread for connection in self._sessions.values()]

    def now(self) -> int:
        """Say the time, in milliseconds since 1970, UTC."""
        return self.log.now()

    def figures(self) -> dict[str, int]:
        """Give what is counted, by name."""
        found = figures(self.counters, self.by_state, sum(self.unread))
        return found | {"uptime": round(self.reactor.seconds() - self._begun), **self.room()}

    def end_all(self, bye: Bye) -> Deferred[None]:
        """Tell every client that the server ends, and fire when all are gone."""
        emptied: Deferred[None] = Deferred()
        self._emptied = emptied
        for session in list(self._sessions):
            session.end(bye)
        self._fire_if_empty()
        return emptied

    def _end(self, bye: Bye) -> None:
        self.end_all(bye)

    def _fire_if_empty(self) -> None:
        if self._emptied is not None and not self._sessions:
            emptied, self._emptied = self._emptied, None
            emptied.callback(None)
