"""Which lines on the wire belong to what: to a conversation, or to one message and all that became of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from improtocol.audience import Audience

from .records import audience_of
from .said import Said
from .wire import WireLine

_LINE = re.compile(
    r"(?P<tag>@\S+ )?(?P<sign>[*+] )?(?P<outcome>OK |ERR )?"
    r"(?P<verb>[A-Za-z-]+)(?P<rest>(?: [^: ][^ ]*)*)(?: :.*)?"
)
#: What is asked about a conversation by naming it first.
_ABOUT_TALK = frozenset(["SEND", "HISTORY", "READ"])


@dataclass(frozen=True, slots=True)
class Parts:
    """A line, taken to pieces as far as this needs it."""

    tag: str
    told: bool  #: by the server, unasked
    item: bool  #: one line of an answer
    outcome: str
    verb: str
    words: tuple[str, ...]
    keys: dict[str, str]


def parts_of(line: str) -> Parts | None:
    """Take a line to pieces; None, if it is none of ours."""
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    rest = found["rest"].split()
    keys = dict(word.split("=", 1) for word in rest if "=" in word)
    words = tuple(word for word in rest if "=" not in word)
    sign = (found["sign"] or "").strip()
    outcome = (found["outcome"] or "").strip()
    tag = (found["tag"] or "").strip()
    return Parts(tag, sign == "*", sign == "+", outcome, found["verb"].upper(), words, keys)


class About:
    """Sorts lines out as they come, in their order: answers belong to what was asked under their tag."""

    def __init__(self, me: str, talk: Audience | None = None, said: Said | None = None) -> None:
        self._me, self._talk, self._said = me, talk, said
        self._tags: set[str] = set()
        self._numbers: set[str] = set() if said is None or said.number is None else {str(said.number)}

    def lines(self, lines: Iterable[WireLine]) -> list[WireLine]:
        """Give those that belong here."""
        kept = list(lines)
        if self._said is not None and not self._numbers:
            self._learn(kept)
        return [line for line in kept if self._belongs(line)]

    def _learn(self, lines: list[WireLine]) -> None:
        """Find the number of what waited when it was pointed at."""
        for line in lines:
            parts = parts_of(line.line)
            if parts is not None and parts.outcome == "OK" and parts.keys.get("ref") == self._ref:
                self._numbers.update(parts.words[:1])

    @property
    def _ref(self) -> str | None:
        return None if self._said is None else self._said.ref

    def _belongs(self, line: WireLine) -> bool:
        parts = parts_of(line.line)
        if parts is None:
            return False
        if line.outgoing:
            mine = self._asks(parts)
            if mine and parts.tag:
                self._tags.add(parts.tag)
            return mine
        if parts.tag in self._tags and not parts.told:
            if parts.outcome:
                self._tags.discard(parts.tag)
                if parts.outcome == "OK" and parts.verb == "SEND":
                    self._numbers.update(parts.words[:1])
            return True
        return parts.told and self._tells(parts)

    def _asks(self, parts: Parts) -> bool:
        """Tell whether something asked is about it."""
        if self._said is not None:
            if parts.keys.get("ref") == self._ref and self._ref:
                return True
            return parts.verb in ("RECEIPTS", "WHY") and parts.words[:1] == tuple(self._numbers)
        return parts.verb in _ABOUT_TALK and bool(parts.words) and self._is_talk(parts.words[0], self._me)

    def _tells(self, parts: Parts) -> bool:
        """Tell whether something told is about it."""
        if parts.verb == "RECEIPT":
            return parts.keys.get("message", "") in self._numbers
        if parts.verb == "READ":
            return self._said is None and bool(parts.words) and self._is_talk(parts.words[0], self._me)
        if parts.verb != "MESSAGE" or len(parts.words) < 3:
            return False
        number, sender, audience = parts.words[:3]
        if self._said is not None:
            return number in self._numbers or bool(self._ref and parts.keys.get("ref") == self._ref)
        if self._is_talk(audience, sender):
            self._numbers.add(number)
            return True
        return False

    def _is_talk(self, written: str, sender: str) -> bool:
        try:
            return audience_of(written).conversation(sender, self._me) == self._talk
        except ValueError:
            return False
