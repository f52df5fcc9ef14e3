"""Choosing another password in the window: at the real server, in memory."""

from __future__ import annotations

from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QAction, QLineEdit

from imclient.core.client import LinkState
from imclient.qt.password_window import PasswordWindow
from imqt.plain import PlainLabel
from tests.imclient.core.test_end_to_end import PASSWORD

from .windows_case import ENTER, WindowsCase

NEW = "donkey wrench"


class PasswordTests(WindowsCase):
    """Alice is in, here and on a telephone."""

    def setUp(self) -> None:
        super().setUp()
        self.alice = self.window("alice")
        self.phone = self.come_in(self.start(), "alice")
        self.wait(1)

    def asked(self) -> PasswordWindow:
        self.alice.findChild(QAction, "changePassword").trigger()
        self.settle()
        return self.alice.findChild(PasswordWindow)

    def fill(self, window: PasswordWindow, old: str, new: str, again: str) -> None:
        for name, typed in (("Old", old), ("New", new), ("Again", again)):
            field = window.findChild(QLineEdit, f"password{name}")
            field.clear()
            QTest.keyClicks(field, typed)
        self.settle()

    def said(self, window: PasswordWindow) -> list[str]:
        """Give what is said in red."""
        labels = window.findChildren(PlainLabel)
        return [one.text() for one in labels if one.isVisible() and one.property("role") == "error"]

    def comes_in(self, password: str) -> bool:
        client = self.start()
        dialog = self.begin(client, "alice", password=password)
        self.press(dialog, "startLogIn")
        self.wait(0.5)
        dialog.close()
        return client.name == "alice"

    def test_changed(self) -> None:
        """The new one opens from then on, the old one no more, and the other sessions end."""
        window = self.asked()
        self.fill(window, PASSWORD, NEW, NEW)
        self.press(window, "passwordChange")
        self.wait(0.5)
        self.assertIn("your password now", self.alice.findChild(PlainLabel, "news").text())
        self.assertIsNot(LinkState.ONLINE, self.phone.link.state)
        self.assertIs(LinkState.ONLINE, self.alice._client.link.state)
        self.assertEqual((True, False), (self.comes_in(NEW), self.comes_in(PASSWORD)))

    def test_wrong(self) -> None:
        """Whoever does not know the old one is told under its field, and nothing is changed."""
        window = self.asked()
        for wrong in ("correct hors", "short"):
            self.fill(window, wrong, NEW, NEW)
            self.press(window, "passwordChange")
            self.wait(0.5)
            self.assertEqual(["That is not your password."], self.said(window), wrong)
            self.assertTrue(window.findChild(QLineEdit, "passwordOld").hasFocus())
        self.assertIs(LinkState.ONLINE, self.phone.link.state)
        window.close()
        self.assertTrue(self.comes_in(PASSWORD))

    def test_no_password(self) -> None:
        """A new one that is too short, or not the same twice, is said under the field it is about."""
        window = self.asked()
        self.fill(window, PASSWORD, NEW, "donkey wrensh")
        self.press(window, "passwordChange")
        self.assertEqual(["That is not the same as above."], self.said(window))
        self.fill(window, PASSWORD, "short", "short")
        self.press(window, "passwordChange")
        self.wait(0.5)
        self.assertEqual(["A password has 8 to 256 bytes; blanks count and are kept."], self.said(window))
        self.assertIs(LinkState.ONLINE, self.phone.link.state)

    def test_by_keys(self) -> None:
        """/password opens it, Tab goes on, Enter changes it."""
        edit = self.alice.composer.edit
        QTest.keyClicks(edit, "/password")
        QTest.keyClick(edit, ENTER)
        self.settle()
        window = self.alice.findChild(PasswordWindow)
        window.activateWindow()
        self.settle()
        self.assertIs(window.findChild(QLineEdit, "passwordOld"), window.focusWidget())
        for typed, key in ((PASSWORD, Qt.Key_Tab), (NEW, Qt.Key_Tab), (NEW, ENTER)):
            field = window.focusWidget()
            QTest.keyClicks(field, typed)
            QTest.keyClick(field, key)
        self.wait(0.5)
        self.assertTrue(self.comes_in(NEW))

    def test_typed_in_the_open(self) -> None:
        """A password behind the command is not taken: it is said that it is asked for."""
        QTest.keyClicks(self.alice.composer.edit, f"/password {NEW}")
        QTest.keyClick(self.alice.composer.edit, ENTER)
        self.wait(0.5)
        self.assertIsNone(self.alice.findChild(PasswordWindow))
        self.assertIn("Write /password alone", self.alice.findChild(PlainLabel, "news").text())
        self.assertTrue(self.comes_in(PASSWORD))

    def test_given_up(self) -> None:
        """Escape leaves it, and what was typed is kept nowhere."""
        window = self.asked()
        self.fill(window, PASSWORD, NEW, NEW)
        fields = window.findChildren(QLineEdit)
        QTest.keyClick(window, Qt.Key_Escape)
        self.assertEqual(["", "", ""], [field.text() for field in fields])
        self.settle()
        self.assertIsNone(self.alice.findChild(PasswordWindow))
