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
FREE = (
    *(commands.Ack, commands.Read, commands.Ping, commands.Pong, commands.Quit),
    *(commands.Sessions, commands.Accounts, commands.Stats),  # an administrator's window looks all the time
)
#: So many names of a SEND weigh as much as the command itself.
NAMES = 10
#: What something said to everyone costs: it is written to every connection there is.
EVERYONE = 20
#: A rest of a sum of fractions is no reason to set a timer.
NEARLY_ONE = 1 - 1e-6

Said = Command[Reply] | Refusal


def cost(said: Said) -> float:
    """Say how many commands a line weighs as much as."""
    if isinstance(said, commands.Announce):
        return EVERYONE
    if not isinstance(said, commands.Send):
        return 1.0
    return EVERYONE if said.audience.everyone else 1 + len(said.audience.names) / NAMES


class Throttle:
    """What one connection may still ask at this moment."""

    __slots__ = ("_at", "_bounds", "_free", "_free_at", "_level", "_now")

    def __init__(self, bounds: Bounds, now: Callable[[], float]) -> None:
        self._bounds = bounds
        self._now = now
        self._level, self._free = bounds.burst, bounds.free_rate
        self._at = self._free_at = now()

    def begin(self, said: Said) -> float:
        """Begin a line and give 0, or give how many seconds to wait before it may be begun."""
        burst, rate = self._bounds.burst, self._bounds.rate
        if rate == math.inf:
            return 0.0
        now = self._now()
        may_be_free = isinstance(said, FREE)
        if may_be_free and self._is_free(now):
            return 0.0
        self._level = min(burst, self._level + (now - self._at) * rate)
        self._at = now
        if self._level > NEARLY_ONE:
            self._level -= cost(said)
            return 0.0
        wait = (1 - self._level) / rate
        return min(wait, (1 - self._free) / self._bounds.free_rate) if may_be_free else wait

    def _is_free(self, now: float) -> bool:
        rate = self._bounds.free_rate
        if rate == math.inf:
            return True
        self._free = min(rate, self._free + (now - self._free_at) * rate)
        self._free_at = now
        if self._free > NEARLY_ONE:
            self._free -= 1
            return True
        return False
