"""The sign of the program, which a desktop shows beside the title of a window: two drawers of a server."""

from __future__ import annotations

from PyQt5.QtCore import QPointF, QRectF
from PyQt5.QtGui import QColor, QIcon, QPainter

from imqt import emblem
from imqt.colours import SHADES, Scheme


def icon() -> QIcon:
    """Give the sign in every size that a desktop may ask for."""
    return emblem.icon(_draw)


def _draw(painter: QPainter) -> None:
    for top in (1.5, 8.5):
        painter.setBrush(QColor(SHADES["fill"].of(Scheme.LIGHT)))
        painter.drawRoundedRect(QRectF(0.5, top, 15, 6), 2.5, 2.5)
        painter.setBrush(QColor("#ffffff"))
        painter.drawEllipse(QPointF(4, top + 3), 1.15, 1.15)
