"""The whole configuration of a server, written as the file that says it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from twisted.python.usage import UsageError

from ..bounds import BOUNDS, SWITCH, Bound, listed
from ..cannot_start import CannotStart
from ..listening import HERE
from ..options import Options
from .saying import NotDone

#: What stands in the place of a value that an option has not.
EXAMPLES = {
    "data": "/var/lib/imserver",
    "database": "postgresql+psycopg://imserver@localhost/imserver",
    "backups": "/var/backups/imserver",
    "everyone": ["ana", "bea"],
    "keep": 365,
    "metrics": "tcp:9100:interface=127.0.0.1",
    "register": "invite",
    "certificate": "/etc/ssl/imserver.pem",
    "key": "/etc/ssl/imserver.key",
    "address": "chat.example.org",
}


@dataclass(frozen=True)
class Option:
    """An option as it stands."""

    name: str
    value: Any  #: as the file says it; None: it is not said
    usual: Any
    reason: str

    @property
    def is_usual(self) -> bool:
        """Whether nobody has said it."""
        return bool(self.value == self.usual)


@dataclass(frozen=True)
class Whole:
    """All options, and all limits."""

    options: list[Option]
    limits: list[Bound]

    @property
    def facts(self) -> dict[str, Any]:
        """Give it for programs."""
        return {
            **{one.name: one.value for one in self.options},
            "limit": {bound.name: _limit(bound) for bound in self.limits},
        }


def options_of(data: str | None, file: str | None) -> Whole:
    """Read what a server would; raises `NotDone` with all that is wrong."""
    words = [*([f"--data={data}"] if data else []), *([f"--config={file}"] if file else [])]
    options = Options()
    try:
        options.parseOptions(words)
    except (CannotStart, UsageError) as wrong:
        raise NotDone(str(wrong).removeprefix("imserver: "), code="bad-configuration") from None
    made = [Option("listen", options["listen"], [HERE], "listen here: Twisted's endpoints, any number")]
    for name, usual, reason in _parameters():
        if name != "config":
            made.append(Option(name, _as_in_a_file(name, options[name]), usual, reason))
    for flag, _, does in Options.optFlags:
        made.append(Option(str(flag), bool(options[str(flag)]), False, str(does)))
    return Whole(made, listed(options["bounds"]))


def _parameters() -> Iterator[tuple[str, Any, str]]:
    for name, _, usual, reason in Options.optParameters:
        yield str(name), usual, str(reason)


def _as_in_a_file(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name == "keep":
        return int(value)
    return value.split(",") if name == "everyone" else value


def whole(of: Whole) -> str:
    """Write the file."""
    return "\n".join(_lines(of))


def _lines(of: Whole) -> Iterator[str]:
    for one in of.options:
        value = EXAMPLES.get(one.name) if one.value is None else one.value
        yield f"# {one.reason}"
        yield f"{'# ' if one.is_usual else ''}{one.name} = {_toml(value)}"
        yield ""
    yield "[limit]"
    for bound, usual in zip(of.limits, listed(BOUNDS), strict=True):
        yield f"# {bound.unit}: {bound.reason}"
        yield f"{'# ' if bound == usual else ''}{bound.name} = {_toml(_limit(bound))}"


def _limit(bound: Bound) -> Any:
    if bound.unit == SWITCH:
        return bool(bound.value)
    return int(bound.written) if bound.written.isdecimal() else bound.written


def _toml(value: Any) -> str:
    # JSON's strings, numbers, lists and truth values are TOML's.
    return json.dumps(value, ensure_ascii=False)
