"""How far a message of one's own has come, as a sign and in words: waiting, sent, delivered, read."""

from __future__ import annotations

from dataclasses import dataclass

from imclient.core import wording
from imclient.core.conversations import Progress, Said
from imclient.core.records import Receipt
from imqt.colours import Token
from imtongue import number, tr


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
    whom = "" if note else wording.told_to(said.to, me)
    if said.progress is Progress.WAITING:
        return State("waiting", tr("waiting, {whom}", whom=whom) if whom else tr("waiting"), "waiting")
    if said.progress is Progress.REFUSED:
        return State("refused", wording.not_sent(said), "error")
    if note:
        return State("sent", tr("kept as a note"))
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
        return State("sent", tr("sent {whom}", whom=whom), opens=opens)
    waits = wording.waiting_for(receipt.offline)
    if not receipt.delivered:
        return State("sent", waits or tr("sent {whom}", whom=whom), opens=opens)
    token: Token = "accent" if receipt.read else "dim"
    words = _read(receipt, said) if receipt.read else _delivered(receipt, whom)
    return State("delivered", f"{words}, {waits}" if waits else words, token, opens, receipt.to > 1)


def _read(receipt: Receipt, said: Said) -> str:
    """Say ``27 of 30 read``, ``read by all 30``, ``read by both``."""
    if receipt.to == 1:
        names = tr("everyone") if said.to.everyone else wording.commas(said.to.names)
        return tr("read by {names}", names=names)
    if receipt.read < receipt.to:
        return tr("{count} of {all} read", count=number(receipt.read), all=number(receipt.to))
    return tr("read by both") if receipt.to == 2 else tr("read by all {all}", all=number(receipt.to))


def _delivered(receipt: Receipt, whom: str) -> str:
    """Say ``27 of 30 delivered``, ``delivered to all 30``, ``delivered to both``."""
    if receipt.to == 1:
        return tr("delivered {whom}", whom=whom)
    if receipt.delivered < receipt.to:
        return tr("{count} of {all} delivered", count=number(receipt.delivered), all=number(receipt.to))
    return (
        tr("delivered to both") if receipt.to == 2 else tr("delivered to all {all}", all=number(receipt.to))
    )
