"""The sign of the program, which a desktop shows beside the title of a window: two drawers of a server."""

from __future__ import annotations

from PyQt5.QtCore import QPointF, QRectF, Qt
from PyQt5.QtGui import QColor, QIcon, QPainter, QPixmap

from imqt.colours import SHADES, Scheme

#: Pixels across: title bars, task bars, task switchers.
_SIZES = (16, 24, 32, 48, 64, 128)


def icon() -> QIcon:
    """Give the sign in every size that a desktop may ask for."""
    made = QIcon()
    for size in _SIZES:
        made.addPixmap(painted(size))
    return made


def painted(size: int) -> QPixmap:
    """Paint it on a grid of 16: the same on light desktops and on dark ones."""
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(size / 16, size / 16)
    painter.setPen(Qt.PenStyle.NoPen)
    for top in (1.5, 8.5):
        painter.setBrush(QColor(SHADES["fill"].of(Scheme.LIGHT)))
        painter.drawRoundedRect(QRectF(0.5, top, 15, 6), 2.5, 2.5)
        painter.setBrush(QColor("#ffffff"))
        painter.drawEllipse(QPointF(4, top + 3), 1.15, 1.15)
    painter.end()
    return pixmap
