"""Texts made fit for a window, and long ones read whole."""

from __future__ import annotations

import time

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QApplication, QLabel
from twisted.trial.unittest import SynchronousTestCase

from imqt import plain
from imqt.clamping import CUT, MOST_COSTLY, MOST_LINES, MOST_RARE, clamped, pieces
from imqt.plain import CHOSEN_FROM, PlainLabel, WholeText
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
            self.assertEqual(text.replace("\n", ""), "".join(cut).replace("\n", ""))
            for piece in cut:
                self.assertEqual(piece, clamped(piece))
                self.assertLessEqual(piece.count("\n"), MOST_LINES)

    def test_behind_a_line(self) -> None:
        """It is cut behind a line where there is one."""
        self.assertEqual(["😀" * 10, "😀" * 10], list(pieces("😀" * 10 + "\n" + "😀" * 10)))


class WholeTextTests(QtCase):
    """A notice with a text that would hold a window up."""

    def test_whole(self) -> None:
        """All of it is there after a moment, and no turn of the loop took long."""
        text = "😀" * 1024
        longest, began = 0.0, time.thread_time()
        notice = plain.tell(None, "bob said", text)
        self.addCleanup(notice.close)
        [whole] = notice.findChildren(WholeText)
        for _ in range(2 * len(list(pieces(text)))):
            longest = max(longest, time.thread_time() - began)
            began = time.thread_time()
            QApplication.processEvents()
        shown = "".join(label.text() for label in whole.findChildren(QLabel))
        self.assertEqual(text, shown)
        self.assertLess(longest, 0.25)

    def test_a_part(self) -> None:
        """A part of it can be chosen, but where labels that allow it would hold the window up (E4)."""
        for text, may in (
            ("a word " * (CHOSEN_FROM // 7), True),
            ("a word " * (CHOSEN_FROM // 7 + 1), False),
            ("😀" * (MOST_COSTLY + 1), False),
        ):
            whole = self.show(WholeText(text, "all of it"))
            labels = whole.findChildren(QLabel)
            self.assertEqual(
                {may}, {bool(label.textInteractionFlags() & Qt.TextSelectableByMouse) for label in labels}
            )

    def test_usual(self) -> None:
        """What is short is a label, as ever."""
        notice = plain.tell(None, "bob said", "Hello 🍜")
        self.addCleanup(notice.close)
        self.assertEqual([], notice.findChildren(WholeText))

    def test_label(self) -> None:
        """A label cuts what would hold the window up."""
        self.assertEqual("😀" * MOST_COSTLY + "…", PlainLabel("😀" * 4096).text())
