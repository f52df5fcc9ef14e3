"""Closing one's account in the window: at the real server, in memory."""

from __future__ import annotations

from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QAction, QLineEdit, QPushButton

from imclient.core.client import LinkState
from imclient.core.roster import Presence
from imclient.qt.closing_window import ClosingWindow
from imqt.plain import PlainLabel
from tests.imclient.core.test_end_to_end import PASSWORD

from .windows_case import ENTER, WindowsCase


class ClosingTests(WindowsCase):
    """Alice has had enough; Bob is there, too."""

    def setUp(self) -> None:
        super().setUp()
        self.bob = self.window("bob")
        self.alice = self.window("alice")
        self.wait(400)  # so long ago she said her password

    def asked(self) -> ClosingWindow:
        self.alice.findChild(QAction, "closeAccount").trigger()
        self.settle()
        return self.alice.findChild(ClosingWindow)

    def fill(self, window: ClosingWindow, typed: str) -> None:
        field = window.findChild(QLineEdit, "closingPassword")
        field.clear()
        QTest.keyClicks(field, typed)
        self.settle()

    def alice_is_there(self) -> bool:
        person = self.bob._client.roster.get("alice")
        return person is not None and person.presence is not Presence.CLOSED

    def test_closed(self) -> None:
        """With the password it is closed, others are told, and the window says so."""
        window = self.asked()
        self.assertFalse(window.findChild(QPushButton, "closingClose").isEnabled())
        self.fill(window, PASSWORD)
        self.press(window, "closingClose")
        self.wait(1)
        self.assertFalse(self.alice_is_there())
        self.assertIsNone(self.alice.findChild(ClosingWindow))
        self.assertIsNot(LinkState.ONLINE, self.alice._client.link.state)

    def test_wrong(self) -> None:
        """A wrong password is said under its field, and closes nothing; nor does Enter."""
        window = self.asked()
        for wrong in ("correct hors", "short"):
            self.fill(window, wrong)
            self.press(window, "closingClose")
            self.wait(0.5)
            labels = window.findChildren(PlainLabel)
            said = [one.text() for one in labels if one.isVisible() and one.property("role") == "error"]
            self.assertEqual(["That is not your password."], said)
        self.fill(window, PASSWORD)
        QTest.keyClick(window.findChild(QLineEdit, "closingPassword"), ENTER)
        self.wait(0.5)
        self.assertIsNone(self.alice.findChild(ClosingWindow))
        self.assertTrue(self.alice_is_there())

    def test_by_keys(self) -> None:
        """/close opens it; with somebody else's name it says whose account it closes; Escape leaves it."""
        for line, opens in (("/close bob", False), ("/close", False), ("/close alice", True)):
            self.alice.composer.edit.clear()
            QTest.keyClicks(self.alice.composer.edit, line)
            QTest.keyClick(self.alice.composer.edit, ENTER)
            self.wait(0.5)
            window = self.alice.findChild(ClosingWindow)
            self.assertEqual(opens, window is not None, line)
            if window is not None:
                QTest.keyClick(window, Qt.Key_Escape)
                self.settle()
        self.assertTrue(self.alice_is_there())
