"""A line of words and buttons in which not always all of them have room."""

from __future__ import annotations

from PyQt5.QtCore import QEvent
from PyQt5.QtGui import QResizeEvent
from PyQt5.QtWidgets import QWidget

from imqt import theme


class Fitting(QWidget):
    """Looks what there is room for, whenever its width or its type is another."""

    def fit(self) -> None:
        """Show what there is room for."""
        raise NotImplementedError

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Look again what there is room for."""
        super().resizeEvent(event)
        self.fit()

    def changeEvent(self, event: QEvent | None) -> None:
        """Look again when the type is another."""
        super().changeEvent(event)
        if theme.has_changed(event):
            self.fit()
