"""How a text is made fit to be painted."""

from unittest import SkipTest

from PyQt5.QtCore import QPointF
from PyQt5.QtGui import QColor, QFontDatabase, QImage, QPainter

from imqt import theme
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
