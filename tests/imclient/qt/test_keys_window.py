"""What the window says of its keys and commands."""

from __future__ import annotations

from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QMenu

from examples import gallery
from imclient.core import slash
from imclient.qt import texts
from imclient.qt.keys_window import KeysWindow
from imclient.qt.main_window import MainWindow
from imqt.dress import Choice, Dress
from imqt.plain import PlainLabel
from tests.qt_case import QtCase, app


class KeysWindowTests(QtCase):
    """Over a window of a given size."""

    def opened(self, width: int, height: int) -> tuple[MainWindow, KeysWindow]:
        window = gallery.window(Dress(app, Choice.LIGHT))
        window.resize(width, height)
        self.show(window)
        QTest.keyClick(window, Qt.Key_F1)
        self.settle()
        return window, window.findChild(KeysWindow)

    def test_true(self) -> None:
        """Each key that is told of with Ctrl, Alt or F is a key of the menus."""
        window, _ = self.opened(1180, 760)
        actions = [one for menu in window.menuBar().findChildren(QMenu) for one in menu.actions()]
        there = {one.shortcut().toString() for one in actions}
        told = {key for lines in texts.KEYS.values() for keys, _ in lines for key in keys}
        held = {key for key in told if key.startswith(("Ctrl+", "Alt+", "F"))}
        self.assertGreater(len(held), 15)
        self.assertEqual(set(), held - there)

    def test_commands(self) -> None:
        """Each command is told of that everybody may give, and none that needs a right."""
        _, keys = self.opened(1180, 760)
        shown = {label.text() for label in keys.findChildren(PlainLabel)}
        for command in slash.known().values():
            self.assertEqual(command.is_for(()), command.usage in shown, command.usage)

    def test_small(self) -> None:
        """It is no larger than the window, and the arrows scroll it."""
        for width, height in ((480, 480), (1920, 1000)):
            window, keys = self.opened(width, height)
            self.assertLessEqual(keys.width(), window.width())
            self.assertLessEqual(keys.height(), window.height())
            bar = keys._area.verticalScrollBar()
            QTest.keyClick(keys, Qt.Key_Down)
            self.assertEqual(bar.maximum() > 0, bar.value() > 0)
            keys.close()
