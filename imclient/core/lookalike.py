"""Names that could be taken for another's: shown so that nothing in them hides, and marked when alike.

A server of ours gives no two accounts names that look alike; which server it is nobody can see (promise E5).
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable

from improtocol.names import UnicodeNames

from .roster import Person, Roster

#: What most names are: nothing in them can hide or turn round.
_USUAL = re.compile(r"[a-z0-9._-]*")
_ISOLATE, _END = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
#: Kinds of characters that are not seen, or that look like a blank.
_HIDDEN = frozenset(["Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp"])
#: Not seen either, though Unicode counts them as letters or marks.
_BLANK = frozenset("\u115f\u1160\u17b4\u17b5\u3164\uffa0\u034f\u2800")
#: More marks on one letter are painted over the neighbours.
_MOST_MARKS = 3

_NAMES = UnicodeNames()
#: What a common font draws alike, beside what `UnicodeNames` knows; two letters first.
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))
_ALIKE = str.maketrans(
    {
        **dict.fromkeys("1|!ⅼⅰι\u0456\u04cf\u0131\u05d5\u05df\u0627\u07ca", "l"),
        **dict.fromkeys("0οоօ\u0585\u0b20\u0c66\u0966\u06f5\u0665\u3007", "o"),
        **dict.fromkeys("i", "l"),
        **dict.fromkeys("5ѕ", "s"),
        **dict.fromkeys("3зɛε", "e"),
        **dict.fromkeys("аɑα", "a"),
        **dict.fromkeys("сⅽϲ", "c"),
        **dict.fromkeys("ԁⅾ", "d"),
        **dict.fromkeys("рρ", "p"),
        **dict.fromkeys("хχⅹ", "x"),
        **dict.fromkeys("уγʏ", "y"),
        **dict.fromkeys("ⅿмm", "m"),
        **dict.fromkeys("ոп", "n"),
        **dict.fromkeys("υս", "u"),
        **dict.fromkeys("νⅴѵ", "v"),
        **dict.fromkeys("шԝω", "w"),
        **dict.fromkeys("кκ", "k"),
        **dict.fromkeys("тτ", "t"),
        **dict.fromkeys("нһհ", "h"),
        **dict.fromkeys("Ьь6вƅ", "b"),
        **dict.fromkeys("гᴦ", "r"),
        **dict.fromkeys("ɡց9", "g"),
        **dict.fromkeys("ƒ", "f"),
        **dict.fromkeys("јϳ", "j"),
        **dict.fromkeys("ԛ", "q"),
        **dict.fromkeys("ᴢ2", "z"),
        **dict.fromkeys("._-‐‑‒–—·", "-"),
    }
)


def shown(name: str) -> str:
    """Write a name so that it stays within itself, and nothing in it hides."""
    if _USUAL.fullmatch(name):
        return name
    return f"{_ISOLATE}{''.join(_seen(name))}{_END}"


def _seen(name: str) -> Iterable[str]:
    marks = 0
    for sign in name:
        kind = unicodedata.category(sign)
        marks = marks + 1 if kind in ("Mn", "Me") else 0
        if kind in _HIDDEN or sign in _BLANK or _is_variation(sign):
            yield f"[U+{ord(sign):04X}]"
        elif marks <= _MOST_MARKS:
            yield sign


def _is_variation(sign: str) -> bool:
    return "\ufe00" <= sign <= "\ufe0f" or "\U000e0100" <= sign <= "\U000e01ef"


@functools.lru_cache(maxsize=1 << 16)
def skeleton(name: str) -> str:
    """Give what a name looks like in a hurry; two names of one skeleton may be taken for each other."""
    folded = unicodedata.normalize("NFKD", name.translate(_ALIKE)).casefold()
    kept = "".join(
        sign
        for sign in folded
        if unicodedata.category(sign) not in _HIDDEN
        and not unicodedata.category(sign).startswith("M")
        and sign not in _BLANK
    )
    plain = _NAMES.skeleton(kept).translate(_ALIKE)
    for pair, one in _PAIRS:
        plain = plain.replace(pair, one)
    return plain


class Lookalikes:
    """Who of a roster may be taken for whom."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._names: dict[str, list[str]] | None = None
        self._known: dict[str, str | None] = {}  # a roster of thousands is asked about each of them, often
        roster.added.connect(self._on_added)
        roster.reset.connect(self._forget)

    def close(self) -> None:
        """Listen no more."""
        self._roster.added.disconnect(self._on_added)
        self._roster.reset.disconnect(self._forget)

    def of(self, name: str) -> str | None:
        """Give somebody else for whom this one may be taken; oneself first."""
        if name not in self._known:
            self._known[name] = self._other(name)
        return self._known[name]

    def _other(self, name: str) -> str | None:
        if self._names is None:
            self._names = {}
            for person in self._roster.people():
                self._put(person.name)
            if self._roster.me is not None:
                self._put(self._roster.me)
        others = [other for other in self._names.get(skeleton(name), []) if other != name]
        if self._roster.me in others:
            return self._roster.me
        return others[0] if others else None

    def _put(self, name: str) -> None:
        assert self._names is not None
        self._known.clear()
        alike = self._names.setdefault(skeleton(name), [])
        if name not in alike:
            alike.append(name)

    def _on_added(self, person: Person) -> None:
        if self._names is not None:
            self._put(person.name)

    def _forget(self) -> None:
        self._names = None
        self._known.clear()
