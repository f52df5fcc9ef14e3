"""PageUp, PageDown, Home and End in a transcript."""

from __future__ import annotations

from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest

from imclient.core.conversation import Conversation
from imclient.core.said import Said
from imclient.qt.conversation_model import WINDOW
from imclient.qt.conversation_view import ConversationView
from improtocol.audience import EVERYONE
from tests.qt_case import QtCase, app

COUNT = 2 * WINDOW + 20


class ReadingKeysTests(QtCase):
    """Carol reads a conversation longer than the window on it."""

    def setUp(self) -> None:
        super().setUp()
        talk = Conversation(EVERYONE, "carol")
        for number in range(1, COUNT + 1):
            sender = ("alice", "bob", "carol")[number % 3]
            text = f"{number}:" + " and so on" * (number % 12)
            talk.put(Said(EVERYONE, sender, EVERYONE, text, number, number, mine=sender == "carol"))
        view = ConversationView(talk, None, "carol")
        self.addCleanup(view.close_view)
        view.resize(500, 430)
        self.view, self.list = self.show(view), view.transcript
        self.pause()

    def pause(self) -> None:
        """Let the rows be measured, and a page come."""
        QTest.qWait(60)

    def press(self, key: Qt.Key) -> None:
        QTest.keyClick(self.list, key)
        self.pause()

    def in_sight(self) -> list[int]:
        """Give the numbers of the messages of which something is on the screen."""
        area, rows = self.list.rect(), self.view.model.rows
        places = ((self.list.visualRect(self.view.model.index(n)), row) for n, row in enumerate(rows))
        return [row.said.number or 0 for where, row in places if row.said and where.intersects(area)]

    def chosen(self) -> int | None:
        row = self.view.model.row(self.list.currentIndex())
        return row.said.number if row.said is not None else None

    def test_back_and_forth(self) -> None:
        """Page by page one comes to the beginning and back to the end, and every message was in sight."""
        app.setActiveWindow(self.view)
        seen, pages = set(self.in_sight()), 0
        for key, goal in ((Qt.Key.Key_PageUp, 1), (Qt.Key.Key_PageDown, COUNT)):
            while goal not in self.in_sight():
                pages += 1
                self.assertLess(pages, COUNT, f"it stands still at {self.in_sight()}")
                self.press(key)
                self.assertIn(self.chosen(), self.in_sight())
                seen.update(self.in_sight())
            self.assertEqual(set(range(1, COUNT + 1)), seen)
            seen.clear()
            seen.update(self.in_sight())
        self.assertTrue(self.view.model.at_end)

    def test_home_and_end(self) -> None:
        """Home goes as far up as there is something to see, again and again; End goes to the newest."""
        for _ in range(8):
            self.press(Qt.Key.Key_Home)
        self.assertIn(1, self.in_sight())
        self.press(Qt.Key.Key_End)
        self.assertIn(COUNT, self.in_sight())
        self.assertEqual(COUNT, self.chosen())
        self.assertTrue(self.view.model.following)
