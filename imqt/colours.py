"""Every colour of the windows, named for what it is for, in the light and in the dark.

One accent. Green, amber and red mean a state, and a state is never told by its colour alone.
"""

from __future__ import annotations

import zlib
from enum import StrEnum
from typing import Literal, NamedTuple

from PyQt5.QtGui import QColor


class Scheme(StrEnum):
    """Light or dark: how a whole program looks."""

    LIGHT = "light"
    DARK = "dark"


class Shade(NamedTuple):
    """One colour in both schemes, as ``#rrggbb``."""

    light: str
    dark: str

    def of(self, scheme: Scheme) -> str:
        """Return it as that scheme has it."""
        return self.dark if scheme is Scheme.DARK else self.light


# fmt: off
Token = Literal[
    "surface", "side", "field", "hover", "line", "edge",
    "grip",
    "text", "dim", "placeholder",
    "accent", "fill", "fill_hover", "on_fill",
    "soft", "mine", "other",
    "online", "away", "offline",
    "error", "waiting", "receipt",
]

SHADES: dict[Token, Shade] = {
    "surface":     Shade("#ffffff", "#1a1e26"),  # the transcript, pages, dialogs
    "side":        Shade("#f4f5f8", "#14171d"),  # roster, menu, status bar, panes
    "field":       Shade("#f0f2f6", "#242934"),  # inputs, quiet buttons
    "hover":       Shade("#e9ecf2", "#262c37"),  # under the mouse
    "line":        Shade("#dfe3ea", "#2c323e"),  # hairlines
    "edge":        Shade("#808999", "#7b8597"),  # the outline of what is not filled: a box to tick
    "grip":        Shade("#c6ccd7", "#3b4352"),  # what one drags to scroll

    "text":        Shade("#1a1e27", "#e8ebf1"),
    "dim":         Shade("#586172", "#a7afbe"),
    "placeholder": Shade("#626b7b", "#929bab"),

    "accent":      Shade("#2a5bd0", "#8aaeff"),  # links, the focus ring, the chosen tab
    "fill":        Shade("#2a5bd0", "#3b68d9"),  # the primary button, badges, the chosen mode
    "fill_hover":  Shade("#2450ba", "#4470de"),
    "on_fill":     Shade("#ffffff", "#ffffff"),  # text on either

    "soft":        Shade("#e4ecfc", "#263453"),  # what is chosen, chips
    "mine":        Shade("#e1eafc", "#29395e"),  # one's own bubble
    "other":       Shade("#f0f2f6", "#252a35"),  # the others'

    "online":      Shade("#1d7f50", "#4fc98f"),
    "away":        Shade("#8d5e00", "#e3b04b"),
    "offline":     Shade("#7c8595", "#7b8597"),

    "error":       Shade("#b3261e", "#ff9b92"),
    "waiting":     Shade("#8d5e00", "#e3b04b"),  # not sent yet; a warning
    "receipt":     Shade("#7a3aa8", "#cf9df2"),  # receipts on the wire, the second line of a plot
}
# fmt: on


def avatar_colours(name: str, scheme: Scheme) -> tuple[QColor, QColor]:
    """Return the ground and the letter of the disc that stands for a user: the same wherever it is shown."""
    hue = zlib.crc32(name.encode()) % 360
    if scheme is Scheme.DARK:
        return QColor.fromHsl(hue, 55, 72), QColor.fromHsl(hue, 130, 218)
    return QColor.fromHsl(hue, 90, 222), QColor.fromHsl(hue, 130, 66)
