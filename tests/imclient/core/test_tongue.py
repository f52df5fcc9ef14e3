"""What stands in the source in English is said in other languages, and nothing is missing there."""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from twisted.trial.unittest import SynchronousTestCase

from imclient.core import tongue
from imclient.core.settings import Preferences, Settings

ROOT = Path(__file__).parents[3]


def words_of(source: str) -> Iterator[str]:
    """Give what a source wants to be said in whatever language is spoken."""
    for node in ast.walk(ast.parse(source)):
        called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tr"
        if called and isinstance(node.args[0], ast.Constant):  # type: ignore[attr-defined]
            yield str(node.args[0].value)  # type: ignore[attr-defined]


class CatalogueTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.folder = tongue.LANGUAGES / "de" / "LC_MESSAGES"
        with (self.folder / "imclient.po").open("rb") as file:
            self.german = read_po(file, "de")

    def test_nothing_is_missing(self) -> None:
        """All words of the windows are there in German."""
        sources = [path.read_text("utf-8") for path in (ROOT / "imclient").rglob("*.py")]
        wanted = {words for source in sources for words in words_of(source)}
        there = {str(message.id) for message in self.german if message.id and message.string}
        self.assertGreater(len(wanted), 100)
        self.assertEqual(set(), wanted - there)
        self.assertEqual({"new"}, {*words_of('tr("new")')} - there, "and what is missing would be found")

    def test_compiled(self) -> None:
        """What is read at the start says what the catalogue says."""
        made = io.BytesIO()
        write_mo(made, self.german)
        found = (self.folder / "imclient.mo").read_bytes()
        self.assertEqual(made.getvalue(), found, "run `make words`")


class SpeakingTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.addCleanup(tongue.speak, "en")

    def test_german(self) -> None:
        """Whoever wants German is spoken to in German; what nobody translated stays English."""
        tongue.speak("de")
        said = [tongue.tr(words) for words in ("Send", "never said", "")]
        self.assertEqual(["Senden", "never said", ""], said)

    def test_unknown(self) -> None:
        """A language that is not known is English."""
        tongue.speak("xx")
        self.assertEqual("Send", tongue.tr("Send"))

    def test_as_liked(self) -> None:
        """The profile's settings say which; without any it is English."""
        folder = Path(self.mktemp())
        folder.mkdir()
        Settings(folder, "desk-1", [], None, Preferences(language="de")).save()
        tongue.speak_as_liked(folder)
        self.assertEqual("Senden", tongue.tr("Send"))
        tongue.speak_as_liked(folder / "nowhere")
        self.assertEqual("Send", tongue.tr("Send"))
