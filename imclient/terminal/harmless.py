"""Makes a text that came from elsewhere safe to write to a terminal: the one place where that is done.

A terminal takes control characters for orders: they move the cursor, set titles, switch modes, and some
terminals answer them as if the user had typed.  Beside ESC there are the 8-bit ones (U+0080 to U+009F), of
which U+009B alone begins an order.  What changes the direction of all that follows is no better.
"""

from __future__ import annotations

import re

#: Control characters (C0, DEL, C1), line and paragraph separators, what embeds, overrides and isolates
#: directions, annotations, tags, and halves of characters.
HARMFUL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
#: As wide as a tab is shown.
_TAB = "    "


def harmless(text: str) -> str:
    """Give a line in which nothing is an order to the terminal; what could be one is shown by its number."""
    return HARMFUL.sub(_shown, text)


def harmless_lines(text: str) -> list[str]:
    """Give the lines of a text, each harmless."""
    return [harmless(line) for line in text.replace("\r\n", "\n").split("\n")]


def _shown(match: re.Match[str]) -> str:
    sign = match[0]
    if sign == "\t":
        return _TAB
    if sign < " ":
        return chr(0x2400 + ord(sign))  # its picture: ␛ for ESC
    return "\u2421" if sign == "\x7f" else f"\u2039{ord(sign):04X}\u203a"
