"""A page that can be scrolled where a window is too small, or type too large, for all of it."""

from __future__ import annotations

from PyQt5.QtCore import QEvent, QObject, Qt
from PyQt5.QtWidgets import QApplication, QScrollArea, QWidget


class _Page(QScrollArea):
    """Scrolls only up and down, and brings what has the focus into sight."""

    def __init__(self, page: QWidget) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(page)
        for widget in page.findChildren(QWidget):
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Notice where the focus goes."""
        if event is not None and event.type() == QEvent.Type.FocusIn:
            self.ensureWidgetVisible(QApplication.focusWidget())
        return super().eventFilter(watched, event)


def scrolled(page: QWidget) -> QWidget:
    """Let a page be scrolled."""
    return _Page(page)
