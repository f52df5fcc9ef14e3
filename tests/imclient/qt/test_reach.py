"""Everything is reached by keyboard, and everything says what it is."""

from __future__ import annotations

from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import (
    QApplication,
    QMenu,
    QMenuBar,
    QPushButton,
    QToolButton,
    QWidget,
)

from examples import gallery, passing
from imclient.qt.main_window import MainWindow
from imqt.dress import Choice, Dress
from imqt.layout import box, col
from tests import reach
from tests.qt_case import QtCase, app

#: Every window and pane there is.
SHOWN = {**gallery.SHOWN, **passing.SHOWN}


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
            silent += [f"{name}: {reach.told(one)}" for one in reach.silent(window)]
            for over in QApplication.topLevelWidgets():
                over.close()
        self.assertEqual([], silent)

    def test_would_be_found(self) -> None:
        """A control that says nothing is found."""
        window = QWidget()
        QToolButton(window)
        self.show(window)
        self.assertEqual([""], [reach.says(one) for one in reach.controls(window)])

    def test_every_action(self) -> None:
        """Each action of the menus has words, and no two have the same key."""
        window = self.show(gallery.window(Dress(app, Choice.LIGHT)))
        menus = window.menuBar().findChildren(QMenu)
        actions = [one for menu in menus for one in menu.actions() if not one.isSeparator()]
        keys = [one.shortcut().toString() for one in actions if not one.shortcut().isEmpty()]
        self.assertEqual(sorted(set(keys)), sorted(keys))
        self.assertEqual([], [one.objectName() for one in actions if not one.text()])


class KeyboardTests(QtCase):
    """What the keys reach."""

    def open(self, name: str) -> QWidget:
        window = SHOWN[name](Dress(app, Choice.LIGHT))
        window.resize(1180, 760)
        self.show(window)
        window.activateWindow()
        self.settle()
        return window

    def not_reached(self, name: str) -> list[str]:
        return reach.missed(self.open(name))

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
        stops = [one for one in sorted(reach.reached(), key=reach.told) if one.focusPolicy() & Qt.TabFocus]
        stops = [
            one for one in stops if not isinstance(one, QMenuBar) and one.objectName() not in reach.INNER
        ]
        alike = []
        for one, other in zip(stops, [*stops[1:], stops[0]], strict=True):
            other.setFocus(Qt.TabFocusReason)
            self.settle()
            before = one.grab().toImage()
            one.setFocus(Qt.TabFocusReason)
            self.settle()
            if before == one.grab().toImage():
                alike.append(reach.told(one))
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
            self.assertEqual([], reach.cut_off(window), name)


def _planted(_dress: Dress) -> QWidget:
    """Make a window in which one button is not reached by Tab."""
    near, far = QPushButton("near"), QPushButton("far")
    far.setObjectName("far")
    far.setFocusPolicy(Qt.ClickFocus)
    return box(col(near, QPushButton("next"), far))
