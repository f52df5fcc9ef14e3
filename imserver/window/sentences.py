"""What ``server.log`` notes, said to an administrator in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from imtongue import phrase, tr, trn

Facts = Mapping[str, str]


def sentence(event: str, facts: Facts) -> str:
    """Say what happened; what nobody here knows, as it stands."""
    say = SENTENCES.get(event)
    if say is not None:
        return say(facts)
    return " ".join([event, *(f"{key}={value}" for key, value in facts.items())])


def _fact(facts: Facts, fact: str) -> str:
    return facts.get(fact, "?")


def _said(words: str, *needed: str) -> Callable[[Facts], str]:
    """Say it with these facts."""
    return lambda facts: tr(words, **{one: _fact(facts, one) for one in needed})


#: Why a connection is gone, and why a session speaks for nobody any more.
_WENT = {
    "left": phrase("Connection {who} left"),
    "dropped": phrase("Connection {who} dropped out: the connection broke"),
    "too-slow": phrase("Connection {who} was cut off: it read too slowly"),
    "shed": phrase("Connection {who} was cut off: too much waited for all readers"),
    "shutdown": phrase("Connection {who} was told that the server stops"),
    "replaced": phrase("Connection {who} gave way to a newer session of its device"),
    "suspended": phrase("Connection {who} was ended: suspended"),
    "disconnected": phrase("Connection {who} was ended by an administrator"),
    "password-changed": phrase("Connection {who} was ended: the password was changed"),
    "signed-out": phrase("Connection {who} was ended: the device was signed out"),
    "closed": phrase("Connection {who} was ended: the account is closed"),
    "": phrase("Connection {who} is gone ({why})"),
}
_LEFT = {
    "left": phrase("{who} left"),
    "dropped": phrase("{who} dropped out: the connection broke"),
    "too-slow": phrase("{who} was cut off: read too slowly"),
    "shed": phrase("{who} was cut off: too much waited for all readers"),
    "shutdown": phrase("{who} was told that the server stops"),
    "replaced": phrase("{who} came in again on the same device"),
    "suspended": phrase("{who} had to leave: suspended"),
    "disconnected": phrase("{who} was disconnected by an administrator"),
    "password-changed": phrase("{who} had to leave: the password was changed"),
    "signed-out": phrase("{who} had to leave: the device was signed out"),
    "closed": phrase("{who} had to leave: the account is closed"),
    "": phrase("{who} is gone ({why})"),
}


def _leaving(sentences: Mapping[str, str], who: str) -> Callable[[Facts], str]:
    def say(facts: Facts) -> str:
        why = facts.get("why", "left")
        plain = "left" if why in ("quit", "logged-out") else why
        words = sentences.get(plain) or sentences[""]
        parts = {"why": why} if words is sentences[""] else {}
        return tr(words, who=_fact(facts, who), **parts)

    return say


def _logged_in(facts: Facts) -> str:
    user = _fact(facts, "user")
    if "device" in facts:
        return tr("{user} logged in on {device}", user=user, device=facts["device"])
    return tr("{user} logged in", user=user)


def _right(administrator: str, other: str) -> Callable[[Facts], str]:
    """Say whose right to do what changed."""

    def say(facts: Facts) -> str:
        parts = {one: _fact(facts, one) for one in ("user", "whom")}
        right = _fact(facts, "right")
        return tr(administrator, **parts) if right == "administrator" else tr(other, **parts, right=right)

    return say


def _number(facts: Facts, fact: str) -> int:
    found = facts.get(fact, "")
    return int(found) if found.isdecimal() else 0


SENTENCES: dict[str, Callable[[Facts], str]] = {
    "came": _said(phrase("Connection {session} came from {where}"), "session", "where"),
    "went": _leaving(_WENT, "session"),
    "registered": _said(phrase("{user} registered"), "user"),
    "logged-in": _logged_in,
    "logged-out": _leaving(_LEFT, "user"),
    "login-refused": _said(phrase("A wrong name or password on connection {session}"), "session"),
    "login-suspended": _said(phrase("{user} wanted in, and is suspended"), "user"),
    "login-too-often": _said(phrase("A password was tried too soon on connection {session}"), "session"),
    "register-too-often": _said(
        phrase("One account too many was asked for on connection {session}"), "session"
    ),
    "invite-refused": _said(phrase("Connection {session} came with an invite that is not good"), "session"),
    "confirm-refused": _said(phrase("{user} said a wrong password when asked again"), "user"),
    "told-more": _said(phrase("{user} was told more than the log holds: {since}"), "user", "since"),
    "renamed": _said(phrase("{user} is called {name} from now on"), "user", "name"),
    "closed": _said(phrase("{user} closed the account"), "user"),
    "password-changed": _said(phrase("{user} has another password"), "user"),
    "invited": _said(phrase("{user} made an invite"), "user"),
    "uninvited": _said(phrase("{user} took invite {invite} back"), "user", "invite"),
    "reset": _said(phrase("{user} gave {whom} another password"), "user", "whom"),
    "suspended": _said(phrase("{user} suspended {whom}"), "user", "whom"),
    "restored": _said(phrase("{user} let {whom} in again"), "user", "whom"),
    "disconnected": _said(phrase("{user} ended the sessions of {whom}"), "user", "whom"),
    "granted": _right(
        phrase("{user} made {whom} an administrator"), phrase("{user} gave {whom} the right {right}")
    ),
    "revoked": _right(
        phrase("{user} took the administrator's right from {whom}"),
        phrase("{user} took the right {right} from {whom}"),
    ),
    "backed-up": _said(phrase("{user} has backed up to {file}"), "user", "file"),
    "not-backed-up": _said(phrase("There is no backup ({why})"), "why"),
    "backup-failed": _said(phrase("The backup failed: {error}"), "error"),
    "stopping": _said(phrase("{user} stops the server"), "user"),
    "started": _said(phrase("The server is ready")),
    "stopped": _said(phrase("The server has stopped")),
    "certificate": _said(phrase("Other machines are shown another certificate, until {until}"), "until"),
    "certificate-kept": _said(phrase("The new certificate cannot be used: {error}"), "error"),
    "reloaded": _said(phrase("The configuration was read again: {changed}"), "changed"),
    "needs-start": _said(phrase("{option} was changed; it holds from the next start on"), "option"),
    "reload-refused": _said(phrase("The configuration cannot be used: {error}"), "error"),
    "new-epoch": _said(phrase("The database is older than what was told: everybody reads anew")),
    "ended": _said(phrase("The server ended at once ({why})"), "why"),
    "broke": _said(
        phrase("Something broke in the server; server.log says more under {incident}"), "incident"
    ),
    "database-failed": _said(phrase("The database failed, and {verb} was refused: {error}"), "verb", "error"),
    "disk-full": _said(phrase("The disk is full: {verb} was refused"), "verb"),
    "let-go": lambda facts: trn(
        "{count} old message was let go", "{count} old messages were let go", _number(facts, "messages")
    ),
    "slow-turn": _said(phrase("A turn of the server took {took} ms, most of it to {step}"), "took", "step"),
    "suppressed": lambda facts: trn(
        "{count} line was not written to server.log: too many at once",
        "{count} lines were not written to server.log: too many at once",
        _number(facts, "lines"),
    ),
    "lost": lambda facts: trn(
        "{count} line of server.log found no room on the disk",
        "{count} lines of server.log found no room on the disk",
        _number(facts, "lines"),
    ),
}
