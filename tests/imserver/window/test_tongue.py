"""The server's window speaks one language."""

from __future__ import annotations

from collections.abc import Iterator

from PyQt5.QtWidgets import QWidget

from examples import server_gallery
from improtocol.vocabulary import Command
from imserver.window import typed
from imserver.window.wire_model import Kind
from tests import tongue

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


class OneLanguageTests(tongue.OneLanguageCase):
    """Every state and dialog."""

    shown = SHOWN
    usual = "server-new"

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

    def test_another(self) -> None:
        """The menu offers the other languages, too."""
        offered = self.languages()["en"]
        chosen: list[str] = []
        self.window.language_chosen.connect(chosen.append)
        offered.trigger()
        self.assertEqual(["en"], chosen)
