"""How lists paint text: always plain, wrapped anywhere if it must be, and never for longer than a moment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from PyQt5.QtCore import QPointF, QRectF, Qt
from PyQt5.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QPainter,
    QPen,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PyQt5.QtWidgets import QWidget

from imqt import clamping, theme
from imqt.colours import Token
from imqt.links import Link, links

LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
CENTRE = int(Qt.AlignmentFlag.AlignCenter)

#: How strong the ground of a marked place is; the letters on it stay easy to read.
MARKED = 0.34

#: A sign that says of itself that it is a picture, and what joins it.
_COLOURED = re.compile("[\u00a9-\U0001ffff]\ufe0f")


#: Places in a text: begin and end.
Marks = Sequence[tuple[int, int]]


class Paragraphs:
    """A text set in lines of at most `width` pixels; some places in it may be marked."""

    def __init__(self, text: str, font: QFont, width: float, marks: Marks = ()) -> None:
        # QTextLayout knows one paragraph: U+2028 parts lines inside it.
        self._layout = QTextLayout(text.replace("\n", "\u2028"), font)
        self._layout.setCacheEnabled(True)
        self._links = [(_units(text[: link.start]), _units(text[: link.end]), link) for link in links(text)]
        as_links = [_as_link(start, end) for start, end, _ in self._links]
        self._layout.setFormats([*as_links, *_in_colour(text), *_marked(text, marks)])
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._layout.setTextOption(option)
        self.width, self.height = self._set(width)

    def _set(self, width: float) -> tuple[float, float]:
        """Break the lines; give the width they use and the height they need."""
        used = height = 0.0
        self._layout.beginLayout()
        while (line := self._layout.createLine()).isValid():
            line.setLineWidth(width)
            line.setPosition(QPointF(0, height))
            height += line.height()
            used = max(used, line.naturalTextWidth())
        self._layout.endLayout()
        return used, height

    def link_at(self, at: QPointF) -> Link | None:
        """Give the link that stands at a point of it."""
        for place in range(self._layout.lineCount()) if self._links else ():
            line = self._layout.lineAt(place)
            if line.naturalTextRect().contains(at):
                sign = line.xToCursor(at.x(), line.CursorPosition.CursorOnCharacter)
                return next((link for start, end, link in self._links if start <= sign < end), None)
        return None

    def draw(self, painter: QPainter, at: QPointF, colour: QColor) -> None:
        """Paint it, its upper left corner here."""
        painter.setPen(colour)
        self._layout.draw(painter, at)


class OneLine:
    """A text in one line of at most `width` pixels, ended with three dots if it must be."""

    def __init__(self, text: str, font: QFont, width: float, marks: Marks = ()) -> None:
        self._layout, room = _set_in_line(text, font, marks), max(width, 0)
        line = self._layout.lineAt(0)
        if line.naturalTextWidth() > room:
            room = max(room - QFontMetrics(font).horizontalAdvance("…"), 0)
            end = line.xToCursor(line.x() + room, line.CursorPosition.CursorOnCharacter)
            text = text.encode("utf-16-le")[: 2 * end].decode("utf-16-le", "ignore").rstrip() + "…"
            self._layout = _set_in_line(
                text, font, [(begin, stop) for begin, stop in marks if stop < len(text)]
            )

    def draw(self, painter: QPainter, at: QPointF, colour: QColor) -> None:
        """Paint it, its upper left corner here."""
        painter.setPen(colour)
        self._layout.draw(painter, at)


def _set_in_line(text: str, font: QFont, marks: Marks) -> QTextLayout:
    layout, option = QTextLayout(text, font), QTextOption()
    option.setWrapMode(QTextOption.WrapMode.NoWrap)
    option.setTextDirection(Qt.LayoutDirection.LeftToRight)
    layout.setTextOption(option)
    layout.setCacheEnabled(True)
    layout.setFormats([*_in_colour(text), *_marked(text, marks)])
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    return layout


def _marked(text: str, marks: Marks) -> Iterator[QTextLayout.FormatRange]:
    """Give the places that are marked: on a ground of their own, the letters as they are."""
    for begin, end in marks:
        letters = QTextCharFormat()
        letters.setBackground(theme.colour("accent", MARKED))
        made = QTextLayout.FormatRange()
        made.start, made.length, made.format = _units(text[:begin]), _units(text[begin:end]), letters
        yield made


def _units(text: str) -> int:
    """Count as Qt does, which takes two for what lies beyond 16 bits."""
    return len(text.encode("utf-16-le")) // 2


def _in_colour(text: str) -> Iterator[QTextLayout.FormatRange]:
    """Give the signs that are to be emoji, as they say themselves: a font for text may have them in black."""
    for found in _COLOURED.finditer(text) if "\ufe0f" in text else ():
        letters = QTextCharFormat()
        letters.setFontFamilies([theme.EMOJI_FAMILY])
        made = QTextLayout.FormatRange()
        made.start = _units(text[: found.start()])
        made.length, made.format = _units(found[0]), letters
        yield made


def _as_link(start: int, end: int) -> QTextLayout.FormatRange:
    letters = QTextCharFormat()
    letters.setForeground(theme.colour("accent"))
    letters.setFontUnderline(True)
    made = QTextLayout.FormatRange()
    made.start, made.length, made.format = start, end - start, letters
    return made


def draw_line(
    painter: QPainter, rectangle: QRectF, text: str, font: QFont, colour: QColor, flags: int = LEFT
) -> float:
    """Paint one line, ended with three dots if it must be; give the width it took."""
    metrics = QFontMetrics(font)
    one_line = _worth_measuring(" ".join(text.split("\n")), metrics, rectangle.width())
    shown = metrics.elidedText(one_line, Qt.TextElideMode.ElideRight, int(rectangle.width()))
    painter.setFont(font)
    painter.setPen(colour)
    painter.drawText(rectangle, flags | int(Qt.TextFlag.TextSingleLine), shown)
    return metrics.horizontalAdvance(shown)


def _worth_measuring(text: str, metrics: QFontMetrics, width: float) -> str:
    """Cut where there is no more room anyway, if it costs much to measure what stands there."""
    if not clamping.costs(text):
        return text
    end = 8
    while end < len(text) and metrics.horizontalAdvance(text[:end]) <= width:
        end *= 2
    return text[:end]


def width_of(text: str, font: QFont) -> int:
    """Give how wide a line is, in pixels."""
    return QFontMetrics(font).horizontalAdvance(text)


def sign_side(side: float = 14) -> float:
    """Give how large a sign is that has so many pixels beside type of the usual size."""
    return theme.grown(side)


def draw_round(painter: QPainter, rectangle: QRectF, radius: float, colour: QColor) -> None:
    """Paint a rectangle with round corners and no edge."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(rectangle, radius, radius)


def draw_ring(painter: QPainter, rectangle: QRectF, radius: float, token: Token = "accent") -> None:
    """Paint the ring that tells where the keyboard is, inside a rectangle."""
    painter.setPen(QPen(theme.colour(token), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rectangle.adjusted(1, 1, -1, -1), radius - 1, radius - 1)


def by_key(reason: Qt.FocusReason) -> bool:
    """Tell whether the keyboard came somewhere by a key, and not by the mouse."""
    ways = (
        Qt.FocusReason.TabFocusReason,
        Qt.FocusReason.BacktabFocusReason,
        Qt.FocusReason.ShortcutFocusReason,
    )
    return reason in ways


def draw_popup(viewport: QWidget | None) -> None:
    """Paint the ground and the edge of a list that is a window of its own, or stands over another."""
    assert viewport is not None
    painter = QPainter(viewport)
    painter.fillRect(viewport.rect(), theme.colour("surface"))
    painter.setPen(theme.colour("line"))
    painter.drawRect(viewport.rect().adjusted(0, 0, -1, -1))
    painter.end()
