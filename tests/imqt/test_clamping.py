"""Texts made fit for a window."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from imqt.clamping import (
    CUT,
    MOST_COSTLY,
    MOST_LINES,
    MOST_RARE,
    MOST_SHOWN,
    beginning,
    clamped,
    pieces,
    shortened,
)
from imqt.plain import PlainLabel
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

    def test_many_lines(self) -> None:
        """A message of very many lines does not push all others out of sight."""
        lines = [str(number) for number in range(400)]
        few = "\n".join(lines[:MOST_SHOWN])
        self.assertEqual((few, few + CUT), (clamped(few), clamped("\n".join(lines))))

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


class BeginningTests(SynchronousTestCase):
    def test_one_line(self) -> None:
        """A short text is one line, and ends in no dots."""
        self.assertEqual("one two", beginning("one\n  two ", 200))

    def test_cut(self) -> None:
        """A long one is cut, and sooner where it costs much; nothing in it turns round what follows."""
        self.assertEqual("x" * 200 + "…", beginning("x" * 4096, 200))
        for sign, most in (("😀", MOST_COSTLY), ("𐎀", MOST_RARE)):
            shown = beginning(sign * 200, 200)
            self.assertTrue(0 < shown.count(sign) <= most // 7, shown)
            self.assertTrue(shown.endswith("…"))
        self.assertNotIn("\u202e", beginning("see \u202egpj.exe", 200))


class PiecesTests(SynchronousTestCase):
    def test_together(self) -> None:
        """The pieces of a text are the text, and none costs more than is shown at a time."""
        for text in (
            "",
            "one\ntwo",
            "x" * 9000,
            "😀" * 1024,
            "a\n" * 1300,
            ("😀" * 30 + "\n") * 20,
            "\U00010400" * 100,
        ):
            cut = list(pieces(text))
            self.assertEqual(text, "".join(cut))
            for piece in cut:
                self.assertEqual(piece, shortened(piece))
                self.assertLessEqual(piece.removesuffix("\n").count("\n"), MOST_LINES)

    def test_behind_a_line(self) -> None:
        """It is cut behind a line where there is one."""
        self.assertEqual(["😀" * 20 + "\n", "😀" * 20], list(pieces("😀" * 20 + "\n" + "😀" * 20)))


class LabelTests(QtCase):
    def test_label(self) -> None:
        """A label cuts what would hold the window up."""
        self.assertEqual("😀" * MOST_COSTLY + "…", PlainLabel("😀" * 4096).text())
