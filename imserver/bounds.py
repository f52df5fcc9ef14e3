"""Every limit that the server keeps and the language does not name: value, unit and reason, declared once.

An operator moves one with ``--limit NAME=VALUE`` and lifts one with ``--limit NAME=none``; ``--limits``
shows them all.  A lifted one is infinite, so nobody need ask whether there is one.  What the language
names is in `improtocol.limits` and cannot be moved, since clients rely on it.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, fields, replace
from typing import Any

KIB, MIB = 1024, 1024 * 1024
SWITCH = "on or off"
NONE = "none"
ALL = "all=none"


class BadBound(ValueError):
    """There is no such limit, or it cannot have this value; ``str`` gives the sentence."""


def _bound(value: float, unit: str, reason: str, *, lifted: float = math.inf) -> Any:
    """Declare a limit; ``lifted`` is the value that stands for none."""
    return field(default=value, metadata={"unit": unit, "reason": reason, "lifted": lifted})


def _switch(reason: str) -> Any:
    """Declare what is on or off."""
    return field(default=False, metadata={"unit": SWITCH, "reason": reason, "lifted": False})


@dataclass(frozen=True)
class Bounds:
    """How much of everything one server gives, takes and waits for."""

    # What one connection may ask (language, R14: past this it is read more slowly, never refused).
    burst: float = _bound(20, "commands", "a program that comes in asks for all it shows at once")
    rate: float = _bound(5, "commands/s", "after a burst: faster than anybody types")
    free_rate: float = _bound(20, "lines/s", "ACK, READ, PING, PONG, QUIT, and what administrators look at")
    under_way: float = _bound(
        256, "commands", "begun and not answered yet: a disk that stands still fills no memory"
    )

    # Strangers: those who have not logged in.
    stranger_seconds: float = _bound(
        120, "s", "to log in: a person types; begun again by a REGISTER that is done"
    )
    crowded_seconds: float = _bound(10, "s", "to log in while there is a crowd: a program needs one")
    handshake_seconds: float = _bound(
        10, "s", "for a TLS handshake: programs make it, and a bad link needs some"
    )
    handshake_bytes: float = _bound(4 * KIB, "bytes", "of one that is not done; those of today have 2 KiB")
    crowd: float = _bound(
        500, "strangers", "more are a crowd: a newcomer may cost one of them, drawn at random, the place"
    )
    strangers: float = _bound(1000, "strangers", "16 KiB each; for one more, one goes")
    encrypted_strangers: float = _bound(
        350, "strangers", "of those, with hands shaken: TLS holds 36 KiB for a silent one, 60 at worst"
    )
    handshakes: float = _bound(
        150, "handshakes", "of TLS under way at once, 55 KiB each; who comes then waits unread"
    )
    strangers_per_source: float = _bound(8, "strangers", "from one source; ergo has 16, ngIRCd 5")
    stranger_lines: float = _bound(64, "lines", "of one stranger: HELP, a few slips, REGISTER, LOGIN")
    stranger_bytes: float = _bound(8 * KIB, "bytes", "from one stranger, unfinished lines and all")
    stranger_queue: float = _bound(
        8 * KIB, "bytes", "that wait for one stranger to read them; HELP is under 3 KiB"
    )
    arrivals_per_source: float = _bound(
        32, "connections", "new from one source in 10 minutes; free for a source with a good login, as ergo"
    )

    # Guessing.
    guess_penalty: float = _bound(
        5, "s", "more for a source with each failed login; forgotten after guess-cap without one", lifted=0
    )
    guess_allowance: float = _bound(
        15, "s", "of penalty from which on a source is kept waiting: two slips are free"
    )
    guess_cap: float = _bound(600, "s", "a source is kept waiting at most")
    guess_delay: float = _bound(
        66,
        "s",
        "between guesses at one name, reached by doubling from 1: 60 guesses in the first hour",
        lifted=0,
    )
    known_delay: float = _bound(
        4, "s", "between guesses from where the account came in before: its owner is in within 5 s", lifted=0
    )
    known_guesses: float = _bound(
        5, "failed logins", "in a row until a known place is a place like any other"
    )
    guesses_waiting: float = _bound(
        96, "logins", "and registrations of the unknown that wait for a hash; the known have the rest"
    )
    hashes_waiting: float = _bound(
        128, "hashes", "two seconds' worth on two cores; more are asked to come again"
    )
    registrations_per_source: float = _bound(30, "accounts", "from one source in 10 minutes, as ergo")
    registrations: float = _bound(300, "accounts", "from all sources together in 10 minutes")

    # What is counted by source.
    loopback_sources: bool = _switch("whether this machine's own addresses are counted like any other source")
    remembered: float = _bound(
        65536, "entries", "of each table of sources or names; the oldest is forgotten first"
    )

    # What waits for those who are away.
    mailbox: float = _bound(
        10_000,
        "messages",
        "said by one to another by name and not held yet; what is said to everyone is not counted",
    )

    # Overload.
    writes_waiting: float = _bound(
        5000, "commands", "that wait for the writer: a third of a second's work; more are told busy at once"
    )
    queue_soft: float = _bound(
        256 * KIB,
        "bytes",
        "that wait for one reader beyond what its socket takes; then it is told no more until it has read",
    )
    queue_hard: float = _bound(
        1 * MIB, "bytes", "that wait for one reader; one with more is cut and reads on after its next login"
    )
    queues: float = _bound(
        256 * MIB, "bytes", "that wait for all readers together; with more, the one with most is cut"
    )

    silence: float = _bound(
        90,
        "s",
        "until a peer that is gone without a word is seen to be gone (the kernel asks after two thirds)",
    )
    log_lines: float = _bound(
        500, "lines/s", "of server.log that anybody can cause; of more only the number is written"
    )
    log_size: float = _bound(
        64 * MIB, "bytes", "of server.log; then it is server.log.1 and a new one begins; eight are kept"
    )

    def become(self, others: Bounds) -> None:
        """Take the values of others: for the one object that all parts of a running server look at."""
        for each in fields(self):
            object.__setattr__(self, each.name, getattr(others, each.name))


@dataclass(frozen=True)
class Bound:
    """One limit as it stands."""

    name: str
    value: float
    unit: str
    reason: str
    lifted: float

    @property
    def written(self) -> str:
        """Write the value as an operator may type it."""
        if self.unit == SWITCH:
            return "on" if self.value else "off"
        return NONE if self.value == self.lifted else f"{self.value:.0f}"


def listed(bounds: Bounds) -> list[Bound]:
    """Give all limits in the order of their declaration."""
    return [Bound(f.name.replace("_", "-"), getattr(bounds, f.name), **f.metadata) for f in fields(bounds)]


def changed(bounds: Bounds, described: str) -> Bounds:
    """Move one limit, said as ``NAME=VALUE``, or lift them all: ``all=none``; raises `BadBound`."""
    if described == ALL:
        return UNBOUNDED
    name, _, value = described.partition("=")
    known = {bound.name: bound for bound in listed(bounds)}
    if name not in known:
        raise BadBound(f"--limit knows no {name or 'limit without a name'}; --limits lists those there are.")
    moved: dict[str, Any] = {name.replace("-", "_"): _read(known[name], value)}
    return replace(bounds, **moved)


def _read(bound: Bound, value: str) -> float:
    if value == NONE:
        return bound.lifted
    if bound.unit == SWITCH and value in ("on", "off"):
        return value == "on"
    if bound.unit != SWITCH and re.fullmatch("[1-9][0-9]{0,14}", value):
        return int(value)
    may = SWITCH if bound.unit == SWITCH else f"a whole number of {bound.unit} from 1 on, or {NONE}"
    raise BadBound(f"--limit {bound.name}= takes {may}, not {value or 'nothing'}.")


def table(bounds: Bounds) -> str:
    """Say all limits, each in a line whose beginning can be typed behind ``--limit``, with its reason."""
    rows = [(f"{bound.name}={bound.written}", bound.unit, bound.reason) for bound in listed(bounds)]
    widths = [max(len(row[at]) for row in rows) for at in (0, 1)]
    return "\n".join(f"{said:{widths[0]}}  {unit:{widths[1]}}  {reason}" for said, unit, reason in rows)


#: The limits as they stand, unless an operator moves them.
BOUNDS = Bounds()
#: No limit at all.
UNBOUNDED = Bounds(**{f.name: f.metadata["lifted"] for f in fields(Bounds)})
_SPACE = (
    "under_way",
    "stranger_queue",
    "hashes_waiting",
    "remembered",
    "writes_waiting",
    "queue_soft",
    "queue_hard",
    "queues",
)
#: What is kept is bounded as ever, but nobody is too fast or too many: to test, or measure, something else.
UNHURRIED = replace(UNBOUNDED, **{name: getattr(BOUNDS, name) for name in _SPACE})
