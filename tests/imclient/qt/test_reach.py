"""Everything is reached by keyboard, and everything says what it is."""

from __future__ import annotations

from collections.abc import Iterator

from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QLabel,
    QLineEdit,
    QMenu,
    QMenuBar,
    QPlainTextEdit,
    QPushButton,
    QTabBar,
    QToolButton,
    QWidget,
)

from examples import gallery, passing
from imclient.qt.main_window import MainWindow
from imqt.dress import Choice, Dress
from imqt.layout import box, col
from tests.qt_case import QtCase, app

#: What one does something with.
CONTROLS = (QAbstractButton, QAbstractItemView, QLineEdit, QPlainTextEdit, QTabBar)
#: Every window and pane there is.
SHOWN = {**gallery.SHOWN, **passing.SHOWN}
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


class NameTests(QtCase):
    """What a screen reader finds."""

    def test_every_control(self) -> None:
        """In every window and pane there is, light or dark, each control says what it is."""
        dress = Dress(app, Choice.LIGHT)
        silent: list[str] = []
        for name, make in SHOWN.items():
            window = make(dress)
            window.resize(1180, 760)
            self.show(window)
            self.settle()
            passing.come(window)
            self.settle()
            silent += [f"{name}: {_told(one)}" for one in controls(window) if not says(one).strip()]
            for over in QApplication.topLevelWidgets():
                over.close()
        self.assertEqual([], silent)

    def test_would_be_found(self) -> None:
        """A control that says nothing is found."""
        window = QWidget()
        QToolButton(window)
        self.show(window)
        self.assertEqual([""], [says(one) for one in controls(window)])

    def test_every_action(self) -> None:
        """Each action of the menus has words, and no two have the same key."""
        window = self.show(gallery.window(Dress(app, Choice.LIGHT)))
        menus = window.menuBar().findChildren(QMenu)
        actions = [one for menu in menus for one in menu.actions() if not one.isSeparator()]
        keys = [one.shortcut().toString() for one in actions if not one.shortcut().isEmpty()]
        self.assertEqual(sorted(set(keys)), sorted(keys))
        self.assertEqual([], [one.objectName() for one in actions if not one.text()])


def _told(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.objectName()}"


class KeyboardTests(QtCase):
    """What the keys reach."""

    def open(self, name: str) -> QWidget:
        window = SHOWN[name](Dress(app, Choice.LIGHT))
        window.resize(1180, 760)
        self.show(window)
        window.activateWindow()
        self.settle()
        return window

    def reached(self, window: QWidget) -> set[QWidget]:
        """Press Tab until it comes round."""
        found: set[QWidget] = set()
        for _ in range(200):
            focused = QApplication.focusWidget()
            if focused is None or (focused in found and len(found) > 1):
                break
            found.add(focused)
            QTest.keyClick(focused, Qt.Key_Tab)
        return found

    def not_reached(self, name: str) -> list[str]:
        window = self.open(name)
        first = window.nextInFocusChain()
        assert first is not None
        first.setFocus(Qt.TabFocusReason)
        window.focusNextChild()
        found = self.reached(window)
        missed = []
        for one in controls(window):
            by_tab = one in found or any(one.isAncestorOf(other) for other in found)
            in_field = isinstance(one, QToolButton) and isinstance(one.parentWidget(), (QLineEdit, QTabBar))
            if not by_tab and not in_field and one.isEnabled() and not _in_group(one, found):
                missed.append(_told(one))
        return missed

    def test_start(self) -> None:
        """In the start window Tab reaches every control."""
        self.assertEqual([], self.not_reached("start"))
        self.assertEqual([], self.not_reached("start-stranger"))

    def test_would_be_found(self) -> None:
        """A control that no key reaches is found."""
        SHOWN["planted"] = _planted
        self.addCleanup(SHOWN.pop, "planted")
        self.assertEqual(["QPushButton far"], self.not_reached("planted"))

    def test_window(self) -> None:
        """In the main window Tab reaches every control, with the wire too."""
        self.assertEqual([], self.not_reached("window-wire"))

    def test_listings(self) -> None:
        """So it is in the windows over it."""
        for name in ("devices", "blocked", "outbox", "password-not-same", "whole-text"):
            self.assertEqual([], self.not_reached(name), name)

    def unseen(self, name: str) -> list[str]:
        """Name what looks the same with the keyboard and without."""
        window = self.open(name)
        passing.come(window)
        self.settle()
        first = window.nextInFocusChain()
        assert first is not None
        first.setFocus(Qt.TabFocusReason)
        stops = [one for one in sorted(self.reached(window), key=_told) if one.focusPolicy() & Qt.TabFocus]
        stops = [one for one in stops if not isinstance(one, QMenuBar) and one.objectName() not in INNER]
        alike = []
        for one, other in zip(stops, [*stops[1:], stops[0]], strict=True):
            other.setFocus(Qt.TabFocusReason)
            self.settle()
            before = one.grab().toImage()
            one.setFocus(Qt.TabFocusReason)
            self.settle()
            if before == one.grab().toImage():
                alike.append(_told(one))
        return alike

    def test_seen(self) -> None:
        """Wherever the keyboard is, it is seen."""
        for name in ("window-wire", "start-recent", "password-not-same", "outbox"):
            self.assertEqual([], self.unseen(name), name)

    def test_panes(self) -> None:
        """F6 goes from one part of the window to the next, and round."""
        window = self.open("window-wire")
        assert isinstance(window, MainWindow)
        window.composer.edit.setFocus()
        seen = []
        for _ in range(6):
            window.step_pane(1)
            seen.append(QApplication.focusWidget().objectName())
        self.assertEqual(["wire", "findPerson", "roster", "tabs", "transcript", "composer"], seen)
        window.step_pane(-1)
        self.assertEqual("transcript", QApplication.focusWidget().objectName())

    def test_back(self) -> None:
        """Ctrl+K finds a person, Enter writes to them, Escape leads back to the text."""
        window = self.open("window")
        assert isinstance(window, MainWindow)
        window.find_person()
        self.assertIs(window.roster.search, QApplication.focusWidget())
        QTest.keyClicks(window.roster.search, "osc")
        QTest.keyClick(window.roster.search, Qt.Key_Return)
        view = window.conversations.current
        assert view is not None
        self.assertEqual(("oscar",), view.conversation.audience.names)
        self.assertIs(window.composer.edit, QApplication.focusWidget())
        window.find_person()
        QTest.keyClick(window.roster.search, Qt.Key_Escape)
        self.assertIs(window.composer.edit, QApplication.focusWidget())

    def test_large(self) -> None:
        """With type twice as large everything is there, and nothing is cut off at the right."""
        dress = Dress(app, Choice.LIGHT)
        dress.wear(Choice.LIGHT, 2.0)
        self.addCleanup(dress.wear, Choice.LIGHT, 1.0)
        for name in ("window", "start", "window-wire"):
            window = gallery.SHOWN[name](dress)
            window.resize(1180, 760)
            self.show(window)
            self.settle()
            wide = [
                _told(one)
                for one in window.findChildren(QLabel)
                if one.isVisible() and one.mapTo(window, one.rect().topRight()).x() > window.width()
            ]
            self.assertEqual([], wide, name)


def _planted(_dress: Dress) -> QWidget:
    """Make a window in which one button is not reached by Tab."""
    near, far = QPushButton("near"), QPushButton("far")
    far.setObjectName("far")
    far.setFocusPolicy(Qt.ClickFocus)
    return box(col(near, QPushButton("next"), far))


def _in_group(one: QWidget, found: set[QWidget]) -> bool:
    """Tell whether the arrow keys lead from something that was reached to this: the parts of a switch."""
    if not isinstance(one, QAbstractButton) or (one.group() is None and not one.autoExclusive()):
        return False
    return any(isinstance(other, QAbstractButton) and other.parent() is one.parent() for other in found)
