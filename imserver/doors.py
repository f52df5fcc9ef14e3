"""The ports that are open, by the words that asked for them; others may take their place meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress

from twisted.internet.defer import maybeDeferred

from .cannot_start import CannotStart
from .listening import Door

#: Opens a port; raises ``CannotStart``.
Listen = Callable[[str], Door]


class Doors:
    """Each lets people in; one that is closed keeps those who came by it."""

    def __init__(self, open_: Listen) -> None:
        self._listen = open_
        self._open: dict[str, Door] = {}
        self._aside: list[Door] = []  # nobody asked for them, and nobody can have them closed

    @property
    def all(self) -> list[Door]:
        """Give those that are open."""
        return [*self._open.values(), *self._aside]

    def open(self, descriptions: Iterable[str]) -> None:
        """Open some more; raises ``CannotStart``."""
        for one in descriptions:
            self._open[one] = self._listen(one)

    def add(self, door: Door) -> None:
        """Take in one that is open, and stays so to the end."""
        self._aside.append(door)

    async def become(self, descriptions: list[str]) -> None:
        """Have these open and no others; raises ``CannotStart``, and then those are open that were."""
        before = dict(self._open)
        gone = [one for one in before if one not in descriptions]
        new = [one for one in descriptions if one not in before]
        try:
            self.open(new)
        except CannotStart:
            # Perhaps one stands in its place that is to be closed.
            await self._close(new)
            await self._close(gone)
            try:
                self.open(new)
            except CannotStart:
                await self._close(new)
                for one in gone:
                    with suppress(CannotStart):
                        self.open([one])
                raise
        await self._close(gone)

    async def close(self) -> None:
        """Let nobody in any more."""
        await self._close(list(self._open))
        for door in self._aside:
            await maybeDeferred(door.port.stopListening)

    async def _close(self, descriptions: Iterable[str]) -> None:
        for one in descriptions:
            if (door := self._open.pop(one, None)) is not None:
                await maybeDeferred(door.port.stopListening)
