"""How a line on the wire is coloured: the verb bold, the outcome as what it is, tags and keys dim."""

from __future__ import annotations

import re

from PyQt5.QtGui import QTextCharFormat, QTextLayout

from imqt import theme
from imqt.colours import Token
from imqt.theme import Weight

_TOKENS: dict[str, Token] = {
    "OK": "online", "ERR": "error", "SEND": "accent", "MESSAGE": "accent",
    "RECEIPT": "receipt", "RECEIPTS": "receipt", "READ": "receipt",
    "LOGIN": "waiting", "REGISTER": "waiting", "HELLO": "waiting", "BYE": "waiting", "LOGOUT": "waiting",
}  # fmt: skip
_LINE = re.compile(r"(?P<tag>@\S+ )?(?P<sign>[*+] )?(?P<outcome>OK |ERR )?(?P<verb>\S+)")
_KEY = re.compile(r" [a-z-]+=\S*")


def marks(line: str) -> list[tuple[int, int, Token, bool]]:
    """Say which parts of a line have a colour of their own: start, length, colour, bold."""
    found: list[tuple[int, int, Token, bool]] = []
    match = _LINE.match(line)
    if match is None:
        return found
    for part in ("tag", "sign"):
        if match[part]:
            found.append((match.start(part), len(match[part]), "dim", False))
    if match["outcome"]:
        word = match["outcome"].strip()
        found.append((match.start("outcome"), len(word), _TOKENS[word], True))
    verb = match["verb"]
    found.append((match.start("verb"), len(verb), _TOKENS.get(verb.upper(), "text"), True))
    text = line.find(" :", match.end())
    for key in _KEY.finditer(line, match.end(), len(line) if text < 0 else text):
        found.append((key.start(), len(key[0]), "dim", False))
    return found


def formats(line: str) -> list[QTextLayout.FormatRange]:
    """Give the same as a layout of text takes it."""
    return [_format(*mark) for mark in marks(line)]


def _format(start: int, length: int, token: Token, bold: bool) -> QTextLayout.FormatRange:
    letters = QTextCharFormat()
    letters.setForeground(theme.colour(token))
    if bold:
        letters.setFontWeight(Weight.STRONG.value)
    made = QTextLayout.FormatRange()
    made.start, made.length, made.format = start, length, letters
    return made
