"""What somebody looks for in what was said: words, all of which must be there, in whatever case.

SQLite knows the case of ASCII letters only. So it is asked for a little more than is meant, which it finds
quickly and without Python, and that is looked at again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: So many words, and so much of each, SQLite is asked for; the rest is looked for in what it finds.
MOST_WORDS, MOST_LETTERS = 12, 48
#: In what is folded, these may have been ß.
_SHARP = re.compile("ss+")
#: The Greek letter that has two small ones.
_FINAL = {"σ": "ς"}


@dataclass(frozen=True)
class Sought:
    """Words as they are compared: without their case."""

    words: tuple[str, ...] = ()

    @classmethod
    def of(cls, typed: str) -> Sought:
        """Read what was typed; a word may stand anywhere in a text, also within another."""
        return cls(tuple(dict.fromkeys(typed.casefold().split())))

    def __bool__(self) -> bool:
        return bool(self.words)

    @property
    def conditions(self) -> list[tuple[str, str]]:
        """Say it for SQLite, as conditions on a text, each with its value.

        They let through all that is meant, and perhaps more; what is quick comes first.
        """
        conditions = (_condition(word[:MOST_LETTERS]) for word in self.words[:MOST_WORDS])
        return sorted(conditions, key=lambda one: one[0], reverse=True)

    def is_in(self, text: str) -> bool:
        """Tell whether all the words are there."""
        folded = text.casefold()
        return all(word in folded for word in self.words)

    def places(self, text: str) -> list[tuple[int, int]]:
        """Say where the words stand, from the left, each sign once: begin and end."""
        folded, origins = _folded(text)
        found = sorted(
            (origins[at], origins[at + len(word) - 1] + 1)
            for word in self.words
            for at in _all_of(word, folded)
        )
        joined: list[tuple[int, int]] = []
        for begin, end in found:
            if joined and begin <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
            else:
                joined.append((begin, end))
        return joined


def _condition(word: str) -> tuple[str, str]:
    signs = _SHARP.sub("\0", word)
    like = "".join(map(_like, signs))
    if set(like) == {"_"}:  # no letter of it is known: all that is long enough would be let through
        return "GLOB ?", f"*{''.join(map(_glob, signs))}*"
    return r"LIKE ? ESCAPE '\'", f"%{like}%"


def _like(sign: str) -> str:
    """Write one sign: those of LIKE itself are meant as they stand, a letter of two cases is any sign."""
    if sign == "\0":
        return "%"
    if sign in "%_\\":
        return f"\\{sign}"
    return sign if sign.isascii() or sign.upper() == sign.lower() else "_"


def _glob(sign: str) -> str:
    """Write a letter of two cases; GLOB takes three times as long as LIKE."""
    written = {sign, sign.upper(), sign.lower(), sign.title(), _FINAL.get(sign, sign)}
    return f"[{''.join(sorted(one for one in written if len(one) == 1))}]"


def _folded(text: str) -> tuple[str, list[int]]:
    """Fold a text, and say of each sign of it which one it was."""
    folded = [sign.casefold() for sign in text]
    return "".join(folded), [at for at, signs in enumerate(folded) for _ in signs]


def _all_of(word: str, text: str) -> list[int]:
    places, at = [], text.find(word)
    while at >= 0:
        places.append(at)
        at = text.find(word, at + len(word))
    return places
