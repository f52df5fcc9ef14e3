"""Small painted signs that stand beside words; they ask the theme for their colour each time."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import QEvent, QRectF
from PyQt5.QtGui import QPainter, QPaintEvent
from PyQt5.QtWidgets import QWidget

from imqt import icons, painting, theme
from imqt.colours import Token


class Sign(QWidget):
    """A square that paints itself by a function; the words beside it say the same.

    ``side`` is in pixels beside type of the usual size; it grows with the type.
    """

    def __init__(
        self, paint: Callable[[QPainter, QRectF], None], side: int = 14, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._paint, self._side = paint, side
        self._measure()

    def changeEvent(self, event: QEvent | None) -> None:
        """Grow with the type."""
        super().changeEvent(event)
        if theme.has_changed(event):
            self._measure()

    def _measure(self) -> None:
        side = round(painting.sign_side(self._side))
        self.setFixedSize(side, side)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paint it."""
        self._paint(QPainter(self), QRectF(self.rect()))


class IconSign(Sign):
    """An icon."""

    def __init__(
        self, name: str, token: Token = "dim", side: int = 14, parent: QWidget | None = None
    ) -> None:
        super().__init__(self._paint_icon, side, parent)
        self._name, self._token = name, token

    def show_icon(self, name: str, token: Token) -> None:
        """Show another one."""
        self._name, self._token = name, token
        self.update()

    def _paint_icon(self, painter: QPainter, place: QRectF) -> None:
        icons.draw(painter, self._name, place, theme.colour(self._token))
