"""What stands in the source in English is said in other languages, and nothing is missing there."""

from __future__ import annotations

import gettext
import io
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from twisted.trial.unittest import SynchronousTestCase

import imtongue
from imclient.core.settings import Preferences, Settings
from imtongue import of_the_system, tr, trn
from tests.imtongue.phrases import Phrase, of_the_house, phrases_of, places


class CatalogueTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.folder = imtongue.LANGUAGES / "de" / "LC_MESSAGES"
        with (self.folder / "imtongue.po").open("rb") as file:
            self.german = read_po(file, "de")
        self.there: Mapping[str, tuple[str, ...]] = {
            one.id[0] if isinstance(one.id, tuple) else str(one.id): (
                tuple(one.string) if isinstance(one.string, tuple) else (str(one.string),)
            )
            for one in self.german
            if one.id and one.string and not one.fuzzy
        }

    def missing(self, wanted: Iterable[Phrase]) -> list[str]:
        """Say what the catalogue lacks of this."""
        return sorted(
            one.text for one in wanted if len(list(filter(None, self.there.get(one.text, ())))) != one.forms
        )

    def test_nothing_is_missing(self) -> None:
        """All that is said in English is there in German, in as many forms as German has."""
        wanted = of_the_house()
        self.assertGreater(len(wanted), 300)
        self.assertEqual([], self.missing(wanted))
        self.assertEqual(["new"], self.missing({*phrases_of('tr("new")')}), "what is missing would be found")

    def test_nothing_is_left_over(self) -> None:
        """The catalogue has nothing that nobody says."""
        self.assertEqual(set(), set(self.there) - {one.text for one in of_the_house()})

    def test_places(self) -> None:
        """A translation has the places of its original, all of them and no other."""
        unlike = [
            one.id
            for one in self.german
            for original, said in _pairs(one.id, one.string)
            if places(original) != places(said)
        ]
        self.assertEqual([], unlike)
        self.assertNotEqual(places("{name} is here"), places("{nmae} ist da"), "a slip would be found")

    def test_compiled(self) -> None:
        """What is read at the start says what the catalogue says."""
        made = io.BytesIO()
        write_mo(made, self.german)
        found = (self.folder / "imtongue.mo").read_bytes()
        self.assertEqual(made.getvalue(), found, "run `make words`")


def _pairs(originals: object, said: object) -> list[tuple[str, str]]:
    """Put each translation beside what it translates; of plurals the form for many has every place."""
    if isinstance(originals, tuple) and isinstance(said, tuple):
        return [(str(originals[-1]), form) for form in said[1:]]
    return [(str(originals), str(said))] if originals else []


class SpeakingTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.addCleanup(imtongue.speak, "en")

    def test_german(self) -> None:
        """Whoever wants German is spoken to in German; what nobody translated stays English."""
        imtongue.speak("de")
        said = [tr(words) for words in ("Send", "never said", "")]
        self.assertEqual(["Senden", "never said", ""], said)

    def test_unknown(self) -> None:
        """A language that is not known is English."""
        imtongue.speak("xx")
        self.assertEqual("Send", tr("Send"))
        self.assertTrue(imtongue.speaks_english())

    def test_places(self) -> None:
        """A sentence is looked up whole; what is filled in is never looked up, nor read as a place."""
        said = tr("{name} is Send", name="{Send}")
        self.assertEqual("{Send} is Send", said)

    def test_counts(self) -> None:
        """One is said otherwise than many, by the rules of the language that is spoken."""
        numbers = (0, 1, 2, 12_345)
        said = [trn("one thing", "{count} things", number) for number in numbers]
        self.assertEqual(["0 things", "one thing", "2 things", "12,345 things"], said)
        imtongue.listen_to(Upside())
        self.assertEqual("0 0", trn("one thing", "{count} things", 0), "nothing is one thing here")

    def test_as_liked(self) -> None:
        """The profile's settings say which; without any it is what the system speaks."""
        self.patch(os, "environ", {"LANG": "de_AT.UTF-8"})
        folder = Path(self.mktemp())
        folder.mkdir()
        Settings(folder, "desk-1", [], None, Preferences(language="en")).save()
        imtongue.speak_as_liked(folder)
        self.assertEqual("Send", tr("Send"))
        imtongue.speak_as_liked(folder / "nowhere")
        self.assertEqual("Senden", tr("Send"))

    def test_of_the_system(self) -> None:
        """A system says it as gettext reads it; English that is dearer than German is heeded."""
        for said, language in [
            ({}, "en"),
            ({"LANG": "de_DE.UTF-8"}, "de"),
            ({"LANG": "de"}, "de"),
            ({"LANG": "de_DE.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
            ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "de_CH@euro"}, "de"),
            ({"LANG": "de_DE.UTF-8", "LANGUAGE": "en:de"}, "en"),
            ({"LANG": "fr_FR.UTF-8", "LANGUAGE": "fr:de:en"}, "de"),
            ({"LANG": "C", "LANGUAGE": "de"}, "en"),
            ({"LANG": "fr_FR.UTF-8"}, "en"),
        ]:
            self.assertEqual(language, of_the_system(said), said)


class Upside(gettext.NullTranslations):
    """A language in which nothing is counted like one."""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Say the number twice."""
        return "{count} {count}" if n in (0, 1) else msgid2
