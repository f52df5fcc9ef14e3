"""A small window over another one."""

from __future__ import annotations

from PyQt5 import sip
from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QWidget

from imqt.plain import PlainLabel
from imqt.small_window import SmallWindow
from tests.qt_case import QtCase


class SmallWindowTests(QtCase):
    """Over a window of 300 pixels."""

    def setUp(self) -> None:
        super().setUp()
        self.below = QWidget()
        self.below.resize(300, 300)
        self.show(self.below)
        self.small = SmallWindow(self.below, "What for")
        self.small.put(PlainLabel("Words"))

    def test_gone(self) -> None:
        """Closed by whatever way it is gone, and knows it before anything else can come."""
        heard: list[bool] = []
        self.small.finished.connect(lambda _result: heard.append(self.small.gone))
        self.small.open()
        self.assertFalse(self.small.gone)
        QTest.keyClick(self.small, Qt.Key_Escape)
        self.assertEqual([True], heard)
        self.settle()
        self.assertTrue(sip.isdeleted(self.small))

    def test_rests(self) -> None:
        """The window below rests meanwhile; no loop of its own is run for that."""
        self.small.open()  # which would not return
        self.assertEqual(Qt.WindowModal, self.small.windowModality())

    def test_width(self) -> None:
        """It is as wide as it wants to be, but never wider than the window below."""
        self.small.widen(200)
        self.assertEqual(200, self.small.minimumWidth())
        self.small.widen(400)
        self.assertEqual(284, self.small.minimumWidth())
