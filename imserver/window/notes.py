"""What ``server.log`` notes, as an administrator is told it: read back, and said in a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from improtocol.fields import unescape
from imqt.colours import Token

from . import sentences
from .sentences import Facts


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
    return sentences.sentence(note.event, note.facts)


def token(note: Note) -> Token:
    """Give the colour of its sign: red for what went wrong, amber for what may be worth a look."""
    if note.event in _WRONG or (note.event == "went" and "error" in note.facts):
        return "error"
    return "waiting" if note.event in _ODD or is_drop(note) else "dim"


def is_drop(note: Note) -> bool:
    """Whether a client is gone that did not say good-bye."""
    return note.event in ("went", "logged-out") and note.facts.get("why") not in _IN_ORDER


_WRONG = frozenset(
    (
        *("broke", "database-failed", "disk-full", "ended", "lost", "certificate-kept"),
        *("not-backed-up", "backup-failed", "reload-refused", "new-epoch"),
    )
)
_ODD = frozenset(
    (
        *("login-refused", "login-suspended", "login-too-often", "register-too-often", "confirm-refused"),
        *("invite-refused", "suppressed", "slow-turn", "stopping"),
    )
)
#: Why connections end that were ended as they should.
_IN_ORDER = frozenset(
    (
        *("left", "quit", "logged-out", "shutdown", "replaced", "closed"),
        *("disconnected", "password-changed", "suspended", "signed-out"),
    )
)
