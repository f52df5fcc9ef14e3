"""What ``server.log`` notes, as an administrator is told it: read back, and said in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from improtocol.fields import unescape
from imqt.colours import Token

Facts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Note:
    """An event and its facts."""

    at: float  #: seconds since 1970
    event: str
    facts: Facts

    def number(self, fact: str) -> int | None:
        """Give a fact that is a number."""
        found = self.facts.get(fact, "")
        return int(found) if found.isdecimal() else None


def read(line: str) -> Note | None:
    """Read a line of the log; None: it is none."""
    moment, _, rest = line.partition(" ")
    event, *facts = rest.split(" ")
    try:
        at = datetime.fromisoformat(moment.replace("Z", "+00:00")).astimezone(UTC).timestamp()
    except ValueError:
        return None
    pairs = (fact.partition("=") for fact in facts)
    return Note(at, event, {key: unescape(value, value=True, lenient=True) for key, _, value in pairs})


def sentence(note: Note) -> str:
    """Say what happened."""
    say = _SENTENCES.get(note.event)
    return say(note.facts) if say is not None else _as_it_stands(note)


def token(note: Note) -> Token:
    """Give the colour of its sign: red for what went wrong, amber for what may be worth a look."""
    if note.event in _WRONG or (note.event == "went" and "error" in note.facts):
        return "error"
    return "waiting" if note.event in _ODD or is_drop(note) else "dim"


def is_drop(note: Note) -> bool:
    """Whether a client is gone that did not say good-bye."""
    return note.event in ("went", "logged-out") and note.facts.get("why") not in _IN_ORDER


_WRONG = frozenset(("broke", "disk-full", "ended", "lost", "certificate-kept"))
_ODD = frozenset(
    ("login-refused", "login-too-often", "register-too-often", "invite-refused", "suppressed", "slow-turn")
)
#: Why connections end that were ended as they should.
_IN_ORDER = frozenset(
    (
        *("left", "quit", "logged-out", "shutdown", "replaced", "closed"),
        *("disconnected", "password-changed", "suspended", "signed-out"),
    )
)
_WHY = {
    "dropped": "dropped out: the connection broke",
    "too-slow": "was cut off: it read too slowly",
    "shed": "was cut off: too much waited for all readers",
    "shutdown": "was told that the server stops",
    "replaced": "gave way to a newer session of its device",
}


def _leaving(facts: Facts) -> str:
    why = facts.get("why", "left")
    return _WHY.get(why, "left" if why in ("left", "quit", "logged-out") else f"left ({why})")


def _went(facts: Facts) -> str:
    return f"Connection {facts.get('session', '?')} {_leaving(facts)}"


def _acted(deed: str) -> Callable[[Facts], str]:
    return lambda facts: f"{facts.get('user', '?')} {deed} {facts.get('whom', '?')}"


def _logged_in(facts: Facts) -> str:
    device = f" on {facts['device']}" if "device" in facts else ""
    return f"{facts.get('user', '?')} logged in{device}"


def _granted(facts: Facts) -> str:
    return f"{facts.get('user')} gave {facts.get('whom')} the right {facts.get('right')}"


def _revoked(facts: Facts) -> str:
    return f"{facts.get('user')} took the right {facts.get('right')} from {facts.get('whom')}"


_SENTENCES: dict[str, Callable[[Facts], str]] = {
    "came": lambda facts: f"Connection {facts.get('session', '?')} came from {facts.get('where', '?')}",
    "went": _went,
    "registered": lambda facts: f"{facts.get('user', '?')} registered",
    "logged-in": _logged_in,
    "logged-out": lambda facts: f"{facts.get('user', '?')} {_leaving(facts)}",
    "login-refused": lambda facts: f"A wrong name or password on connection {facts.get('session', '?')}",
    "renamed": lambda facts: f"{facts.get('user', '?')} is called {facts.get('name', '?')} from now on",
    "closed": lambda facts: f"{facts.get('user', '?')} closed the account",
    "password-changed": lambda facts: f"{facts.get('user', '?')} has another password",
    "invited": lambda facts: f"{facts.get('user', '?')} made an invite",
    "slow-turn": lambda facts: (
        f"A turn of the server took {facts.get('took', '?')} ms, most of it to {facts.get('step', '?')}"
    ),
    "reset": _acted("gave another password to"),
    "suspended": _acted("suspended"),
    "restored": _acted("let in again"),
    "disconnected": _acted("ended the sessions of"),
    "granted": _granted,
    "revoked": _revoked,
}


def _as_it_stands(note: Note) -> str:
    facts = " ".join(f"{key}={value}" for key, value in note.facts.items())
    return f"{note.event} {facts}".rstrip()
