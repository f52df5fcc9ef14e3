"""In which language people are spoken to: English stands in the source, the others in catalogues (gettext).

What people say is never looked up, nor a line of the wire: only what stands in the source is.  A sentence is
looked up whole, with named places for what changes in it, and then filled in: no other language puts its
pieces together in the order of English.
"""

from __future__ import annotations

import gettext
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

LANGUAGES = Path(__file__).resolve().parent / "languages"
DOMAIN = "imtongue"
#: The catalogues there are, by what a language calls itself.
KNOWN = {"en": "English", "de": "Deutsch"}
#: Where a system says which language it speaks, the first that says something first (POSIX; gettext).
SAID_IN = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")

_catalogue: gettext.NullTranslations = gettext.NullTranslations()


def phrase(text: str) -> str:
    """Mark a text that stands in the source here, and is said later by `tr`."""
    return text


def tr(text: str, /, **parts: object) -> str:
    """Say something in the language that is spoken, its places filled in."""
    # The empty text is the catalogue's own remark about itself.
    said = _catalogue.gettext(text) if text else text
    return said.format(**parts) if parts else said


def trn(one: str, many: str, count: int, /, **parts: object) -> str:
    """Say something of so many, which its place ``{count}`` names."""
    return _catalogue.ngettext(one, many, count).format(count=number(count), **parts)


def number(count: int) -> str:
    """Write a number: 12,345."""
    return f"{count:,}".replace(",", tr(",")) if count >= 1000 else str(count)


def decimal(value: float) -> str:
    """Write a number with one digit behind the point: 2.1."""
    return f"{value:.1f}".replace(".", tr("."))


def spoken() -> str:
    """Give the code of the language that is spoken."""
    return _catalogue.info().get("language", "en")


def speaks_english() -> bool:
    """Tell whether all is said as it stands in the source."""
    return type(_catalogue) is gettext.NullTranslations


def speak(language: str) -> None:
    """Speak a language from now on; one that is not known is English."""
    if language in KNOWN and language != "en":
        listen_to(gettext.translation(DOMAIN, LANGUAGES, [language]))
    else:
        listen_to(gettext.NullTranslations())


def listen_to(catalogue: gettext.NullTranslations) -> None:
    """Take what is said from this catalogue from now on."""
    global _catalogue  # noqa: PLW0603
    _catalogue = catalogue


def speak_as_liked(profile: Path) -> None:
    """Speak what a profile's settings say, or else what the system speaks."""
    try:
        read: Any = json.loads((profile / "settings.json").read_text("utf-8"))
        liked = str(read["preferences"]["language"])
    except (OSError, ValueError, KeyError, TypeError):
        liked = ""
    speak(liked or of_the_system(os.environ))


def of_the_system(said: Mapping[str, str]) -> str:
    """Give the first language of a system's that is known here, or else English."""
    return next((language for language in _wanted(said) if language in KNOWN), "en")


def _wanted(said: Mapping[str, str]) -> Iterator[str]:
    """Give the languages a system wants, the dearest first: ``LANGUAGE=de_AT:en``, ``LANG=de_DE.UTF-8``."""
    places = [said.get(place, "") for place in SAID_IN]
    locale = next(filter(None, places[1:]), "")
    # Where the locale is nobody's, as in a plain terminal, LANGUAGE is not heeded: so says gettext.
    if locale.partition(".")[0] in ("C", "POSIX"):
        return
    for written in (*places[0].split(":"), locale):
        yield written.partition("_")[0].partition(".")[0].partition("@")[0].lower()
