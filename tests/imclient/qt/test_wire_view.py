"""The wire pane."""

from pathlib import Path

from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QStyleOptionViewItem

from examples.made_up import lab
from imclient.core.transcript import scene_of
from imclient.core.wire import MOST_LINES
from imclient.qt.wire_view import WireView
from imqt.wire_line import marks
from tests.qt_case import QtCase, app


class WireViewTests(QtCase):
    def setUp(self) -> None:
        super().setUp()
        self.client = lab()
        self.view = self.show(WireView(self.client))
        self.view.resize(432, 700)
        self.settle()

    def test_lines(self) -> None:
        """Every line is there, with its time and its way, in words too."""
        words = self.view.model.index(1).data(0xB)  # Qt.AccessibleTextRole
        self.assertTrue(words.startswith("12:02:10 sent: @1 LOGIN alice"))
        self.assertEqual(12, len(self.view.list.texts()))

    def test_no_secret(self) -> None:
        """A password is covered."""
        self.assertIn("●●●●●●●●", self.view.list.texts()[1])

    def test_costly(self) -> None:
        """Lines that cost much are set a few a turn, and in the end all of them are there."""
        for _ in range(60):
            self.client.wire.heard("* NOTE :" + "😀" * 300)
        self.view.model.refresh()
        rows = self.view.model.rows
        app.processEvents()
        self.assertLess(len([row for row in rows if row.shape]), 60)
        for _ in range(500):
            app.processEvents()
            if all(row.shape for row in rows):
                break
        heights = {
            self.view.list.visualRect(self.view.model.index(at)).height() for at in (-1 + len(rows), 14)
        }
        self.assertEqual([], [row for row in rows if not row.shape])
        self.assertGreater(min(heights), 40)

    def test_the_oldest_go(self) -> None:
        """Where the oldest line makes room for a new one, the others stay: set, chosen and in their place."""
        for number in range(MOST_LINES):
            self.client.wire.heard(f"* USER person{number} online")
        model, wires = self.view.model, self.view.list
        model.refresh()
        kept = model.rows[1:]
        wires.setCurrentIndex(model.index(1000))
        self.client.wire.heard("* USER bob offline")
        model.refresh()
        self.assertEqual(MOST_LINES, len(model.rows))
        self.assertTrue(all(one is other for one, other in zip(kept, model.rows, strict=False)))
        self.assertEqual([999], [index.row() for index in wires.selectedIndexes()])

    def test_filter(self) -> None:
        """The filter shows the lines that hold it."""
        self.view.filter.setText("err")
        self.assertEqual(1, len(self.view.list.texts()))

    def test_held_still(self) -> None:
        """Held still, nothing moves; let go, what came is there."""
        self.view.model.hold(True)
        self.client.wire.heard("* USER dave away")
        self.view.model.refresh()
        self.assertEqual(12, len(self.view.list.texts()))
        self.view.model.hold(False)
        self.assertEqual("* USER dave away", self.view.list.texts()[-1])

    def test_opened_again(self) -> None:
        """What came while nobody looked, and at another width, is laid out for the width it has now."""
        self.view.list.scheduleDelayedItemsLayout()
        self.view.hide()
        self.view.resize(150, 300)
        for number in range(40):
            self.client.wire.heard(f"* MESSAGE {number} bob alice :a line that takes two rows, or even three")
        self.view.model.refresh()
        self.settle()
        self.view.resize(432, 700)
        self.view.show()
        QTest.qWaitForWindowExposed(self.view)
        self.settle()
        lines, option = self.view.list, QStyleOptionViewItem()
        high = [
            lines.itemDelegate().sizeHint(option, self.view.model.index(row)).height()
            for row in range(self.view.model.rowCount())
        ]
        bar = lines.verticalScrollBar()
        self.assertEqual(sum(high), bar.maximum() + lines.viewport().height())
        self.assertEqual(bar.maximum(), bar.value(), "the newest is in sight")

    def test_saved(self) -> None:
        """Saved, it reads as a scene."""
        path = Path(self.mktemp())
        self.view._write(str(path))
        written = path.read_text("utf-8").splitlines()
        self.assertIn("alice> @8 SEND bob,carol ref=d7 :One it is. I take the table by the window.", written)
        self.assertIn("alice> LOGIN alice :correct horse", written)
        self.assertEqual("", scene_of([], "alice"))

    def test_marks(self) -> None:
        """The verb, the outcome and the key=values have their colours; a text has none."""
        line = "@9 ERR SEND busy retry-after=2 :a=b c"
        found = [(line[start : start + length], token) for start, length, token, _ in marks(line)]
        self.assertEqual(
            [("@9 ", "dim"), ("ERR", "error"), ("SEND", "accent"), (" retry-after=2", "dim")], found
        )
