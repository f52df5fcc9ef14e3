"""The sign of the program, which a desktop shows beside the title of a window: a speech bubble."""

from __future__ import annotations

from PyQt5.QtCore import QPointF, QRectF, Qt
from PyQt5.QtGui import QColor, QFont, QIcon, QPainter, QPainterPath, QPixmap, QPolygonF

from imqt.colours import SHADES, Scheme

#: Pixels across: title bars, task bars, task switchers.
_SIZES = (16, 24, 32, 48, 64, 128)


def icon(unread: int = 0) -> QIcon:
    """Give the sign in every size that a desktop may ask for; with how many are unread, if any are."""
    made = QIcon()
    for size in _SIZES:
        made.addPixmap(painted(size, unread))
    return made


def painted(size: int, unread: int = 0) -> QPixmap:
    """Paint it on a grid of 16: the same on light desktops and on dark ones."""
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(size / 16, size / 16)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(SHADES["fill"].of(Scheme.LIGHT)))
    painter.drawPath(_bubble())
    painter.setBrush(QColor("#ffffff"))
    for x in (4.75, 8.0, 11.25):
        painter.drawEllipse(QPointF(x, 7.0), 1.15, 1.15)
    if unread:
        _paint_count(painter, "9+" if unread > 9 else str(unread))
    painter.end()
    return pixmap


def _paint_count(painter: QPainter, count: str) -> None:
    """Paint a number in a red disc in the upper right corner."""
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
