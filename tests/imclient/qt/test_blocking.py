"""Blocking somebody, and hearing them again: at the real server, in memory."""

from __future__ import annotations

from PyQt5.QtCore import QPoint, Qt
from PyQt5.QtGui import QContextMenuEvent
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QAbstractButton, QAction, QApplication, QMenu, QWidget

from imclient.qt.blocked_window import BlockedWindow
from imclient.qt.main_window import MainWindow
from improtocol.audience import Audience
from imqt.plain import Notice, PlainLabel

from .windows_case import WindowsCase

ALICE = Audience.of("alice")


class BlockingTests(WindowsCase):
    """Alice does not want to hear Bob."""

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob = (self.window(name) for name in ("alice", "bob"))
        self.wait(1)

    def command(self, text: str) -> None:
        QTest.keyClicks(self.alice.composer.edit, text)
        QTest.keyClick(self.alice.composer.edit, Qt.Key.Key_Return)
        self.wait(1)

    def heard(self) -> list[str]:
        return [said.text for said in self.alice._client.conversations.get(Audience.of("bob")).messages]

    def roster(self, window: MainWindow) -> list[str]:
        window.roster.model.refresh()
        return [row.in_words() for row in window.roster.model.rows]

    def person_menu(self, name: str) -> QMenu:
        """Open a person's menu by its key."""
        people = self.alice.roster.list
        people.setCurrentIndex(people.people.find(name))
        reason = QContextMenuEvent.Reason.Keyboard
        QApplication.sendEvent(people.viewport(), QContextMenuEvent(reason, QPoint(0, 0), QPoint(0, 0)))
        self.settle()
        return people.findChild(QMenu, "personMenu")

    def choose(self, menu: QMenu, text: str) -> None:
        action: QAction = next(one for one in menu.actions() if one.text() == text)
        action.trigger()
        menu.close()
        self.settle()

    def press_text(self, parent: QWidget, text: str) -> None:
        button = next(one for one in parent.findChildren(QAbstractButton) if one.text() == text)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
        self.wait(1)

    def test_by_the_menu(self) -> None:
        """A person's menu blocks, having said what it means, and unblocks; nobody else is told."""
        self.alice.roster.model.refresh()
        self.choose(self.person_menu("bob"), "Block bob…")
        question = self.alice.findChild(Notice)
        words = " ".join(label.text() for label in question.findChildren(PlainLabel))
        self.assertIn("bob is not told", words)
        self.assertNotIn("bob", self.alice._client.blocked)
        self.press_text(question, "Block")
        self.assertIn("bob", self.alice._client.blocked)
        self.assertIn("bob, online, Blocked: you hear nothing", self.roster(self.alice))
        self.bob._client.say(ALICE, "psst")
        self.wait(2)
        self.assertEqual([], self.heard())
        self.choose(self.person_menu("bob"), "Unblock bob")
        self.wait(1)
        self.bob._client.say(ALICE, "and now?")
        self.wait(2)
        self.assertEqual(["and now?"], self.heard())

    def test_list(self) -> None:
        """Those who are blocked are listed, and each can be unblocked there."""
        self.alice.findChild(QAction, "listBlocked").trigger()
        self.settle()
        listed = self.alice.findChild(BlockedWindow)
        self.assertIn("You have blocked nobody.", self.text(listed, "listingWords"))
        self.command("/block bob")
        self.press(listed, "listing-bob")
        self.wait(1)
        self.assertNotIn("bob", self.alice._client.blocked)
        self.assertIn("You have blocked nobody.", self.text(listed, "listingWords"))

    def test_by_slash(self) -> None:
        """/block and /unblock do it, and say what they need."""
        self.command("/block")
        self.assertEqual("Write /block NAME.", self.text(self.alice, "hint"))
        self.alice.composer.edit.clear()
        self.command("/block karol")
        self.assertEqual("There is no user called karol.", self.text(self.alice, "hint"))
        self.alice.composer.edit.clear()
        self.command("/block bob")
        said = "bob is blocked: you hear nothing of what bob says."
        self.assertEqual(said, self.text(self.alice, "news"))
        self.alice.write_to(["bob"])
        QTest.qWait(50)
        self.assertIn("You have blocked bob", self.text(self.alice, "hint"))
        self.command("/unblock bob")
        self.assertNotIn("bob", self.alice._client.blocked)
