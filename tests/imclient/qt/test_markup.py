"""Promise E1 in the windows: whatever others say, are called, or show of themselves is no markup."""

from __future__ import annotations

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QTextDocument
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QLabel, QMessageBox, QWidget

from imclient.qt.notes import Notes
from imqt import plain
from tests.qt_case import QtCase, app

from .exposed import Watch, corpus, expose


class DoorTests(QtCase):
    def test_ten_thousand(self) -> None:
        """Of 10,000 texts each stands in label, tooltip, button, note and balloon as it is, or quoted."""
        balloons: list[str] = []
        notes = Notes(lambda heading, text: balloons.append(heading + text))
        label, button, document = plain.PlainLabel(), plain.button("x"), QTextDocument()
        elided = plain.ElidedLabel()
        for text in corpus(10_000):
            for each in (label, elided):
                each.setText(text)
                self.assertEqual((text, Qt.PlainText), (each.text(), each.textFormat()))
            button.setText(plain.literal(text))
            self.assertEqual(text, button.text().replace("&&", "&"))
            document.setHtml(plain.tooltip(text))
            # Of a line break at the very beginning nothing is shown.
            self.assertEqual(text.lstrip("\n"), document.toPlainText())
            notes._say_in_tray("bob", text, text, False)
            self.assertNotIn("<", balloons.pop())


class WindowTests(QtCase):
    """A window in which everything that comes from others is markup."""

    def setUp(self) -> None:
        super().setUp()
        self.watch = Watch()
        app.installEventFilter(self.watch)
        self.addCleanup(app.removeEventFilter, self.watch)

    def test_everywhere(self) -> None:
        """Nothing in the windows is taken for markup or loaded, and all is shown as it was said."""
        loaded: list[object] = []
        self.patch(QTextDocument, "loadResource", lambda *asked: loaded.append(asked))
        said: list[str] = []
        for at in range(0, 1440, 180):
            said += expose(corpus(1440)[at : at + 6], self.settle)
        self.assertEqual(([], [], []), (said, self.watch.found, loaded))
        self.assertGreater(self.watch.seen, 100)

    def test_would_be_found(self) -> None:
        """The watch finds a label, a box and a tooltip that are not plain."""
        window = self.show(QWidget())
        label = QLabel("<b>x</b>", window)
        label.show()
        window.setToolTip("<b>x</b>")
        box = QMessageBox(window)
        box.setText("x")
        box.show()
        QTest.qWait(10)
        for expected in ("a label is not plain", "a tooltip is not plain", "QMessageBox is shown"):
            self.assertTrue([one for one in self.watch.found if one.startswith(expected)], expected)
        box.close()
