"""How a text is made fit to be painted."""

from unittest import SkipTest

from PyQt5.QtCore import QPointF, QRectF, Qt
from PyQt5.QtGui import QColor, QFont, QFontDatabase, QFontMetrics, QImage, QPainter

from imqt import painting, theme
from imqt.painting import Paragraphs
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
