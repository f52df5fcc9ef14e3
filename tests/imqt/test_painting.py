"""How a text is made fit to be painted."""

from unittest import SkipTest

from PyQt5.QtCore import QPointF
from PyQt5.QtGui import QColor, QFontDatabase, QImage, QPainter
from twisted.trial.unittest import SynchronousTestCase

from imqt import theme
from imqt.painting import CUT, MOST_COSTLY, MOST_RARE, Paragraphs, clamped
from tests.qt_case import QtCase


class ClampedTests(SynchronousTestCase):
    def test_as_it_stands(self) -> None:
        """What people write is shown as it stands, faces, accents, other scripts and all."""
        for text in (
            "Yes, one is good 🍜",
            "naïve e\u0301te\u0301",
            "שלום, مرحبا",
            "x" * 4096,
            "👩‍👩‍👧‍👦 " * 10,
        ):
            self.assertEqual(text, clamped(text))

    def test_a_page_of_pictures(self) -> None:
        """What is only pictures is cut, and says that there is more."""
        shown = clamped("😀" * 1024)
        self.assertEqual("😀" * MOST_COSTLY + CUT, shown)

    def test_rare_scripts(self) -> None:
        """So is what is only signs that each need another font."""
        rare = "".join(chr(0x10000 + each * 61) for each in range(900))
        self.assertEqual(rare[:MOST_RARE] + CUT, clamped(rare))

    def test_turned_round(self) -> None:
        """What would turn a text round is seen; what scripts that run the other way need is left alone."""
        self.assertEqual("see [U+202E]gpj.exe", clamped("see \u202egpj.exe"))
        self.assertEqual("\u200fשלום\u2069", clamped("\u200fשלום\u2069"))

    def test_stacked_marks(self) -> None:
        """Marks do not grow over the neighbours."""
        self.assertEqual("a" + "\u0301" * 6 + "b", clamped("a" + "\u0301" * 1000 + "b"))


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
