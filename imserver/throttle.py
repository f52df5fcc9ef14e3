"""How fast is too fast, for one connection (language, R14): pure arithmetic; the clock is handed in.

A bucket holds so many commands at once and fills again at a steady rate.  A command is begun when
one whole command is in it; what costs more leaves a debt, which is waited out before the next.  So
nothing is ever refused for being too fast, and nothing overtakes: the line that waits keeps its
place, and what is behind it is not read.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from improtocol import commands
from improtocol.errors import Refusal
from improtocol.vocabulary import Command, Reply

from .bounds import Bounds

#: They hold nobody up, or must not be held up, up to a rate of their own: past it they cost like any other.
FREE = (commands.Ack, commands.Read, commands.Ping, commands.Pong, commands.Quit)
#: So many names of a SEND weigh as much as the command itself.
NAMES = 10
#: What a SEND to everyone costs: it is written to every connection there is.
EVERYONE = 20
#: A rest of a sum of fractions is no reason to set a timer.
NEARLY = 1e-6

Said = Command[Reply] | Refusal


def cost(said: Said) -> float:
    """Say how many commands a line weighs as much as."""
    if not isinstance(said, commands.Send):
        return 1.0
    return EVERYONE if said.audience.everyone else 1 + len(said.audience.names) / NAMES


class Throttle:
    """What one connection may still ask at this moment."""

    __slots__ = ("_at", "_bounds", "_free", "_level", "_now")

    def __init__(self, bounds: Bounds, now: Callable[[], float]) -> None:
        self._bounds = bounds
        self._now = now
        self._level = bounds.burst
        self._free = bounds.free_rate
        self._at = now()

    def wait(self, said: Said) -> float:
        """Say how many seconds to wait before a line may be begun."""
        self._fill()
        wait = _until_one(self._level, self._bounds.rate)
        return min(wait, _until_one(self._free, self._bounds.free_rate)) if isinstance(said, FREE) else wait

    def begin(self, said: Said) -> None:
        """Note that a line is begun."""
        self._fill()
        if isinstance(said, FREE) and _until_one(self._free, self._bounds.free_rate) == 0:
            self._free -= 1
        else:
            self._level -= cost(said)

    def _fill(self) -> None:
        passed = self._now() - self._at
        self._at += passed
        self._level = _filled(self._level, self._bounds.burst, self._bounds.rate, passed)
        self._free = _filled(self._free, self._bounds.free_rate, self._bounds.free_rate, passed)


def _filled(level: float, most: float, rate: float, passed: float) -> float:
    return most if math.isinf(rate) else min(most, level + rate * passed)


def _until_one(level: float, rate: float) -> float:
    return 0.0 if level > 1 - NEARLY else (1 - level) / rate
