"""Words that a dictionary does not know are underlined."""

from __future__ import annotations

from PyQt5.QtWidgets import QPlainTextEdit

from imclient.qt.spelling import Spelling, dictionary, unknown
from tests.qt_case import QtCase

KNOWN = {"see", "the", "lunch", "don't", "at", "one"}


def knows(word: str) -> bool:
    return word.lower() in KNOWN


class SpellingTests(QtCase):
    def wrong(self, text: str) -> list[str]:
        return [text[start:end] for start, end in unknown(text, knows)]

    def test_words(self) -> None:
        """What is not known is found; what is no prose is left alone."""
        self.assertEqual(["lucnh"], self.wrong("See the lucnh, don't"))
        self.assertEqual([], self.wrong("http://xyzzy.example /etc/hosts @bbob snake_cased #42 a=b"))

    def test_underlined(self) -> None:
        """It is underlined where it stands; names are known, and a word that is not ended is not judged."""
        edit = self.show(QPlainTextEdit())
        marker = Spelling(edit.document(), knows, lambda: {"karol"})
        edit.setPlainText("😀 lucnh at karol xyzz")
        self.settle()
        formats = edit.document().firstBlock().layout().formats()
        self.assertEqual([(3, 5)], [(one.start, one.length) for one in formats])
        self.assertIs(edit.document(), marker.document())

    def test_no_dictionary(self) -> None:
        """Without a dictionary nothing is underlined, and nothing goes wrong."""
        self.assertIsNone(dictionary("xx_XX"))
