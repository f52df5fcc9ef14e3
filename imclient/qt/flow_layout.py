"""A row of things that goes on in a second row when the first is full."""

from __future__ import annotations

from PyQt5.QtCore import QPoint, QRect, QSize, Qt
from PyQt5.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Places its items as a line of words is set."""

    def __init__(self, parent: QWidget | None = None, gap: int = 8, *, first_apart: bool = False) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self._first_apart = first_apart  #: if one row is not enough, the first item has one for itself
        self.setContentsMargins(0, 0, 0, 0)

    # What QLayout asks of its kinds

    def addItem(self, item: QLayoutItem | None) -> None:
        """Take one more."""
        if item is not None:
            self._items.append(item)

    def count(self) -> int:
        """Count the items."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """Give an item."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Let an item go."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def insert(self, index: int, widget: QWidget) -> None:
        """Put a widget before the one that stands here."""
        self.addWidget(widget)
        self._items.insert(index, self._items.pop())

    def expandingDirections(self) -> Qt.Orientations:
        """Ask for no more room than it needs."""
        return Qt.Orientations()

    def hasHeightForWidth(self) -> bool:
        """Be higher when narrow."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Say how high it is when so wide."""
        return self._place(QRect(0, 0, width, 0), moving=False)

    def setGeometry(self, rectangle: QRect) -> None:
        """Place the items."""
        super().setGeometry(rectangle)
        self._place(rectangle, moving=True)

    def sizeHint(self) -> QSize:
        """Ask for one row."""
        sizes = [item.sizeHint() for item in self._shown()]
        width = sum(size.width() for size in sizes) + self._gap * max(0, len(sizes) - 1)
        return QSize(width, max((size.height() for size in sizes), default=0))

    def minimumSize(self) -> QSize:
        """Need room for the widest item at its narrowest; what is wider than its row gives way."""
        size = QSize()
        for item in self._shown():
            size = size.expandedTo(item.minimumSize())
        return size

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _place(self, room: QRect, *, moving: bool) -> int:
        """Set the items row by row, each in the middle of its row; give the height they take."""
        y = room.y()
        for row in self._rows(room.width()):
            high = max(item.sizeHint().height() for item in row)
            x = room.x()
            for item in row:
                size = item.sizeHint().boundedTo(QSize(max(0, room.width()), high))
                if moving:
                    item.setGeometry(QRect(QPoint(x, y + (high - size.height()) // 2), size))
                x += size.width() + self._gap
            y += high + self._gap
        return max(0, y - self._gap - room.y())

    def _rows(self, width: int) -> list[list[QLayoutItem]]:
        """Part the items into rows."""
        items = self._shown()
        if self._first_apart and self.sizeHint().width() > width and len(items) > 1:
            return [items[:1], *self._filled(items[1:], width)]
        return self._filled(items, width)

    def _filled(self, items: list[QLayoutItem], width: int) -> list[list[QLayoutItem]]:
        rows: list[list[QLayoutItem]] = []
        used = width + 1
        for item in items:
            wide = item.sizeHint().width()
            if used + self._gap + wide > width:
                rows.append([])
                used = -self._gap
            rows[-1].append(item)
            used += self._gap + wide
        return rows
