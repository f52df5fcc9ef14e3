"""How an event is written as one line: for people, or as JSON; both can be read back without doubt.

Whatever a fact holds, it ends no line, looks like no other fact, moves no terminal and turns no writing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

from improtocol.fields import escape, write_moment

#: Writes a moment (milliseconds since 1970), an event and its facts.
Write = Callable[[int, str, Mapping[str, object]], str]
#: What needs no second look.
_harmless = re.compile(r"[!-\[\]-~]*").fullmatch


def plain(at: int, event: str, facts: Mapping[str, object]) -> str:
    """Write ``moment event key=value ...``, with the escapes of the language."""
    written = [f"{key}={shown(str(fact))}" for key, fact in facts.items() if fact is not None]
    return " ".join([write_moment(at), event, *written]) + "\n"


def as_json(at: int, event: str, facts: Mapping[str, object]) -> str:
    """Write a flat JSON object, all ASCII; what is a number stays one."""
    known = {
        key: fact if type(fact) in (int, str) else str(fact)
        for key, fact in facts.items()
        if fact is not None
    }
    return json.dumps({"at": write_moment(at), "event": event, **known}, separators=(",", ":")) + "\n"


def shown(fact: str) -> str:
    """Write a fact as a value of the language; what cannot be printed as its number."""
    if _harmless(fact):
        return fact
    written = escape(fact, value=True)
    return written if written.isprintable() else "".join(map(_sign, written))


def _sign(sign: str) -> str:
    if sign.isprintable():
        return sign
    return f"\\u{ord(sign):04x}" if sign <= "\uffff" else f"\\U{ord(sign):08x}"
