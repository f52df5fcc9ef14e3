"""How far a message of one's own has come, as a sign and in words: waiting, sent, delivered, read."""

from __future__ import annotations

from dataclasses import dataclass

from imclient.core import wording
from imclient.core.conversations import Progress, Said
from imqt.colours import Token


@dataclass(frozen=True, slots=True)
class State:
    """What stands under a message of one's own."""

    sign: str  #: the name of an icon
    words: str
    token: Token = "dim"  #: the colour of the sign
    opens: bool = False  #: a click shows with whom it came how far
    counts: bool = False  #: there are several people to tell apart, so it is underlined


def state(said: Said, me: str) -> State:
    """Say how far a message has come."""
    note = said.to.names == (me,)
    whom = "" if note else " " + wording.told_to(said.to, me)
    if said.progress is Progress.WAITING:
        return State("waiting", f"waiting,{whom}" if whom else "waiting", "waiting")
    if said.progress is Progress.REFUSED:
        return State("refused", f"not sent: {said.refusal or 'it was refused.'}", "error")
    if note:
        return State("sent", "kept as a note")
    return _sent(said, whom)


def in_passing(said: Said, me: str) -> State | None:
    """Say shortly how far something came that one told everyone, once anybody has it."""
    receipt = said.receipt
    if not said.mine or receipt is None or not receipt.delivered:
        return None
    return state(said, me)


def _sent(said: Said, whom: str) -> State:
    receipt, opens = said.receipt, said.number is not None
    if receipt is None or not receipt.to:
        return State("sent", f"sent{whom}", opens=opens)
    waits = wording.waiting_for(receipt.offline)
    if not receipt.delivered:
        return State("sent", waits or f"sent{whom}", opens=opens)
    token: Token = "accent" if receipt.read else "dim"
    words = _counted(receipt.delivered, receipt.read, receipt.to, whom)
    return State("delivered", f"{words}, {waits}" if waits else words, token, opens, receipt.to > 1)


def _counted(delivered: int, read: int, to: int, whom: str) -> str:
    if read:
        return f"read by{whom.removeprefix(' to')}" if to == 1 else _share(read, to, "read", "read by")
    return f"delivered{whom}" if to == 1 else _share(delivered, to, "delivered", "delivered to")


def _share(count: int, to: int, some: str, all_of: str) -> str:
    """Say ``27 of 30 read``, ``read by all 30``, ``read by both``."""
    if count < to:
        return f"{count} of {to} {some}"
    return f"{all_of} both" if to == 2 else f"{all_of} all {to}"
