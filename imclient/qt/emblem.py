"""The sign of the program, which a desktop shows beside the title of a window: a speech bubble."""

from __future__ import annotations

from functools import partial

from PyQt5.QtCore import QPointF, QRectF, Qt
from PyQt5.QtGui import QColor, QFont, QIcon, QPainter, QPainterPath, QPixmap, QPolygonF

from imqt import emblem
from imqt.colours import SHADES, Scheme


def icon(unread: int = 0) -> QIcon:
    """Give the sign in every size that a desktop may ask for; with how many are unread, if any are."""
    return emblem.icon(partial(_draw, unread=unread))


def painted(size: int) -> QPixmap:
    """Paint the sign so many pixels across."""
    return emblem.painted(_draw, size)


def _draw(painter: QPainter, unread: int = 0) -> None:
    painter.setBrush(QColor(SHADES["fill"].of(Scheme.LIGHT)))
    painter.drawPath(_bubble())
    painter.setBrush(QColor("#ffffff"))
    for x in (4.75, 8.0, 11.25):
        painter.drawEllipse(QPointF(x, 7.0), 1.15, 1.15)
    if unread:
        _draw_count(painter, "9+" if unread > 9 else str(unread))


def _draw_count(painter: QPainter, count: str) -> None:
    """Draw a number in a red disc in the upper right corner."""
    disc = QRectF(16 - 9.5, 0, 9.5, 9.5)
    painter.setBrush(QColor(SHADES["error"].of(Scheme.LIGHT)))
    painter.drawEllipse(disc)
    font = QFont(painter.font())
    font.setPixelSize(7 if len(count) == 1 else 6)
    font.setBold(True)
    painter.setFont(font)
    painter.setPen(QColor("#ffffff"))
    painter.drawText(disc, int(Qt.AlignmentFlag.AlignCenter), count)


def _bubble() -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(QRectF(0.5, 1.5, 15, 11), 4, 4)
    tail = QPainterPath()
    tail.addPolygon(QPolygonF([QPointF(4, 11), QPointF(4, 15.5), QPointF(9, 12)]))
    return path.united(tail)
