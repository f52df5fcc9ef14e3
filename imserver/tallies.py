"""What is remembered of sources and names for a while, in tables that cannot grow without end."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

#: Seconds in which arrivals and registrations are counted.
WINDOW = 600.0


#: What may change while a server runs.
Amount = Callable[[], float]


class Remembered(Generic[K, V]):
    """A table that forgets what was not touched for some seconds, and the oldest when it is full."""

    def __init__(self, now: Callable[[], float], most: Amount, seconds: Amount) -> None:
        self._now = now
        self._most = most
        self._seconds = seconds
        self._entries: OrderedDict[K, tuple[float, V]] = OrderedDict()

    def get(self, key: K) -> V | None:
        """Look an entry up; it does not become younger by it."""
        self._forget()
        entry = self._entries.get(key)
        return None if entry is None else entry[1]

    def keep(self, key: K, value: V) -> None:
        """Put an entry in, or keep it longer."""
        self._entries.pop(key, None)
        self._entries[key] = self._now(), value
        self._forget()

    def drop(self, key: K) -> None:
        """Forget an entry."""
        self._entries.pop(key, None)

    def __contains__(self, key: object) -> bool:
        self._forget()
        return key in self._entries

    def __len__(self) -> int:
        self._forget()
        return len(self._entries)

    def _forget(self) -> None:
        """Forget what is old: the oldest stand first, so this looks at no more than it forgets, and one."""
        past, most = self._now() - self._seconds(), self._most()
        while self._entries:
            at, _ = next(iter(self._entries.values()))
            if at > past and len(self._entries) <= most:
                return
            self._entries.popitem(last=False)


class Tallies(Generic[K]):
    """How often each did something in ten minutes, counted from its first time; so many are allowed."""

    def __init__(self, now: Callable[[], float], allowed: Amount, most: Amount) -> None:
        self._now = now
        self._allowed = allowed
        self._tallies: Remembered[K, tuple[float, int]] = Remembered(now, most, lambda: WINDOW)

    def wait(self, key: K) -> float:
        """Say how many seconds to wait before the next time; 0: it is allowed."""
        begun, count = self._tally(key)
        return 0.0 if count < self._allowed() else begun + WINDOW - self._now()

    def count(self, key: K) -> None:
        """Note one more time."""
        begun, count = self._tally(key)
        self._tallies.keep(key, (begun, count + 1))

    def forgive(self, key: K) -> None:
        """Forget how often it was."""
        self._tallies.drop(key)

    def __len__(self) -> int:
        return len(self._tallies)

    def _tally(self, key: K) -> tuple[float, int]:
        tally = self._tallies.get(key)
        return tally if tally is not None and self._now() < tally[0] + WINDOW else (self._now(), 0)
