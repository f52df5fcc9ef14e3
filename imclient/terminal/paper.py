"""The part of the terminal above the prompt: lines are written there once and then are the terminal's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TextIO

from .harmless import harmless, harmless_lines

#: A piece of a line, and how it looks.
Piece = tuple[str, str]
Line = Sequence[Piece]
#: Writes lines above whatever the user is typing.
Write = Callable[[list[Line]], object]

#: How far what continues a message stands in.
INDENT = "      "


class Paper:
    """Takes lines, makes them harmless, and has them written together at the end of the turn."""

    def __init__(self, write: Write, soon: Callable[[Callable[[], None]], object]) -> None:
        self._write = write
        self._soon = soon
        self._waiting: list[Line] = []

    def put(self, *pieces: Piece) -> None:
        """Write a line; a line break in its last piece begins another one below it, set in."""
        *head, (look, text) = pieces
        first, *rest = harmless_lines(text)
        safe = [(style, harmless(words)) for style, words in head]
        self._add([[*safe, (look, first)], *([("", INDENT), (look, line)] for line in rest)])

    def say(self, sentence: str, look: str = "class:news") -> None:
        """Write a sentence of the client's own; names and texts of others may be in it."""
        self.put((look, sentence))

    def flush(self) -> None:
        """Write what waits, now."""
        lines, self._waiting = self._waiting, []
        if lines:
            self._write(lines)

    def _add(self, lines: Iterable[Line]) -> None:
        if not self._waiting:
            self._soon(self.flush)
        self._waiting.extend(lines)


def plainly(file: TextIO) -> Write:
    """Give a way to write lines to a file or a pipe, without looks."""

    def write(lines: list[Line]) -> None:
        file.write("".join(f"{''.join(text for _, text in line)}\n" for line in lines))
        file.flush()

    return write
