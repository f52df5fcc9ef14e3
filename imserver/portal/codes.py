"""Codes and one-time words that people type: short, unambiguous, never guessed, and kept as a hash only."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

#: Crockford's: no letter that could be read as another sign.  Five bits each.
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_GROUP = 4
#: Groups of an invite's code: 60 bits, of which a guesser gets a few tries a minute.
CODE = 3
#: Groups of a password that is made for somebody: 80 bits, since it is tried against a stolen database, too.
PASSWORD = 4
_MISREAD = str.maketrans("OIL", "011", "-")


def words(draw: Callable[[int], int], groups: int) -> str:
    """Make groups of four signs; ``draw(n)`` draws one of n numbers from 0 on, by chance nobody can guess."""
    signs = [LETTERS[draw(len(LETTERS))] for _ in range(groups * _GROUP)]
    return "-".join("".join(signs[at : at + _GROUP]) for at in range(0, len(signs), _GROUP))


def kept(code: str) -> str:
    """Give what is kept of an invite's code, however it is typed: in any case, with its dashes or without.

    It has 60 random bits, so a quick hash hides it as well as a slow one would.
    """
    return hashlib.sha256(code.upper().translate(_MISREAD).encode()).hexdigest()
