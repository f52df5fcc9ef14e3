"""How a text is made fit to be painted."""

from unittest import SkipTest

from PyQt5.QtCore import QPointF, QRectF, Qt
from PyQt5.QtGui import QColor, QFont, QFontDatabase, QFontMetrics, QImage, QPainter

from imqt import painting, theme
from imqt.painting import OneLine, Paragraphs
from tests.qt_case import QtCase


class ParagraphsTests(QtCase):
    """What is set in lines and painted."""

    def colours(self, text: str) -> set[int]:
        """Paint a text in black; give the hues there are, -1 for none."""
        image = QImage(200, 60, QImage.Format.Format_RGB32)
        image.fill(QColor("white"))
        painter = QPainter(image)
        Paragraphs(text, theme.font(), 200).draw(painter, QPointF(4, 4), QColor("black"))
        painter.end()
        points = [image.pixelColor(x, y) for x in range(0, 200) for y in range(0, 60)]
        return {one.hslHue() for one in points if one.hslSaturation() > 60}

    def test_emoji(self) -> None:
        """A heart that says of itself that it is a picture is red; a text is black."""
        if theme.EMOJI_FAMILY not in QFontDatabase().families():
            raise SkipTest("there is no font with emoji")
        self.assertTrue(self.colours("I \u2764\ufe0f you"))
        self.assertEqual(set(), self.colours("I you"))


class OneLineTests(QtCase):
    """What is set in one line."""

    def painted(self, text: str, width: float, marks: list[tuple[int, int]]) -> tuple[int, list[int]]:
        """Paint it in black; say up to where there is something, and where there is a colour."""
        image = QImage(400, 40, QImage.Format.Format_RGB32)
        image.fill(QColor("white"))
        painter = QPainter(image)
        OneLine(text, theme.font(), width, marks).draw(painter, QPointF(0, 4), QColor("black"))
        painter.end()
        columns = {
            x: [image.pixelColor(x, y) for y in range(40) if image.pixelColor(x, y) != QColor("white")]
            for x in range(400)
        }
        coloured = [x for x, points in columns.items() if any(one.hslSaturation() > 60 for one in points)]
        return max((x for x, points in columns.items() if points), default=0), coloured

    def test_cut(self) -> None:
        """It takes no more room than there is, however little that is."""
        for width in (300, 120, 40, 8, 0):
            self.assertLessEqual(self.painted("Port 7 is up. " * 20, width, [])[0], max(width, 20))

    def test_marked(self) -> None:
        """What is marked has a ground of its own, behind pictures, too; what is cut off has none."""
        plain, marked = "Port 7 is up.", [(5, 6)]
        _, none = self.painted(plain, 300, [])
        right, some = self.painted(plain, 300, marked)
        self.assertEqual([], none)
        self.assertTrue(20 < min(some) < max(some) < right)
        # A picture is two units to Qt: the mark stands where it stands without.
        _, behind = self.painted("𝐏𝐨𝐫𝐭 7", 300, [(5, 6)])
        self.assertGreater(len(behind), 3)
        self.assertEqual([], self.painted("x" * 300 + " 7", 100, [(301, 302)])[1])


class LineTests(QtCase):
    def test_costly(self) -> None:
        """Of what costs much only so much is measured as has room, and it ends where it would have ended."""
        font = theme.font()
        metrics = QFontMetrics(font)
        for text in (
            *("😀" * 100, "👩‍👩‍👧‍👦" * 60, "so 😀 and so " * 20, "short 😀"),
            *("\U00010400" * 30, "1\ufe0f\u20e3" * 90),
        ):
            for width in (10, 60, 163, 194, 900):
                whole = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
                self.assertEqual(metrics.horizontalAdvance(whole), self.drawn(text, width, font))
                worth = painting._worth_measuring(text, metrics, width)
                self.assertEqual(whole, metrics.elidedText(worth, Qt.TextElideMode.ElideRight, width))
        self.assertLess(len(painting._worth_measuring("😀" * 100, metrics, 163)), 33)

    @staticmethod
    def drawn(text: str, width: int, font: QFont) -> float:
        """Draw it; give how wide it became."""
        canvas = QImage(1000, 40, QImage.Format.Format_ARGB32)
        painter = QPainter(canvas)
        took = painting.draw_line(painter, QRectF(0, 0, width, 40), text, font, theme.colour("text"))
        painter.end()
        return took
