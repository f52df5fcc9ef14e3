"""A few words in the middle of a list that has nothing to show."""

from __future__ import annotations

from PyQt5.QtCore import QEvent, QObject, Qt
from PyQt5.QtWidgets import QAbstractScrollArea

from imqt.plain import PlainLabel

#: Pixels that are left free beside them.
SIDE = 24


class Empty(PlainLabel):
    """Stands over a list's rows, and lets the mouse through to them."""

    def __init__(self, area: QAbstractScrollArea) -> None:
        viewport = area.viewport()
        assert viewport is not None
        super().__init__("", "dim", wrap=True, parent=viewport)
        self._viewport = viewport
        self.setObjectName("empty")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        viewport.installEventFilter(self)
        self.hide()

    def tell(self, words: str) -> None:
        """Say why there is nothing; nothing to say: there is something."""
        if words != self.text():
            self.setText(words)
        self.setVisible(bool(words))
        self._fit()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Stay in the middle."""
        if event is not None and event.type() == QEvent.Type.Resize:
            self._fit()
        return False

    def _fit(self) -> None:
        self.setGeometry(self._viewport.rect().adjusted(SIDE, 0, -SIDE, 0))
