"""All that a window says, to the eye and to a screen reader."""

from __future__ import annotations

from collections.abc import Iterator

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QAbstractButton, QAbstractItemView, QAction, QLabel, QTabBar, QWidget


def words(window: QWidget) -> Iterator[tuple[str, str]]:
    """Give each text of a window, and where it stands; of a list, its rows as they are read out."""
    for widget in (window, *window.findChildren(QWidget)):
        where = f"{type(widget).__name__} {widget.objectName()}".strip()
        yield where, widget.accessibleName()
        yield where, widget.toolTip()
        if isinstance(widget, (QLabel, QAbstractButton)):
            yield where, widget.text()
        if isinstance(widget, QTabBar):
            for index in range(widget.count()):
                yield where, widget.tabText(index)
                yield where, widget.tabToolTip(index)
                yield where, widget.accessibleTabName(index)
        if isinstance(widget, QAbstractItemView) and widget.model() is not None:
            model = widget.model()
            for row in range(model.rowCount()):
                for role in (Qt.DisplayRole, Qt.ToolTipRole, Qt.AccessibleTextRole):
                    yield where, str(model.index(row, 0).data(role) or "")
    yield type(window).__name__, window.windowTitle()
    for action in window.findChildren(QAction):
        yield f"action {action.objectName()}", action.text()
