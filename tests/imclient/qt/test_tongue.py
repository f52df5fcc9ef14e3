"""Every window speaks one language: what is not a name, a message or a line of the wire was looked up."""

from __future__ import annotations

from typing import Any

from PyQt5.QtGui import QKeySequence
from PyQt5.QtWidgets import QAction, QApplication

import imtongue
from examples import gallery, passing
from examples.made_up import LINES, ME, MadeUpClient
from imclient.core import slash
from imclient.core.roster import Presence
from improtocol.audience import Audience
from imqt import qt_words
from imqt.dress import Choice, Dress
from imqt.plain import PlainLabel
from tests.qt_case import QtCase, app
from tests.tongue import Bracketed, left_over, not_looked_up

SHOWN = {**gallery.SHOWN, **passing.SHOWN}


class OneLanguageTests(QtCase):
    """All windows, dialogs and menus, in a language that marks what was looked up."""

    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(imtongue.speak, "en")
        imtongue.listen_to(Bracketed())
        self.said: set[str] = {
            ME,
            "zoe",
            "karol",
            *(line.split(" ", 2)[2] for line in LINES.splitlines()),
            *(written for one in slash.known().values() for written in (one.usage, f"/{one.word}")),
        }
        self.overhear()

    def overhear(self) -> None:
        """Note who there is and what they say."""
        hear, meet = MadeUpClient.hear, MadeUpClient.meet

        def heard(client: MadeUpClient, sender: str, to: Audience, text: str, *more: Any, **by: Any) -> Any:
            self.said.update(filter(None, (text, " ".join(text.split()), *text.splitlines())))
            return hear(client, sender, to, text, *more, **by)

        def met(
            client: MadeUpClient, name: str, presence: Any = Presence.ONLINE, text: str = "", *more: Any
        ) -> Any:
            self.said.update(filter(None, (name, text)))
            return meet(client, name, presence, text, *more)

        self.patch(MadeUpClient, "hear", heard)
        self.patch(MadeUpClient, "meet", met)

    def untranslated(self, name: str) -> list[str]:
        """Show one, and give what it says that was not looked up."""
        window = SHOWN[name](Dress(app, Choice.LIGHT))
        window.resize(1180, 760)
        self.show(window)
        self.settle()
        passing.come(window)
        self.settle()
        found = not_looked_up(name, self.said)
        for over in QApplication.topLevelWidgets():
            over.close()
        self._free_windows()
        return found

    def test_every_window(self) -> None:
        """Nothing that stands in the source is said as it stands there."""
        self.assertEqual([], [one for name in SHOWN for one in self.untranslated(name)])

    def test_menu(self) -> None:
        """The menu says which language is spoken, also where the system chose it."""
        imtongue.speak("de")
        window = self.show(gallery.window(Dress(app, Choice.LIGHT)))
        checked = [
            code for code in imtongue.KNOWN if window.findChild(QAction, f"language-{code}").isChecked()
        ]
        self.assertEqual(["de"], checked)

    def test_qt(self) -> None:
        """What Qt says by itself is in the language of the rest."""
        imtongue.speak("de")
        words = qt_words.speak(app)
        self.addCleanup(qt_words.unlearn, app, words)
        self.assertEqual("Strg+Leertaste", QKeySequence("Ctrl+Space").toString(QKeySequence.NativeText))

    def test_would_be_found(self) -> None:
        """What nobody looked up is found, and so is a piece of a sentence."""
        self.assertEqual(["Send"], left_over("Send", []))
        self.assertEqual(["is", "away"], left_over("alice is away: ⟦⟦so⟧ long⟧", ["alice"]))
        SHOWN["planted"] = lambda _dress: PlainLabel("Not looked up")
        self.addCleanup(SHOWN.pop, "planted")
        self.assertEqual(1, len(self.untranslated("planted")))
