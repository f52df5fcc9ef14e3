"""The server's window speaks one language: what is not a name or a line of the wire was looked up."""

from __future__ import annotations

from collections.abc import Iterator

from PyQt5.QtGui import QKeySequence
from PyQt5.QtWidgets import QAction, QApplication, QWidget

import imtongue
from examples import passing, server_gallery
from improtocol.vocabulary import Command
from imqt import qt_words
from imqt.dress import Choice, Dress
from imqt.plain import PlainLabel
from imserver.window import typed
from imserver.window.wire_model import Kind
from tests.qt_case import QtCase, app
from tests.tongue import Bracketed, not_looked_up

#: All but the largest, which says nothing that the others do not, and an answer as it came over the wire.
BUT = ("server-many", "server-accounts")
SHOWN = {name: make for name, make in server_gallery.SHOWN.items() if name not in BUT}
INVITE = f":{server_gallery.PORT}/{server_gallery.CODE}"
#: Names, what is typed, what the server calls things on the wire, and what is shown once.
WRITTEN = (
    *(server_gallery.ME, *server_gallery.PEOPLE, "carol", "ivan", "judy", "karol", "operator"),
    *("window", "desk", "phone", "laptop", *Command.by_verb),
    *("/all TEXT, /whisper NAME TEXT, /who, /help", "/whisper karol hello", "/suspnd bob"),
    *(f"imserver://lab.example{INVITE}", f"imserver://127.0.0.1{INVITE}", f"#sha256:{server_gallery.PIN}"),
    *(server_gallery.GIVEN, server_gallery.FILE),
)


class OneLanguageTests(QtCase):
    """Every state and dialog, in a language that marks what was looked up."""

    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(imtongue.speak, "en")
        imtongue.listen_to(Bracketed())

    def said(self, window: QWidget) -> Iterator[str]:
        """Give what people and the wire said."""
        yield from WRITTEN
        yield from (typed.usage(word) for word in typed.known())
        yield from (f"/{word}" for word in typed.known())
        life = window.property("life")
        if life is None:
            return
        for row in life.overseer.wire.rows:
            if row.kind is not Kind.NOTE:
                yield row.text
        yield from life.spoken

    def untranslated(self, name: str) -> list[str]:
        """Show one, and give what it says that was not looked up."""
        window = SHOWN[name](Dress(app, Choice.LIGHT))
        window.resize(1180, 760)
        self.show(window)
        self.settle()
        passing.come(window)
        self.settle()
        found = not_looked_up(name, {*self.said(window)})
        for over in QApplication.topLevelWidgets():
            over.close()
        self._free_windows()
        return found

    def test_every_state(self) -> None:
        """Nothing that stands in the source is said as it stands there."""
        self.assertEqual([], [one for name in SHOWN for one in self.untranslated(name)])

    def test_would_be_found(self) -> None:
        """What nobody looked up is found."""
        SHOWN["planted"] = lambda _dress: PlainLabel("Not looked up")
        self.addCleanup(SHOWN.pop, "planted")
        self.assertEqual(1, len(self.untranslated("planted")))

    def test_menu(self) -> None:
        """The menu says which language is spoken, also where the system chose it, and offers the others."""
        imtongue.speak("de")
        window = self.show(server_gallery.window_new(Dress(app, Choice.LIGHT)))
        languages = [window.findChild(QAction, f"language-{code}") for code in imtongue.KNOWN]
        self.assertEqual(["Deutsch"], [one.text() for one in languages if one.isChecked()])
        chosen: list[str] = []
        window.language_chosen.connect(chosen.append)
        languages[0].trigger()
        self.assertEqual(["en"], chosen)

    def test_keys(self) -> None:
        """What Qt says by itself is in the language of the rest."""
        imtongue.speak("de")
        words = qt_words.speak(app)
        self.addCleanup(qt_words.unlearn, app, words)
        self.assertEqual("Strg+I", QKeySequence("Ctrl+I").toString(QKeySequence.NativeText))
