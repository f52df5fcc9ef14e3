"""What is being typed is completed: commands, what stands behind them, names."""

from __future__ import annotations

from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest

from examples import gallery
from imclient.qt.main_window import MainWindow
from imqt.dress import Choice, Dress
from tests.qt_case import QtCase, app


class CompletingTests(QtCase):
    def setUp(self) -> None:
        super().setUp()
        window = self.show(gallery.window(Dress(app, Choice.LIGHT)))
        assert isinstance(window, MainWindow)
        self.window, self.edit = window, window.composer.edit
        window.activateWindow()
        self.edit.setFocus()
        self.edit.clear()
        self.settle()

    def type(self, text: str) -> list[str]:
        QTest.keyClicks(self.edit, text)
        ways = self.window.composer.completing.ways
        return [way.text for way in ways.offered] if ways.isVisible() else []

    def key(self, key: int) -> str:
        QTest.keyClick(self.edit, key)
        return self.edit.toPlainText()

    def test_commands(self) -> None:
        """A slash offers the commands, letters leave those that begin so, Tab takes the chosen one."""
        self.assertIn("/all", self.type("/"))
        self.assertEqual(["/block", "/blocked"], self.type("bl"))
        self.key(Qt.Key_Down)
        self.assertEqual("/blocked ", self.key(Qt.Key_Tab))

    def test_names(self) -> None:
        """Behind a command that wants a name, names are offered, and after @ anywhere."""
        self.assertEqual(["dave"], self.type("/block d"))
        self.assertEqual("/block dave ", self.key(Qt.Key_Tab))
        self.edit.clear()
        self.assertEqual(["oscar"], self.type("ask @os"))
        self.assertEqual("ask oscar ", self.key(Qt.Key_Tab))

    def test_not_in_the_way(self) -> None:
        """Where nothing is offered the keys do what they always do; Escape closes what is offered."""
        self.assertEqual([], self.type("see /etc/hosts, mail me@lab"))
        self.edit.clear()
        self.type("/bl")
        self.key(Qt.Key_Escape)
        self.assertEqual([], self.type(""))
        self.assertTrue(self.edit.hasFocus())
        self.assertEqual("/bl", self.edit.toPlainText())

    def test_complete(self) -> None:
        """What is complete already is not offered again."""
        self.assertEqual([], self.type("/blocked"))
