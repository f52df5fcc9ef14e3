"""What Qt says by itself (Cut, Paste, the names of keys), in the language that the rest is said in."""

from __future__ import annotations

from PyQt5.QtCore import QCoreApplication, QLibraryInfo, QTranslator

import imtongue


def speak(app: QCoreApplication) -> QTranslator | None:
    """Let it speak the language that is spoken, as far as it knows it; gives what `unlearn` takes."""
    language = imtongue.spoken()
    if language == "en":
        return None
    words = QTranslator(app)
    folder = QLibraryInfo.location(QLibraryInfo.LibraryLocation.TranslationsPath)
    if not words.load(f"qtbase_{language}", folder):
        return None
    app.installTranslator(words)
    return words


def unlearn(app: QCoreApplication, words: QTranslator | None) -> None:
    """Let it speak as before."""
    if words is not None:
        app.removeTranslator(words)
