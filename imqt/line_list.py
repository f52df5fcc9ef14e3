"""A list of lines as they go: the newest stays in sight unless one scrolls away."""

from __future__ import annotations

from PyQt5.QtCore import QAbstractListModel, Qt
from PyQt5.QtGui import QKeyEvent, QKeySequence
from PyQt5.QtWidgets import QAbstractItemView, QApplication, QListView, QWidget


class LineList(QListView):
    """Ctrl+C copies the lines that are chosen."""

    def __init__(self, model: QAbstractListModel, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._following = True
        self.setObjectName("wire")
        self.setAccessibleName(name)
        self.setModel(model)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        bar = self.verticalScrollBar()
        assert bar is not None
        self._bar = bar
        bar.valueChanged.connect(self._on_scrolled)
        bar.rangeChanged.connect(self._on_range)

    def _on_scrolled(self, value: int) -> None:
        self._following = value >= self._bar.maximum() - 4

    def _on_range(self, _low: int, high: int) -> None:
        if self._following:
            self._bar.setValue(high)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Copy the chosen lines on Ctrl+C."""
        assert event is not None
        clipboard = QApplication.clipboard()
        if event.matches(QKeySequence.StandardKey.Copy) and clipboard is not None:
            clipboard.setText("\n".join(index.data() for index in sorted(self.selectedIndexes())))
        else:
            super().keyPressEvent(event)
