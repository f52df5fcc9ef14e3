"""Long texts, read whole."""

from __future__ import annotations

import time

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QTextCursor
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication

from imqt import plain
from imqt.clamping import pieces
from imqt.whole_text import WholeText
from tests.qt_case import QtCase


class WholeTextTests(QtCase):
    """A notice with a text that would hold a window up."""

    def whole(self, text: str) -> WholeText:
        notice = plain.tell(None, "bob said", text)
        self.addCleanup(notice.close)
        [whole] = notice.findChildren(WholeText)
        return whole

    @staticmethod
    def come(text: str) -> float:
        """Let all of it come; give the longest turn of the loop, in seconds."""
        longest, began = 0.0, time.thread_time()
        for _ in range(2 * len(list(pieces(text)))):
            longest = max(longest, time.thread_time() - began)
            began = time.thread_time()
            QApplication.processEvents()
        return longest

    def test_whole(self) -> None:
        """All of it is there after a moment, no turn of the loop took long, and a copy of it is the text."""
        for text in ("😀" * 1024, "one\n\ntwo  \u00a0 & <b>three</b>\n" * 200, "x" * 9000 + "\n"):
            whole = self.whole(text)
            self.assertLess(self.come(text), 0.25)
            self.assertEqual(0, whole.textCursor().position())  # who reads by key begins at the beginning
            whole.selectAll()
            chosen = whole.createMimeDataFromSelection()
            self.assertEqual(text, chosen.text())
            self.assertFalse(chosen.hasHtml())

    def test_part(self) -> None:
        """A part of it can be chosen, across where a line was parted for the window's sake."""
        text = "😀" * 60 + "\nend"
        whole = self.whole(text + " of it" * 300)
        self.come(text)
        document, cursor = whole.document(), whole.textCursor()
        assert document is not None
        cursor.setPosition(2)  # behind the first face, which Qt takes for two
        cursor.setPosition(document.find("end").selectionEnd(), QTextCursor.MoveMode.KeepAnchor)
        whole.setTextCursor(cursor)
        whole.copy()
        clipboard = QApplication.clipboard()
        assert clipboard is not None
        self.assertEqual("😀" * 59 + "\nend", clipboard.text())

    def test_left_by_key(self) -> None:
        """Nothing is written in it: Tab leaves it, and Return is the notice's button."""
        whole = self.whole("long " * 400)
        notice = whole.window()
        assert notice is not None
        self.show(notice)
        whole.setFocus()
        QTest.keyClick(whole, Qt.Key.Key_X)
        self.assertFalse(whole.toPlainText().startswith("x"))
        QTest.keyClick(whole, Qt.Key.Key_Tab)
        self.assertFalse(whole.hasFocus())
        whole.setFocus()
        QTest.keyClick(whole, Qt.Key.Key_Return)
        self.assertFalse(notice.isVisible())

    def test_usual(self) -> None:
        """What is short is a label, as ever."""
        notice = plain.tell(None, "bob said", "Hello 🍜")
        self.addCleanup(notice.close)
        self.assertEqual([], notice.findChildren(WholeText))
