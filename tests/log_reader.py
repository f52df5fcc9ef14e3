"""Reads lines of server.log as docs/server-log.md says; it shares nothing with what writes them."""

from __future__ import annotations

import json
import re

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_SHORT = {"\\\\": "\\", r"\n": "\n", r"\t": "\t", r"\s": " "}


def read_fact(written: str) -> str:
    r"""Read a fact as it was: the escapes of a value, and \u and \U for what cannot be printed."""

    def meant(escape: re.Match[str]) -> str:
        return _SHORT[escape[0]] if escape[0] in _SHORT else chr(int(escape[0][2:], 16))

    return re.sub(r"\\u[0-9a-f]{4}|\\U[0-9a-f]{8}|\\[\\nts]", meant, written)


def read_line(line: str) -> tuple[str, dict[str, str]]:
    """Read a line: the event and its facts; raises ``AssertionError`` if it is none."""
    moment, event, *facts = line.split(" ")
    assert MOMENT.fullmatch(moment), line
    read: dict[str, str] = {}
    for key, equals, written in (fact.partition("=") for fact in facts):
        assert equals and re.fullmatch("[a-z]+", key) and key not in read, line
        read[key] = read_fact(written)
    return event, read


def read_json_line(line: str) -> tuple[str, dict[str, str]]:
    """Read a line that was written with --log-json."""
    facts = json.loads(line)
    assert MOMENT.fullmatch(facts.pop("at")), line
    return facts.pop("event"), {key: str(fact) for key, fact in facts.items()}
