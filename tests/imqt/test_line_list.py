"""A list of lines as they go."""

from __future__ import annotations

from PyQt5.QtCore import QItemSelectionModel, QStringListModel, Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication

from imqt.line_list import LineList
from tests.qt_case import QtCase


class LineListTests(QtCase):
    """Fifty lines, of which ten have room."""

    def setUp(self) -> None:
        super().setUp()
        self.lines = QStringListModel([f"line {number}" for number in range(50)])
        self.list = LineList(self.lines, "Lines")
        self.list.resize(300, 200)
        self.show(self.list)
        self.settle()

    def come(self, *lines: str) -> None:
        """Let more lines come."""
        first = self.lines.rowCount()
        self.lines.insertRows(first, len(lines))
        for place, line in enumerate(lines, first):
            self.lines.setData(self.lines.index(place), line)
        self.settle()

    def in_sight(self) -> bool:
        """Tell whether the newest is on the screen."""
        newest = self.lines.index(self.lines.rowCount() - 1)
        return self.list.viewport().rect().intersects(self.list.visualRect(newest))

    def test_newest(self) -> None:
        """The newest stays in sight; to whoever scrolls away nothing moves, until they come back."""
        self.come("one more")
        self.assertTrue(self.in_sight())
        bar = self.list.verticalScrollBar()
        bar.setValue(20)
        self.come("and one")
        self.assertEqual((20, False), (bar.value(), self.in_sight()))
        bar.setValue(bar.maximum())
        self.come("and another")
        self.assertTrue(self.in_sight())

    def test_copied(self) -> None:
        """Ctrl+C copies the lines that are chosen, in their order and not in that of the choosing."""
        for number in (7, 3, 5):
            self.list.selectionModel().select(self.lines.index(number), QItemSelectionModel.Select)
        QTest.keyClick(self.list, Qt.Key_C, Qt.ControlModifier)
        self.assertEqual("line 3\nline 5\nline 7", QApplication.clipboard().text())
