"""Texts made fit for a window: none may hold it up, overflow it, or turn round what stands beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from imtongue import phrase, tr

#: Signs that cost Qt some 0.1 ms each to measure: pictures, and what joins or changes them.
_COSTLY = re.compile("[\U0001f000-\U0001ffff\u200d\ufe0f\u20e3\U000e0020-\U000e007f]")
#: Signs of rare scripts, for each of which Qt may look through all fonts: some 0.6 ms.
_RARE = re.compile("[\U00010000-\U0001efff\U00020000-\U000e001f\U000e0080-\U0010ffff]")
#: So many of them are shown. A page of a conversation in which each message is full of them (1,024 fit) would
#: hold the window for half a minute.
MOST_COSTLY = 100
MOST_RARE = 30
#: What comes a piece a turn, and what is one row of many, has so small a share of that.
A_PIECE, A_ROW = 3, 7
#: So many lines of a message stand among the others; more of them push the others out of sight.
MOST_SHOWN = 60
#: So many lines, and letters, are laid out at a time.
MOST_LINES, MOST_LETTERS = 200, 4096
CUT = phrase("… (there is more; double-click to see it)")
#: Marks stacked higher than this would be painted over the neighbours.
_MARK = "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_STACKED = re.compile(f"({_MARK}{{6}}){_MARK}+")
#: They turn round what is written behind them, and nobody sees them: no script needs them.
_TURNS = re.compile("[\u202d\u202e]")


def clamped(text: str) -> str:
    """Give a text as it is shown: as it stands, but that it may not hold up or overflow the window."""
    text = harmless(text)
    return _cut(text, min(_end(text), _end_of(_LINE, MOST_SHOWN - 1, text)), tr(CUT))


def shortened(text: str, cut: str = "…") -> str:
    """Cut a text where it would hold the window up."""
    return _cut(text, _end(text), cut)


def _cut(text: str, end: int, cut: str) -> str:
    return text if end == len(text) else text[:end] + cut


def costs(text: str) -> bool:
    """Tell whether a text holds signs that cost Qt much to measure."""
    return not text.isascii() and bool(_COSTLY.search(text) or _RARE.search(text))


def harmless(text: str) -> str:
    """Give the whole text, with nothing in it that is painted over others or turns them round."""
    text = _STACKED.sub(r"\1", text)
    return _TURNS.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)


def beginning(text: str, most: int) -> str:
    """Give the first letters of a text for a line among many, each of which is painted in no time."""
    text = " ".join(harmless(text[: 2 * most]).split())
    return _cut(text, min(most, _end(text, A_ROW)), "…")


def pieces(text: str) -> Iterator[str]:
    """Cut a long text in pieces, none of which holds a window up: behind a line where that is possible."""
    while text:
        end = min(_end(text, A_PIECE), MOST_LETTERS, _end_of(_LINE, MOST_LINES, text))
        if end < len(text):
            end = text.rfind("\n", 0, end + 1) + 1 or max(end, 1)
        yield text[:end]
        text = text[end:]


_LINE = re.compile("\n")


def _end(text: str, share: int = 1) -> int:
    return min(_end_of(_COSTLY, MOST_COSTLY // share, text), _end_of(_RARE, MOST_RARE // share, text))


def _end_of(signs: re.Pattern[str], most: int, text: str) -> int:
    """Say up to where a text holds at most so many of these."""
    beyond = next(islice(signs.finditer(text), most, None), None)
    return len(text) if beyond is None else beyond.start()
