"""What the keys reach in a window, and what a screen reader finds there."""

from __future__ import annotations

from collections.abc import Iterator

from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QToolButton,
    QWidget,
)

#: What one does something with.
CONTROLS = (QAbstractButton, QAbstractItemView, QAbstractSpinBox, QLineEdit, QPlainTextEdit, QTabBar)
#: What Qt makes for itself inside others.
INNER = ("qt_spinbox_lineedit", "ScrollLeftButton", "ScrollRightButton", "qt_toolbar_ext_button")


def controls(window: QWidget) -> Iterator[QWidget]:
    """Give all that can be used in a window, as it is now."""
    for widget in window.findChildren(QWidget):
        if isinstance(widget, CONTROLS) and widget.isVisible() and widget.objectName() not in INNER:
            yield widget


def says(widget: QWidget) -> str:
    """Give what a screen reader says of a widget."""
    if widget.accessibleName():
        return widget.accessibleName()
    if isinstance(widget, QAbstractButton):
        return widget.text()
    return ""


def silent(window: QWidget) -> list[QWidget]:
    """Give the controls of which a screen reader says nothing."""
    return [one for one in controls(window) if not says(one).strip()]


def told(widget: QWidget) -> str:
    """Name a widget in a report."""
    return f"{type(widget).__name__} {widget.objectName()}"


def reached() -> set[QWidget]:
    """Press Tab until it comes round; give where it came by."""
    found: set[QWidget] = set()
    for _ in range(200):
        focused = QApplication.focusWidget()
        if focused is None or (focused in found and len(found) > 1):
            break
        found.add(focused)
        QTest.keyClick(focused, Qt.Key_Tab)
    return found


def missed(window: QWidget, but: tuple[type[QWidget], ...] = ()) -> list[str]:
    """Name the controls of the window that Tab does not reach, ``but`` those kinds; it has the keyboard."""
    first = window.nextInFocusChain()
    assert first is not None
    first.setFocus(Qt.TabFocusReason)
    window.focusNextChild()
    found = reached()
    names = []
    for one in controls(window):
        by_tab = one in found or any(one.isAncestorOf(other) for other in found)
        in_field = isinstance(one, QToolButton) and isinstance(one.parentWidget(), (QLineEdit, QTabBar))
        if not (by_tab or in_field or isinstance(one, but) or _in_group(one, found)) and one.isEnabled():
            names.append(told(one))
    return names


def labels(window: QWidget) -> list[QLabel]:
    """Give the labels that are seen."""
    return [one for one in window.findChildren(QLabel) if one.isVisible()]


def cut_off(window: QWidget) -> list[str]:
    """Name the labels that stand out at the right."""
    right = window.width()
    return [told(one) for one in labels(window) if one.mapTo(window, one.rect().topRight()).x() > right]


def _in_group(one: QWidget, found: set[QWidget]) -> bool:
    """Tell whether the arrow keys lead from something that was reached to this: the parts of a switch."""
    if not isinstance(one, QAbstractButton) or (one.group() is None and not one.autoExclusive()):
        return False
    return any(isinstance(other, QAbstractButton) and other.parent() is one.parent() for other in found)
