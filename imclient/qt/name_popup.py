"""The names that a typed beginning may mean, each with its presence."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import QModelIndex, QPointF, QRectF, QSize, Qt
from PyQt5.QtGui import QPainter, QPaintEvent
from PyQt5.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from imclient.core import wording
from imqt import icons, painting, theme
from imqt.colours import Token
from imtongue import tr


class NamePopup(QListView):
    """A list under the field; it is a window of its own, so it paints its own ground."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Names"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)

    def paint_with(self, presence: Callable[[str], str]) -> None:
        """Paint the names; a completer, when it takes the list over, sets a painter of its own."""
        self.setItemDelegate(_NameDelegate(self, presence))

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paint the ground, an edge, and the names."""
        painting.draw_popup(self.viewport())
        super().paintEvent(event)


class _NameDelegate(QStyledItemDelegate):
    """Paints a name with its presence."""

    def __init__(self, parent: QWidget, presence: Callable[[str], str]) -> None:
        super().__init__(parent)
        self._presence = presence

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """Be as high as a chip."""
        return QSize(0, theme.heights().control)

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Paint it."""
        assert painter is not None
        name, place = str(index.data()), QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground: Token = "surface"
        if option.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            ground = "soft"
            painting.draw_round(painter, place.adjusted(4, 2, -4, -2), 6, theme.colour(ground))
        dot = QPointF(place.left() + 18, place.center().y())
        icons.draw_presence(painter, dot, self._presence(name), theme.colour(ground))
        words = place.adjusted(32, 0, -8, 0)
        painting.draw_line(painter, words, wording.named(name), theme.font(), theme.colour("text"))
        painter.restore()
