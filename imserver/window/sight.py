"""Which pages to ask for, so that what is on the screen is of the last few seconds."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import TypeVar

from improtocol import limits

from .people import Person

#: Seconds that a row on the screen may be old, and pages that are asked for at once because of it.
FRESH, AT_ONCE = 5.0, 2

K = TypeVar("K", str, int)


def accounts(seen: Iterable[Person], names: Iterable[str], now: float) -> list[str]:
    """Give the names behind which to look; the first page stands behind none."""
    old = sorted((one.looked, one.name) for one in seen if one.name and now - one.looked >= FRESH)
    known = sorted(names) if old else []
    return [known[place - 1] if place else "" for place in places(known, [name for _, name in old])]


def sessions(seen: Iterable[Person], numbers: Iterable[int], now: float) -> list[int]:
    """Give the numbers behind which to look."""
    links = (link for one in seen for link in one.links)
    old = sorted((link.looked, link.number) for link in links if now - link.looked >= FRESH)
    known = sorted(numbers) if old else []
    return [known[place] - 1 for place in places(known, [number for _, number in old])]


def places(known: Sequence[K], old: Sequence[K], most: int = AT_ONCE) -> list[int]:
    """Say where in what is known pages begin that hold the oldest, and what else of it they can."""
    wanted = sorted(bisect_left(known, one) for one in old)
    begun: list[int] = []
    for one in old:
        place = bisect_left(known, one)
        if len(begun) == most:
            break
        if not any(begin <= place < begin + limits.PAGE for begin in begun):
            begun.append(wanted[bisect_left(wanted, place - limits.PAGE + 1)])
    return begun
