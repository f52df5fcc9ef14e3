"""A chip: a name in the audience, with a cross that takes it away."""

from __future__ import annotations

from PyQt5.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PyQt5.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from imclient.core import wording
from imqt import icons, painting, plain, theme
from imqt.theme import Weight
from imtongue import tr


class Chip(QAbstractButton):
    """One name; Delete, Backspace or the cross removes it."""

    removed = pyqtSignal(str)
    stepped = pyqtSignal(str, int)  #: an arrow key: go to the chip before or after this one

    def __init__(self, name: str, presence: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self._words = wording.named(name)
        self.setText(plain.literal(self._words))
        plain.set_tooltip(self, self._words)  # there may be no room for all of it
        self.setObjectName(f"chip-{name}")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.show_presence(presence)

    def show_presence(self, presence: str) -> None:
        """Show whether that person is there."""
        self._presence = presence
        said = wording.presence(presence)
        self.setAccessibleName(tr("{name}, {presence}. Delete removes it.", name=self._words, presence=said))
        self.update()

    def sizeHint(self) -> QSize:
        """Have room for a dot, the name and a cross."""
        name = painting.width_of(self._words, theme.font(weight=Weight.NAME))
        return QSize(_dot() + name + 6 + _cross(), theme.heights().control)

    def minimumSizeHint(self) -> QSize:
        """Give way: a long name ends in dots."""
        return QSize(min(_dot() + 40 + _cross(), self.sizeHint().width()), theme.heights().control)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """Take the name away when its cross is pressed."""
        super().mouseReleaseEvent(event)
        assert event is not None
        if self.rect().contains(event.pos()) and event.pos().x() >= self.width() - _cross():
            self.removed.emit(self.name)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Remove it, or go to its neighbour."""
        assert event is not None
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit(self.name)
        elif step is not None:
            self.stepped.emit(self.name, step)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paint it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = QRectF(self.rect())
        painting.draw_round(painter, place, 8, theme.colour("soft"))
        if self.hasFocus():
            painting.draw_ring(painter, place, 8)
        middle = place.center().y()
        dot = QPointF(_dot() / 2 + 1, middle)
        icons.draw_presence(painter, dot, self._presence, theme.colour("soft"), painting.sign_side(4))
        font = theme.font(weight=Weight.NAME)
        words = place.adjusted(_dot(), 0, -_cross(), 0)
        painting.draw_line(painter, words, self._words, font, theme.colour("text"))
        side = painting.sign_side()
        cross = QRectF(place.right() - side - 10, middle - side / 2, side, side)
        icons.draw(painter, "close", cross, theme.colour("text" if self.underMouse() else "dim"))


def _dot() -> int:
    """Give how wide the dot's place is."""
    return round(painting.sign_side(8)) + 20


def _cross() -> int:
    """Give how wide the cross's place is."""
    return round(painting.sign_side()) + 14
