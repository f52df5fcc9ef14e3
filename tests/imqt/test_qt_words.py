"""What Qt says by itself."""

from __future__ import annotations

from PyQt5.QtGui import QKeySequence

import imtongue
from imqt import qt_words
from tests.qt_case import QtCase, app


class QtWordsTests(QtCase):
    """Qt names keys, and has menus of its own in its fields."""

    def test_german(self) -> None:
        """What Qt says by itself is in the language of the rest."""
        imtongue.speak("de")
        self.addCleanup(imtongue.speak, "en")
        words = qt_words.speak(app)
        self.addCleanup(qt_words.unlearn, app, words)
        written = [QKeySequence(key).toString(QKeySequence.NativeText) for key in ("Ctrl+Space", "Ctrl+I")]
        self.assertEqual(["Strg+Leertaste", "Strg+I"], written)
