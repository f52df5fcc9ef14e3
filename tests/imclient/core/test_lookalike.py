"""Promise E5: a name cannot make its bearer look like someone else."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator

from twisted.trial.unittest import SynchronousTestCase

from imclient.core import wording
from imclient.core.lookalike import Lookalikes, shown, skeleton
from imclient.core.roster import Presence, Roster
from improtocol.audience import Audience

NAMES = ("bob", "alice", "carol", "admin-desk", "william", "mallory", "sergey.k")
#: Letters of other scripts that look like Latin ones in a common font.
OTHERS = {
    "a": "аα", "b": "ЬƄ", "c": "сϲ", "d": "ԁ", "e": "е", "g": "ɡ", "h": "һ", "i": "іι", "j": "ј", "k": "κ",
    "l": "1Іⅼ|", "m": "м", "n": "ո", "o": "оο0", "p": "рρ", "q": "ԛ", "r": "г", "s": "ѕ", "t": "т", "u": "υ",
    "v": "ν", "w": "ԝ", "x": "х", "y": "у", "z": "ᴢ",
}  # fmt: skip
HIDDEN = (
    "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u061c\u180e\u202a\u202e\u2066\u2069\u3164\u115f\ufe0f"
    "\U000e0061"
)


def variants() -> dict[str, list[str]]:
    """Give, by letter, all that Unicode itself calls another way to write it."""
    found: dict[str, list[str]] = {}
    for number in range(0x80, sys.maxunicode + 1):
        sign = chr(number)
        plain = unicodedata.normalize("NFKD", sign).casefold()
        if len(plain) == 1 and "a" <= plain <= "z" and plain != sign:
            found.setdefault(plain, []).append(sign)
    return found


def spoofs() -> Iterator[tuple[str, str]]:
    """Give names, and what somebody might call themselves to be taken for them."""
    other_ways = variants()
    for name in NAMES:
        for place, letter in enumerate(name):
            before, after = name[:place], name[place + 1 :]
            for sign in (*other_ways.get(letter, ()), *OTHERS.get(letter, "")):
                yield name, before + sign + after
            for hidden in HIDDEN:
                yield name, before + letter + hidden + after
            yield name, before + letter + "\u0301" + after
            if letter == "m":
                yield name, before + "rn" + after
            if letter == "w":
                yield name, before + "vv" + after
            if letter == "d":
                yield name, before + "cl" + after


class SpoofTests(SynchronousTestCase):
    def test_all_marked(self) -> None:
        """Each of thousands of pairs is marked, and none by chance."""
        pairs = list(spoofs())
        self.assertGreater(len(pairs), 2000)
        missed = [(name, spoof) for name, spoof in pairs if skeleton(name) != skeleton(spoof)]
        self.assertEqual([], missed[:10], f"{len(missed)} of {len(pairs)}")

    def test_others_are_not(self) -> None:
        """Names that people tell apart are not marked."""
        for one, other in (
            ("bob", "rob"),
            ("anna", "hanna"),
            ("bob", "bob2"),
            ("li", "lin"),
            ("юля", "коля"),
        ):
            self.assertNotEqual(skeleton(one), skeleton(other), (one, other))

    def test_roster(self) -> None:
        """Whoever comes with a name that looks like another's is told, and so is whom it looks like."""
        roster = Roster(lambda: 0.0)
        roster.restore("alice", ["bob", "carol"])
        alike = Lookalikes(roster)
        self.assertIsNone(alike.of("bob"))
        roster.told("b0b", Presence.ONLINE, "")
        roster.told("а1ice", Presence.ONLINE, "")
        self.assertEqual(("b0b", "bob"), (alike.of("bob"), alike.of("b0b")))
        self.assertEqual("alice", alike.of("а1ice"))
        self.assertIsNone(alike.of("carol"))


class ShownTests(SynchronousTestCase):
    def test_usual(self) -> None:
        """What most names are is shown as it is."""
        self.assertEqual("bob-2.x_y", shown("bob-2.x_y"))

    def test_hidden(self) -> None:
        """What cannot be seen is spelled out."""
        for hidden in HIDDEN:
            self.assertIn(f"[U+{ord(hidden):04X}]", shown(f"bo{hidden}b"))

    def test_isolated(self) -> None:
        """A name that runs the other way turns nothing round it."""
        self.assertEqual("\u2068דנה\u2069", shown("דנה"))
        said = wording.told_to(Audience.of("דנה", "bob"), "alice")
        self.assertEqual("to bob, \u2068דנה\u2069", said)

    def test_stacked(self) -> None:
        """Marks do not pile up over the neighbours."""
        self.assertEqual("\u2068z\u0301\u0301\u0301\u2069", shown("z" + "\u0301" * 40))
