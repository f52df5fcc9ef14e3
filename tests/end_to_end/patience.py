"""Waiting for what another process does: looked at again and again, until a deadline."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

#: Seconds that anything may take; a machine that is busy with other tests is slow.
LONG = 15.0
#: Seconds between two looks.
A_MOMENT = 0.02


def eventually(look: Callable[[], T], wanted: Callable[[T], object] = bool, *, within: float = LONG) -> T:
    """Look until what is seen is wanted, and give it; fails with what was seen last."""
    deadline = time.monotonic() + within
    while not wanted(seen := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"after {within:.0f} seconds there still was {seen!r}")
        time.sleep(A_MOMENT)
    return seen
