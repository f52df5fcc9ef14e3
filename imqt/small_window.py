"""A small window over another one, which rests meanwhile."""

from __future__ import annotations

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QDialog, QWidget

from imqt.layout import Item, col
from imqt.theme import grown


class SmallWindow(QDialog):
    """Never runs a loop of its own, and ends when it is closed."""

    def __init__(self, parent: QWidget | None, title: str) -> None:
        super().__init__(parent)
        self._gone = False
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)

    @property
    def gone(self) -> bool:
        """Whether it was closed; what comes later has no place."""
        return self._gone

    def put(self, *items: Item) -> None:
        """Put things one under the other in it."""
        self.setLayout(col(*items, margins=(24, 20, 24, 20)))

    def widen(self, pixels: int) -> None:
        """Be so wide at least, beside type of the usual size, but no wider than the window below."""
        below = self.parentWidget()
        self.setMinimumWidth(min(grown(pixels), below.width() - 16) if below is not None else pixels)

    def done(self, result: int) -> None:
        """Close it."""
        self._gone = True
        super().done(result)
