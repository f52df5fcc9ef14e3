"""Words that a dictionary does not know are underlined, where enchant and a dictionary are installed."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from PyQt5.QtGui import QSyntaxHighlighter, QTextCharFormat, QTextDocument

from imqt import theme

Knows = Callable[[str], bool]

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
#: What is no prose: addresses, paths, commands, names after @.
_SKIPPED = re.compile(r"\S*(?:://|[/@#=_])\S*")
#: A longer text is not looked through: it was pasted.
LONGEST = 8000


def dictionary(language: str) -> Knows | None:
    """Give the dictionary of a language, if enchant is installed and has one."""
    if find_spec("enchant") is None:
        return None
    try:
        import enchant  # noqa: PLC0415  (an extra)

        found: Any = enchant.Dict(language)
    except Exception:  # without its library, or without a dictionary, nothing is underlined
        return None
    return lambda word: bool(found.check(word))


def unknown(text: str, knows: Knows) -> list[tuple[int, int]]:
    """Say where words stand that the dictionary does not know."""
    skipped = [found.span() for found in _SKIPPED.finditer(text)]
    return [
        found.span()
        for found in _WORD.finditer(text)
        if not any(start <= found.start() < end for start, end in skipped) and not knows(found[0])
    ]


class Spelling(QSyntaxHighlighter):
    """Underlines; what is being typed right now is left in peace until a blank stands behind it."""

    def __init__(self, document: QTextDocument, knows: Knows, names: Callable[[], set[str]]) -> None:
        super().__init__(document)
        self._knows, self._names = knows, names

    def highlightBlock(self, text: str | None) -> None:
        """Look through one line."""
        if not text or len(text) > LONGEST:
            return
        names = self._names()
        wrong = QTextCharFormat()
        wrong.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SpellCheckUnderline)
        wrong.setUnderlineColor(theme.colour("error"))
        for start, end in unknown(text, lambda word: word.lower() in names or self._knows(word)):
            if end < len(text):
                before = len(text[:start].encode("utf-16-le")) // 2  # as Qt counts
                self.setFormat(before, len(text[start:end].encode("utf-16-le")) // 2, wrong)
