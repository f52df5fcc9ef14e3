"""Names: one account is asked for under one name, and no two accounts look alike."""

from __future__ import annotations

import string

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from improtocol import names
from improtocol.errors import BadName, NameReserved, Refusal, TooLong
from improtocol.names import ANY_NAMES, ASCII_NAMES, RESERVED, AsciiNames, NamePolicy, UnicodeNames

UNICODE_NAMES = UnicodeNames()
FIRST = set(string.ascii_lowercase)
REST = FIRST | set(string.digits) | set("._-")


def canonical(word: str, policy: NamePolicy = UNICODE_NAMES) -> str | type[Refusal]:
    """Give the name that a word is, or why it is none."""
    try:
        return policy.canonical(word)
    except Refusal as refused:
        return type(refused)


class AsciiTests(SynchronousTestCase):
    """The default: readable and typable everywhere."""

    @given(st.one_of(st.text(max_size=40), st.text(string.printable, max_size=40)))
    def test_what_a_name_is(self, word: str) -> None:
        """A name is a letter and up to 31 letters, digits, dots, dashes and underscores, in any case (R5)."""
        name = canonical(word, ASCII_NAMES)
        small = word.lower() if word.isascii() else ""
        is_one = 0 < len(small) <= 32 and small[0] in FIRST and set(small) <= REST and small not in RESERVED
        self.assertEqual(name, small) if is_one else self.assertNotIsInstance(name, str)

    def test_bounds(self) -> None:
        """32 bytes are a name, 33 are too long, none are none."""
        self.assertEqual(canonical("A" * 32, ASCII_NAMES), "a" * 32)
        for word in ("a" * 33, "A" * 33, "é" * 17, "\ud800" * 33):
            self.assertIs(canonical(word, ASCII_NAMES), TooLong)
        for word in ("", "7up", "-a", "a b", "a\n", "é", "\N{KELVIN SIGN}im", "#lab", "\ud800"):
            self.assertIs(canonical(word, ASCII_NAMES), BadName, word)

    def test_reserved(self) -> None:
        """Some names are nobody's, in any case, under either policy."""
        self.assertEqual(RESERVED, {"all", "everyone", "nobody", "me", "here", "server", "system", "admin"})
        for policy in (ASCII_NAMES, UNICODE_NAMES):
            for name in RESERVED:
                self.assertIs(canonical(name, policy), NameReserved)
                self.assertIs(canonical(name.upper(), policy), NameReserved)

    def test_look(self) -> None:
        """These names can be told apart, and a name looks like itself."""
        self.assertEqual(AsciiNames().skeleton("l1"), "l1")


class UnicodeTests(SynchronousTestCase):
    """Names in other scripts, behind a setting."""

    @given(st.text(st.characters(categories=["L", "M", "N", "Pd", "Pc", "Po"]), min_size=1, max_size=12))
    def test_twice_is_once(self, word: str) -> None:
        """A canonical name is its own canonical name, fits, and has one look (promise D2)."""
        name = canonical(word)
        if isinstance(name, str):
            self.assertEqual(canonical(name), name)
            self.assertLessEqual(len(name.encode()), 32)
            self.assertNotIn(name, RESERVED)
            self.assertNotIn(UNICODE_NAMES.skeleton(name), RESERVED)

    @given(st.text())
    def test_total(self, word: str) -> None:
        """Any word is a name or is refused."""
        canonical(word)

    def test_names(self) -> None:
        """People are called so, in any case and width."""
        for word, name in {
            "Мария": "мария",
            "Ἀλέξανδρος": "ἀλέξανδρος",
            "佐々木カート": "佐々木カート",
            "हिन्दी": "हिन्दी",
            "한글": "한글",
            "فارس۳": "فارس۳",
            "Zoë.2": "zoë.2",
            "Zoe\N{COMBINING DIAERESIS}": "zoë",
            "ａｌｉｃｅ": "alice",
            "\N{ANGSTROM SIGN}": "å",
        }.items():
            self.assertEqual(canonical(word), name)

    def test_no_names(self) -> None:
        """Two scripts in one name, signs, invisible signs, and marks or digits in front are refused."""
        for word in (
            "аlice",
            "aβ",
            "a٣",
            "फa",
            "ﬁ",
            "ª",
            "a\u200db",
            "a☺",
            "٣a",
            "·a",
            "l·l",
            "カ・ト",
            "aﾠ",
            "ׇa",
            "a\N{NO-BREAK SPACE}b",
        ):
            self.assertIs(canonical(word), BadName, word)

    def test_long(self) -> None:
        """Length is counted as written, and again when it has been mapped."""
        self.assertEqual(canonical("é" * 16), "é" * 16)
        self.assertIs(canonical("é" * 17), TooLong)
        self.assertIs(canonical("ａ" * 11), TooLong)
        self.assertEqual(canonical("\u0130" * 10), "i\N{COMBINING DOT ABOVE}" * 10)
        self.assertIs(canonical("\u0130" * 11), TooLong)

    def test_look_alikes(self) -> None:
        """What a common font draws alike has one look, and what looks like a reserved name is nobody's."""
        for one, other in (("сор", "cop"), ("αβ", "aβ"), ("zoë", "zoe"), ("ıx", "ix"), ("ѕу", "sy")):
            self.assertEqual(UNICODE_NAMES.skeleton(one), UNICODE_NAMES.skeleton(other))
        self.assertEqual(UNICODE_NAMES.skeleton("мария"), "mapия")
        self.assertIs(canonical("ме"), NameReserved)

    def test_the_table_of_looks(self) -> None:
        """Every letter of the table looks like one small Latin letter, and like nothing else in turn."""
        table = names._LOOKS_LIKE
        self.assertGreater(len(table), 40)
        self.assertTrue(all(chr(looks) in FIRST for looks in table.values()))
        self.assertFalse(FIRST & {chr(letter) for letter in table})


class AnyTests(SynchronousTestCase):
    """A client takes names as the server gives them."""

    def test_as_they_are(self) -> None:
        """Nothing is judged, nothing is changed."""
        for word in ("Bob", "#lab", "", "all"):
            self.assertEqual((ANY_NAMES.canonical(word), ANY_NAMES.skeleton(word)), (word, word))
