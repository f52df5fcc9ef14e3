"""What somebody looks for: which texts have it in them, and where."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from imclient.core.sought import Sought


def marked(typed: str, text: str) -> str:
    """Put brackets round what was found."""
    for begin, end in reversed(Sought.of(typed).places(text)):
        text = f"{text[:begin]}[{text[begin:end]}]{text[end:]}"
    return text


class SoughtTests(SynchronousTestCase):
    def like(self, typed: str, text: str) -> bool:
        """Ask SQLite alone."""
        with closing(sqlite3.connect(":memory:")) as database:
            sought = Sought.of(typed)
            return all(
                database.execute(f"SELECT ? {condition}", (text, value)).fetchone()[0]
                for condition, value in sought.conditions
            )

    def finds(self, typed: str, text: str) -> bool:
        """Ask as the cache does: SQLite, and then Python."""
        return self.like(typed, text) and Sought.of(typed).is_in(text)

    def test_words(self) -> None:
        """All the words must be there, in any order, also within others; no word is nothing sought."""
        self.assertTrue(self.finds("cable port", "Port 7 is up. It was the patch cables."))
        self.assertFalse(self.finds("cable lunch", "Port 7 is up. It was the patch cables."))
        self.assertFalse(Sought.of("  \n "))

    def test_case(self) -> None:
        """Case is no matter, whatever the script; ß is ss."""
        for typed, text in (
            ("LUNCH", "lunch at one"),
            ("über", "ÜBER alles"),
            ("МОСКВА", "в Москва есть"),
            ("σίσυφος", "ΣΊΣΥΦΟΣ"),
            ("strasse", "Die Straße"),
            ("STRASSE", "die straße"),
            ("straße", "STRASSE"),
            ("好", "你好"),
            ("🍜", "one is good 🍜"),
        ):
            self.assertTrue(self.finds(typed, text), (typed, text))
        self.assertFalse(self.finds("über", "aber"))

    def test_signs_of_like(self) -> None:
        """What LIKE takes for any letters is looked for as it stands."""
        for typed, text, other in (
            ("100%", "100% sure", "1000 sure"),
            ("a_b", "a_b", "axb"),
            ("c:\\new", "in C:\\New", "in c:new"),
            ("%", "5 %", "5"),
        ):
            self.assertTrue(self.finds(typed, text), typed)
            self.assertFalse(self.finds(typed, other), typed)

    @given(st.text(max_size=8), st.text(max_size=4), st.text(max_size=8))
    def test_whatever(self, before: str, typed: str, behind: str) -> None:
        """Whatever letters there are, where a word stands it is found, and the place is marked."""
        text = f"{before}{typed}{behind}".replace("\0", "")
        sought = Sought.of(typed.replace("\0", ""))
        if sought and sought.is_in(text):
            for begin, end in sought.places(text):
                self.assertTrue(0 <= begin < end <= len(text))
            self.assertTrue(sought.places(text))

    @given(st.text("abß%_\\SsÄäñσςΣ好 ", max_size=12), st.text("abß%_\\SsÄäñσςΣ好", min_size=1, max_size=4))
    def test_nothing_is_kept_back(self, text: str, typed: str) -> None:
        """What SQLite is asked for lets through all that is meant: whole letters, not half of an ß."""
        whole = [text[begin:end].casefold() for begin, end in Sought.of(typed).places(text)]
        if typed.casefold() in whole:
            self.assertTrue(self.like(typed, text), Sought.of(typed).conditions)

    def test_places(self) -> None:
        """Each place is marked once, also where two words lie over each other or letters became two."""
        self.assertEqual("[Lunch] at one, [lunch] at two", marked("lunch", "Lunch at one, lunch at two"))
        self.assertEqual("[patchwork]", marked("patch chwork", "patchwork"))
        self.assertEqual("Stra[ß]e", marked("ss", "Straße"))
        self.assertEqual("İst an [bul]", marked("bul", "İst an bul"))
        self.assertEqual("nothing", marked("xyz", "nothing"))

    def test_very_much(self) -> None:
        """Words without end are looked for all the same."""
        words = [f"w{number}" + "x" * 100 for number in range(40)]
        self.assertTrue(self.finds(" ".join(words), " ".join(reversed(words))))
        self.assertFalse(self.finds(" ".join(words), " ".join(words[:-1])))
