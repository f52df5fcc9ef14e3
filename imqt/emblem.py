"""The sign of a program, which a desktop shows beside the title of a window: one drawing, in every size."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QIcon, QPainter, QPixmap

#: Pixels across: title bars, task bars, task switchers.
SIZES = (16, 24, 32, 48, 64, 128)

#: Draws the sign on a grid of 16: the same on light desktops and on dark ones.
Draw = Callable[[QPainter], None]


def icon(draw: Draw) -> QIcon:
    """Give the sign in every size that a desktop may ask for."""
    made = QIcon()
    for size in SIZES:
        made.addPixmap(painted(draw, size))
    return made


def painted(draw: Draw, size: int) -> QPixmap:
    """Paint the sign so many pixels across."""
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(size / 16, size / 16)
    painter.setPen(Qt.PenStyle.NoPen)
    draw(painter)
    painter.end()
    return pixmap
