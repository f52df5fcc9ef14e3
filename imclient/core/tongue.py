"""In which language the client speaks: English stands in the source, the others in catalogues (gettext).

Some words are fetched when a module is imported, so the language is chosen before that; another one begins
with the next start.  What people say is never looked up: only words that stand in the source are.
"""

from __future__ import annotations

import gettext
import json
from pathlib import Path
from typing import Any

LANGUAGES = Path(__file__).resolve().parent.parent / "languages"
DOMAIN = "imclient"
#: The catalogues there are, by what a language calls itself.
KNOWN = {"en": "English", "de": "Deutsch"}

_catalogue: gettext.NullTranslations = gettext.NullTranslations()


def translate(text: str) -> str:
    """Say something in the language that was chosen."""
    # The empty text is the catalogue's own remark about itself.
    return _catalogue.gettext(text) if text else text


tr = translate


def speak(language: str) -> None:
    """Speak a language from now on; one that is not known is English."""
    global _catalogue  # noqa: PLW0603
    _catalogue = gettext.translation(DOMAIN, LANGUAGES, [language or "en"], fallback=True)


def speak_as_liked(profile: Path) -> None:
    """Speak what a profile's settings say, or else English.

    Not by itself what the system speaks: sentences that are made of parts are English still.
    """
    try:
        read: Any = json.loads((profile / "settings.json").read_text("utf-8"))
        liked = str(read["preferences"]["language"])
    except (OSError, ValueError, KeyError, TypeError):
        liked = ""
    speak(liked)
