"""Where the text is typed."""

from __future__ import annotations

from imclient.qt.composer import MessageEdit
from tests.qt_case import QtCase


class MessageEditTests(QtCase):
    def test_a_thousand_faces(self) -> None:
        """What was measured of a text is kept to paint it, and no bar that comes breaks its lines anew."""
        edit = self.show(MessageEdit())
        edit.resize(500, 60)
        self.settle()
        viewport, bar = edit.viewport(), edit.verticalScrollBar()
        before = viewport.width()
        self.assertFalse(bar.isEnabled())
        edit.insertPlainText("one\n" + "😀" * 1000 + "\nthree")
        self.settle()
        self.assertEqual((before, True), (viewport.width(), bar.isEnabled()))
        blocks = [edit.document().findBlockByNumber(number) for number in range(3)]
        self.assertEqual([True] * 3, [block.layout().cacheEnabled() for block in blocks])
