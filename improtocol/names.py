"""What a user name is (language, R5): how it is read, which are nobody's, which look alike."""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import Protocol

from . import limits
from .errors import BadName, NameReserved, TooLong

#: Nobody's, for ever: they mean something to the language or would to a reader.
RESERVED = frozenset(["all", "everyone", "nobody", "me", "here", "server", "system", "admin"])

_ASCII = re.compile(rf"[a-z][a-z0-9._-]{{0,{limits.NAME - 1}}}")


class NamePolicy(Protocol):
    """Which words are names."""

    def canonical(self, word: str) -> str:
        """Give the one way the name is written, or refuse it."""

    def skeleton(self, name: str) -> str:
        """Give what the name looks like: two names of one skeleton are not told apart by eye."""


class AsciiNames:
    """Letters a to z, digits, dot, dash and underscore: the default, readable and typable everywhere."""

    def canonical(self, word: str) -> str:
        """Read a name in any case."""
        name = word if _ASCII.fullmatch(word) else self._lowered(word)
        if name in RESERVED:
            raise NameReserved(name)
        return name

    def _lowered(self, word: str) -> str:
        # Only ASCII letters have another case here: U+212A is no k.
        name = word.lower() if word.isascii() else ""
        if not _ASCII.fullmatch(name):
            raise TooLong("name", limits.NAME) if _too_long(word) else BadName()
        return name

    def skeleton(self, name: str) -> str:
        """Give the name itself: all of them can be told apart in a plain font."""
        return name


class UnicodeNames:
    """Letters, marks and digits of one script, by PRECIS (RFC 8265, UsernameCaseMapped): behind a setting."""

    def canonical(self, word: str) -> str:
        """Read a name in any case and width."""
        if word.isascii():
            return ASCII_NAMES.canonical(word)
        if _too_long(word):  # as written (R6); and no table is asked about more
            raise TooLong("name", limits.NAME)
        name = _mapped(word)
        # Mapped twice it must be the same, or one account could be asked for under two names.
        if _mapped(name) != name or not unicodedata.category(name[0]).startswith("L"):
            raise BadName()
        if len({_script(sign) for sign in name} - {""}) > 1:
            raise BadName()
        if _too_long(name):
            raise TooLong("name", limits.NAME)
        # Nor what looks like one: the Cyrillic "\u043c\u0435" beside "me".
        if self.skeleton(name) in RESERVED:
            raise NameReserved(name)
        return name

    def skeleton(self, name: str) -> str:
        """Give the Latin letters that the name looks like, without its accents."""
        plain = (
            c for c in unicodedata.normalize("NFKD", name) if not unicodedata.category(c).startswith("M")
        )
        return "".join(plain).translate(_LOOKS_LIKE)


class AnyNames:
    """Whatever stands where a name should: how a client reads (R10), since the server has judged it."""

    def canonical(self, word: str) -> str:
        """Take the word as it is."""
        return word

    def skeleton(self, name: str) -> str:
        """Take the word as it is."""
        return name


ASCII_NAMES = AsciiNames()
ANY_NAMES = AnyNames()


def _too_long(word: str) -> bool:
    return len(word.encode("utf-8", "replace")) > limits.NAME


@functools.lru_cache(maxsize=4096)
def _mapped(word: str) -> str:
    profile = _precis_profile()
    try:
        mapped: str = profile.enforce(word)
    except UnicodeError:
        raise BadName() from None
    return mapped


@functools.cache
def _precis_profile():  # type: ignore[no-untyped-def]
    # Imported when first needed: the default policy must not pay for tables it does not use.
    from precis_i18n import get_profile  # noqa: PLC0415

    return get_profile("UsernameCaseMapped")


def _script(sign: str) -> str:
    """Name the script that a sign of a name belongs to, or nothing if it belongs to all."""
    if sign.isascii():
        return "LATIN" if sign.isalpha() else ""
    if unicodedata.category(sign) not in _IN_NAMES:
        raise BadName()
    # Unicode names a letter, mark or digit by its script first; what combines with all is COMBINING.
    first = unicodedata.name(sign, "?").split()[0]
    return _SCRIPTS.get(first, first)


_IN_NAMES = frozenset(["Ll", "Lo", "Lm", "Mn", "Mc", "Nd"])
_SCRIPTS = {
    "COMBINING": "",
    "ARABIC-INDIC": "ARABIC",
    "EXTENDED": "ARABIC",  # EXTENDED ARABIC-INDIC DIGIT ONE, as Persian writes it
    # Japanese writes in three scripts at once, and that is one way of writing.
    **dict.fromkeys(["CJK", "IDEOGRAPHIC", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"], "JAPANESE"),
}

#: Letters that a common font draws like a Latin one.  Names are of one script, so what matters
#: are whole words: the Cyrillic "сор" beside the Latin "cop".
_LOOKS_LIKE = str.maketrans(
    "авеікмнорсугтхһѕԁԛԝјӏь" + "αικνορυωτγ" + "օսոհց" + "ıɑɡⅼ",
    "abeikmhopcyrtxhsdqwjlb" + "aikvopuwty" + "ounhg" + "iagl",
)
