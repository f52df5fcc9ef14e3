"""Everything that ``server.log`` can say: each event and each fact, declared once.

A test holds every call in the server against it, and docs/server-log.md is printed from here:
``python -m imserver.log_vocabulary --write docs/server-log.md``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

#: Of what breaks, this part of the limit may be written, whatever else there is: its lines are long.
FAULTS_SHARE = 10


class Cause(Enum):
    """Who can make an event happen; the value says how many of its lines are written."""

    ANYBODY = "at most `log-lines` a second"  #: also who has proved nothing
    FAULT = "at most a tenth of that"  #: something broke, perhaps because somebody made it
    INSIDE = "always"  #: whoever proved a secret, the server, its operator: never suppressed


@dataclass(frozen=True)
class Event:
    """Something that can happen."""

    word: str
    cause: Cause
    facts: tuple[str, ...]
    meaning: str


def _event(word: str, cause: Cause, facts: str, meaning: str) -> Event:
    return Event(word, cause, tuple(facts.split()), meaning)


_DECLARED = (
    # Those at the door.
    _event("came", Cause.ANYBODY, "session where", "somebody connected"),
    _event("went", Cause.ANYBODY, "session why error", "the connection is gone"),
    _event(
        "login-refused",
        Cause.ANYBODY,
        "session user",
        "a wrong name or password; the name if it is somebody's",
    ),
    _event("login-suspended", Cause.ANYBODY, "session user", "the right secret of somebody who is suspended"),
    _event("login-too-often", Cause.ANYBODY, "session user", "a guess that came too early"),
    _event("register-too-often", Cause.ANYBODY, "session", "one account too many was asked for"),
    _event("invite-refused", Cause.ANYBODY, "session", "an invite that is not good was shown"),
    # Those inside.
    _event("registered", Cause.INSIDE, "session user", "a name was taken"),
    _event("logged-in", Cause.INSIDE, "session user device", "somebody proved a name"),
    _event(
        "told-more",
        Cause.INSIDE,
        "session user since",
        "a client was told more than the log of messages holds",
    ),
    _event("logged-out", Cause.INSIDE, "session user why", "the session speaks for nobody any more"),
    _event("confirm-refused", Cause.ANYBODY, "session user", "who is in said a wrong password again"),
    _event("password-changed", Cause.INSIDE, "session user", "an account has another password"),
    _event("renamed", Cause.INSIDE, "session user name", "an account has another name"),
    _event("closed", Cause.INSIDE, "session user", "an account was closed"),
    _event(
        "sent",
        Cause.INSIDE,
        "session user to number bytes announce text",
        "a message is on disk; its text stands here only with --log-texts",
    ),
    # What administrators do: ``user`` does it to ``whom``.
    _event("invited", Cause.INSIDE, "session user invite count days administrator", "an invite was made"),
    _event("uninvited", Cause.INSIDE, "session user invite", "an invite was taken back"),
    _event("reset", Cause.INSIDE, "session user whom", "somebody was given another password"),
    _event("suspended", Cause.INSIDE, "session user whom", "somebody is let in no more"),
    _event("restored", Cause.INSIDE, "session user whom", "somebody is let in again"),
    _event("granted", Cause.INSIDE, "session user whom right", "somebody was given a right"),
    _event("revoked", Cause.INSIDE, "session user whom right", "a right was taken away"),
    _event("disconnected", Cause.INSIDE, "session user whom device sessions", "sessions were ended"),
    _event("backed-up", Cause.INSIDE, "session user file bytes", "all of the server is in a file"),
    _event("not-backed-up", Cause.INSIDE, "session user why", "there is no backup, and no part of one"),
    _event("stopping", Cause.INSIDE, "session user back", "the server was told to stop"),
    # The server.
    _event(
        "backup-failed", Cause.INSIDE, "error", "why there is no backup, as the program said that makes it"
    ),
    _event("started", Cause.INSIDE, "version entries", "it is ready"),
    _event("stopped", Cause.INSIDE, "", "it has ended in order"),
    _event(
        "certificate",
        Cause.INSIDE,
        "fingerprint until",
        "other machines are shown this certificate from now on",
    ),
    _event(
        "certificate-kept",
        Cause.INSIDE,
        "file error",
        "a new certificate cannot be used, so the one before stays",
    ),
    _event("reloaded", Cause.INSIDE, "changed", "the configuration was read again; what holds at once"),
    _event(
        "needs-start", Cause.INSIDE, "option", "this option was changed, and holds from the next start on"
    ),
    _event("reload-refused", Cause.INSIDE, "error", "the configuration cannot be used; all stays as it was"),
    _event(
        "new-epoch", Cause.INSIDE, "now before", "the database is behind what was told: everybody reads anew"
    ),
    _event("ended", Cause.INSIDE, "why error", "it ended at once, to be started again"),
    _event(
        "broke",
        Cause.FAULT,
        "incident session verb where error trace",
        "a fault of ours or of the machine's; who met it was told the number of the incident",
    ),
    _event(
        "database-failed",
        Cause.FAULT,
        "session verb error",
        "the database did not do what a command needed; nothing has changed, and it may be said again",
    ),
    _event("disk-full", Cause.FAULT, "session verb", "there was no room for what a command would keep"),
    _event(
        "let-go", Cause.INSIDE, "messages upto", "so many messages, up to this number, were kept long enough"
    ),
    _event(
        "slow-turn",
        Cause.FAULT,
        "took lines step longest verb session",
        "for more than a tenth of a second nobody else was heard; the longest step of that is named",
    ),
    _event("suppressed", Cause.INSIDE, "lines", "so many lines of the second before were not written"),
    _event("lost", Cause.INSIDE, "lines", "so many lines before this one found no room on the disk"),
)
EVENTS = {event.word: event for event in _DECLARED}

FACTS = {
    "session": "the number of the connection, counted from the start of the server",
    "where": "the address and port it comes from; for `broke`: the part of the program",
    "user": "an account's name; what is nobody's name is not shown, since it may be a password",
    "whom": "the account that it is done to",
    "name": "the name it has from now on",
    "device": "the device's word, if it has one",
    "to": "the audience: names, or `*` for everyone",
    "number": "the message's number in the log of messages",
    "bytes": "how long its text, or the file, is",
    "announce": "`yes`: an administrator announced it",
    "text": "the text",
    "why": "the reason: `left`, `dropped`, or that of the `* BYE` that was said",
    "invite": "the invite's number; its code stands nowhere",
    "count": "how many can use it",
    "days": "how long it is good",
    "administrator": "`yes`: whoever uses it becomes one",
    "right": "`administrator` or `everyone`",
    "sessions": "how many",
    "error": "what the system said",
    "incident": "the number under which somebody was told of it",
    "verb": "the command it happened in",
    "trace": "where in the program it happened",
    "lines": "how many lines; for `slow-turn`: those that were begun",
    "took": "milliseconds",
    "step": "what was done: `begin` or `answer` a command, `tell` what was committed, `write`, `other`",
    "longest": "milliseconds of the longest step",
    "since": "the number it says it was told",
    "now": "the epoch from now on",
    "before": "the epoch before",
    "fingerprint": "its SHA-256 fingerprint",
    "changed": "the options that are others now, parted by commas",
    "option": "its name",
    "until": "the moment it ends",
    "back": "the seconds after which everybody was told to come back",
    "file": "the file it is in, or was to come from",
    "messages": "how many messages",
    "upto": "the last number it is about",
    "version": "of imserver",
    "entries": "the number of the last entry of the log of messages",
}


def table() -> str:
    """Write both tables for docs/server-log.md."""
    events = (
        (f"`{e.word}`", ", ".join(f"`{fact}`" for fact in e.facts), e.meaning, e.cause.value)
        for e in EVENTS.values()
    )
    facts = ((f"`{fact}`", meaning) for fact, meaning in FACTS.items())
    return "\n\n".join(
        (
            _rows(("Event", "Facts", "What happened", "Written"), events),
            _rows(("Fact", "What it is"), facts),
        )
    )


def _rows(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = (heads, ("---",) * len(heads), *rows)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


#: The tables stand in the document between these.
BEGIN, END = "<!-- printed by imserver.log_vocabulary -->", "<!-- end of what is printed -->"


def printed(document: str) -> str:
    """Give the document with the tables as they are now."""
    before, _, rest = document.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    path = Path(sys.argv[2])
    path.write_text(printed(path.read_text(encoding="utf-8")), encoding="utf-8")
