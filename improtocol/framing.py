"""Bytes to lines, as a value: line ends, the longest line, and how much may be taken at a time.

A line ends at LF; one CR before it is dropped (language, R1).  What is too long is passed over to
its end and reported once, so that however many bytes come without a line end, no more than one
line's worth is kept.
"""

from __future__ import annotations

from dataclasses import dataclass

from . import limits


@dataclass(frozen=True, slots=True)
class Overlong:
    """A line that was longer than allowed and has been passed over."""

    beginning: bytes  #: enough of it to find its tag
    limit: int


class Framer:
    """The bytes of one direction of a connection that have not been taken as lines yet."""

    def __init__(self, limit: int) -> None:
        self.limit = limit  #: of a line, in bytes, its end left out; may be raised between two lines
        self._held = b""
        self._at = 0  # what stands before this in _held has been taken
        self._passing_over = False

    def feed(self, data: bytes) -> None:
        """Add what has arrived."""
        self._held = self._held[self._at :] + data
        self._at = 0

    def take(self, most: int = limits.TURN) -> list[bytes | Overlong]:
        """Take the next whole lines, so many at most; an empty list means: there are none yet."""
        taken: list[bytes | Overlong] = []
        while len(taken) < most:
            end = self._held.find(b"\n", self._at)
            if end < 0:
                taken += self._shorten()
                break
            line = self._held[self._at : end]
            self._at = end + 1
            if self._passing_over:
                self._passing_over = False
                continue
            if line.endswith(b"\r"):
                line = line[:-1]
            taken.append(line if len(line) <= self.limit else self._overlong(line))
        return taken

    @property
    def held(self) -> int:
        """How many bytes are kept."""
        return len(self._held) - self._at

    @property
    def has_line(self) -> bool:
        """Whether a whole line is kept."""
        return self._held.find(b"\n", self._at) >= 0

    def _shorten(self) -> list[bytes | Overlong]:
        """Keep no more of an unfinished line than it may have."""
        rest = self._held[self._at :]
        self._held, self._at = rest, 0
        if self._passing_over:
            self._held = b""
        # One byte more may still be the CR of a line end.
        elif len(rest) > self.limit + 1 or (len(rest) > self.limit and not rest.endswith(b"\r")):
            self._held, self._passing_over = b"", True
            return [self._overlong(rest)]
        return []

    def _overlong(self, line: bytes) -> Overlong:
        return Overlong(line[: limits.TAG + limits.VERB + 2], self.limit)
