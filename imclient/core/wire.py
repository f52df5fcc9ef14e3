"""The lines that went over the wire, for people to watch; secrets are covered."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from improtocol.codec import masked, masked_from_server

from .signal import Signal

#: So many lines are kept, and so many characters of them: a server that writes long lines fills no memory.
MOST_LINES = 2000
MOST_CHARACTERS = 4_000_000


@dataclass(frozen=True, slots=True)
class WireLine:
    """A line that was said, and by whom."""

    at: float  #: seconds since 1970
    outgoing: bool
    line: str  #: secrets are shown as ●●●●●●●●


class Wire:
    """What client and server said to each other, the newest lines of it."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.lines: deque[WireLine] = deque()
        self.added: Signal[WireLine] = Signal()
        self._now = now
        self._characters = 0

    def said(self, line: str) -> None:
        """Keep a line of the client's."""
        self._add(WireLine(self._now(), True, masked(line)))

    def heard(self, line: str) -> None:
        """Keep a line of the server's."""
        self._add(WireLine(self._now(), False, masked_from_server(line)))

    def _add(self, line: WireLine) -> None:
        self.lines.append(line)
        self._characters += len(line.line)
        while len(self.lines) > MOST_LINES or self._characters > MOST_CHARACTERS:
            self._characters -= len(self.lines.popleft().line)
        self.added.emit(line)
