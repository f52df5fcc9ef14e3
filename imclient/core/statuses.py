"""How a program that ends says by a number what came of it: one table for the terminal and for imsend."""

from __future__ import annotations

import enum

from improtocol.errors import Refusal

from .reaching import LinkLost, NobodyListens, NoSuchHost, NotAnImserver, Unreachable
from .trust import NotKnown


class Status(enum.IntEnum):
    """An exit status."""

    meaning: str

    def __new__(cls, number: int, meaning: str) -> Status:
        """Make one that knows what it means."""
        made = int.__new__(cls, number)
        made._value_ = number
        made.meaning = meaning
        return made

    DONE = 0, "it is true"
    FAILED = 1, "something else went wrong; the sentence says what"
    USAGE = 2, "the command line was wrong"
    NO_HOST = 3, "there is no computer of that name"
    NOBODY_LISTENS = 4, "that computer answers, but nobody listens at that port"
    NO_IMSERVER = 5, "somebody listens there who is no imserver"
    NOT_REACHED = 6, "not reached: no answer in time, or no way there"
    LOST = 7, "the connection was lost"
    REFUSED = 8, "the server refused it; the sentence says why"
    NOT_IN_TIME = 9, "it is stored, but it was not delivered or read in time"
    NOT_KNOWN = 10, "it is not sure which server answers there, so nothing was said to it"


def status_of(wrong: BaseException) -> Status:
    """Say by which number a program ends that failed so."""
    kinds: tuple[tuple[type[BaseException], Status], ...] = (
        (NoSuchHost, Status.NO_HOST),
        (NobodyListens, Status.NOBODY_LISTENS),
        (NotAnImserver, Status.NO_IMSERVER),
        (LinkLost, Status.LOST),
        (NotKnown, Status.NOT_KNOWN),
        (Unreachable, Status.NOT_REACHED),
        (Refusal, Status.REFUSED),
    )
    return next((status for kind, status in kinds if isinstance(wrong, kind)), Status.FAILED)


def table() -> str:
    """List them for a help text."""
    return "\n".join(f"  {status.value}  {status.meaning}" for status in Status)
