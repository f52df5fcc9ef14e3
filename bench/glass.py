"""A terminal made of glass: what is written to it can be seen, and whether anything in it has changed."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyte
from prompt_toolkit.data_structures import Size
from prompt_toolkit.output.vt100 import Vt100_Output

from imclient.terminal.paper import Line, Paper
from imclient.terminal.prompt import print_lines

#: What prompt_toolkit writes of its own: colours, wrapping, line ends; and what nobody may write.
_OF_ITS_OWN = re.compile(r"\x1b\[[0-9;]*m|\x1b\[\?7[hl]|[\r\n]")
_WILD = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

COLUMNS, ROWS, BACK = 80, 24, 500

#: Pieces that orders to a terminal are made of, and what is beside them on the way to a trick.
_PIECES = (
    *("\x1b[", "\x9b", "\x1b]", "\x9d", "\x1bP", "\x90", "\x1b^", "\x9e", "\x1b_", "\x9f", "\x1bX", "\x98"),
    *("\x1b", "\x9c", "\x1b\\", "\x07", "\x1bc", "\x1b7", "\x1b8", "\x84", "\x85", "\x88", "\x8d", "\x8e"),
    *("\x0e", "\x0f", "\x1b(0", "\x1b#8", "\x1b=", "\x1b>", "\x1bD", "\x1bM", "\x05", "\x08", "\x18", "\x1a"),
    *(
        "?25l",
        "?1049h",
        "?1000h",
        "?2004h",
        "2J",
        "3J",
        "10;10H",
        "99A",
        "31m",
        "7m",
        "5;10r",
        "6n",
        "c",
        "!p",
    ),
    *(
        "0;owned\x07",
        "52;c;cm0gLXJm\x07",
        "2;t\x9c",
        "8;;http://x\x9c",
        "1337;File=:AA\x07",
        "0;x\x1b\\",
        "4h",
    ),
    *("\n", "\r", "\t", "\x0b", "\x0c", "\x00", "\x7f", "\u2028", "\u2029", "\u0085", "\r\n"),
    *("\u202e", "\u202d", "\u2066", "\u2069", "\u200f", "\u061c", "\ufeff", "\u200b", "\u00ad"),
    *("\u0301" * 40, "\U0001f468\u200d\U0001f469", "\U0001f1e9", "\u4e2d\u6587", "\u05d0\u05d1", "e\u0301"),
    *("\ud83d", "\ufffd", "\uffff", "\U000e0041", "\U0010ffff", "\ue000"),
)


def hostile(chance: random.Random) -> str:
    """Make up a text that somebody might send who wants to move another's cursor."""
    parts = []
    for _ in range(chance.randrange(1, 12)):
        kind = chance.randrange(4)
        if kind < 2:
            parts.append(chance.choice(_PIECES))
        elif kind == 2:
            parts.append("".join(chr(chance.randrange(0x120)) for _ in range(chance.randrange(1, 8))))
        else:
            parts.append(chr(chance.randrange(0x110000)))
    return "".join(parts)


class Sheet(pyte.Screen):
    """A screen that keeps what scrolls away, as `pyte.HistoryScreen` does, at half its price."""

    def __init__(self, columns: int, lines: int) -> None:
        self.back: list[Any] = []
        super().__init__(columns, lines)

    def index(self) -> None:
        """Move down; at the bottom the first line scrolls away."""
        if self.margins is None and self.cursor.y == self.lines - 1:
            self.back.append(self.buffer[0])
        super().index()


class Glass:
    """The terminal; its own state is all that is not text above the cursor."""

    def __init__(self) -> None:
        self.screen = Sheet(COLUMNS, ROWS)
        self._stream = pyte.Stream(self.screen)
        self._size = Size(ROWS, COLUMNS)
        self.output = Vt100_Output(self, lambda: self._size, term="xterm-256color")  # type: ignore[arg-type]
        self.written = ""

    # As prompt_toolkit's file

    encoding = "utf-8"

    def write(self, text: str) -> None:
        """Take what is written."""
        self.written += text
        # As a terminal that takes 8-bit controls; what is no character does not come through a pty.
        self._stream.feed(text.encode("utf-8", "replace").decode("utf-8").replace("\n", "\r\n"))

    def flush(self) -> None:
        """Have nothing to do."""

    def isatty(self) -> bool:
        """Be a terminal."""
        return True

    def fileno(self) -> int:
        """Have no number."""
        raise OSError("it is made of glass")

    # Looking

    def state(self) -> tuple[object, ...]:
        """Give all that no message may change."""
        screen = self.screen
        cursor = screen.cursor
        return (
            frozenset(screen.mode),
            screen.title,
            screen.icon_name,
            screen.margins,
            (screen.charset, screen.g0_charset, screen.g1_charset),
            frozenset(screen.tabstops),
            (cursor.x, cursor.hidden, cursor.attrs),
            len(screen.savepoints),
            (screen.columns, screen.lines),
        )

    @property
    def depth(self) -> int:
        """How many lines were written, those that scrolled away too."""
        return len(self.screen.back) + self.screen.cursor.y

    def row(self, number: int) -> str:
        """Give a line by its number from the top of the scrollback."""
        back = self.screen.back
        line = back[number] if number < len(back) else self.screen.buffer[number - len(back)]
        return "".join(line[x].data for x in range(COLUMNS)).rstrip()


@dataclass(frozen=True)
class Trick:
    """A message that did what no message may."""

    number: int
    text: str
    what: str

    def __str__(self) -> str:
        """Say what it did."""
        return f"message {self.number}, {self.text!r}: {self.what}"


def tricks(count: int, seed: int) -> Iterator[Trick]:
    """Write so many hostile messages to glasses, and name those that changed anything but text below."""
    chance = random.Random(seed)
    glass = Glass()
    for number in range(count):
        if len(glass.screen.back) > BACK:
            glass = Glass()
        text = hostile(chance)
        trick = _tried(glass, number, text)
        if trick is not None:
            yield trick
            glass = Glass()


def _tried(glass: Glass, number: int, text: str) -> Trick | None:
    mark = f"-- {number} --"
    glass.written = ""
    _write(glass, ("class:news", mark))
    before, at = glass.state(), glass.depth
    _write(glass, ("class:news", "10:00 "), ("class:name1", text[:20]), ("", " to you: "), ("", text))
    if glass.state() != before:
        changed = [
            f"{was} became {now}" for was, now in zip(before, glass.state(), strict=True) if was != now
        ]
        return Trick(number, text, "; ".join(changed))
    if glass.row(at - 1) != mark:
        return Trick(number, text, f"the line above became {glass.row(at - 1)!r}")
    lines = text.count("\n") + 1
    rows = glass.depth - at
    if not lines <= rows <= lines + sum(map(_width, text + text[:20])) // (COLUMNS - 1) + 1:
        return Trick(number, text, f"{rows} lines were written")
    if wild := _WILD.search(_OF_ITS_OWN.sub("", glass.written)):
        return Trick(number, text, f"{wild[0]!r} came through")
    return None


def _width(sign: str) -> int:
    return 8  # as a number in brackets, at most


def _write(glass: Glass, *pieces: tuple[str, str]) -> None:
    def write(lines: list[Line]) -> None:
        print_lines(lines, glass.output)

    paper = Paper(write, lambda act: None)
    paper.put(*pieces)
    paper.flush()
