"""What is said and what is heard, as both a device and its judge see it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from improtocol.audience import Audience
from improtocol.events import ReceiptTold


class Violation(AssertionError):
    """A promise was broken."""


def expect(holds: bool, complaint: str) -> None:
    """Complain unless it holds."""
    if not holds:
        raise Violation(complaint)


class Told(NamedTuple):
    """An entry as one account is told it; of somebody new there is the name and the moment."""

    sender: str
    at: int
    audience: str = "*"
    text: str = ""
    ref: str | None = None


@dataclass(eq=False)
class Letter:
    """Something that somebody says once, however often it has to be said again."""

    sender: str
    audience: Audience
    text: str  #: no two letters have the same
    ref: str | None
    number: int | None = None  #: as soon as any OK told it
    refused: int = 0  #: how often the disk was full
    said_in: list[Segment] = field(default_factory=list, repr=False)

    def told(self, at: int) -> Told:
        """Give what its sender is told of it, as far as the sender knows."""
        audience = self.audience.without(self.sender)
        return Told(self.sender, at, str(audience), self.text, self.ref)


@dataclass(eq=False)
class Segment:
    """What one session hears from a beginning of its stream on: a LOGIN, or a SYNC."""

    person: str
    begin: int = 0
    waiting: int = 0  #: so many entries were there, as OK LOGIN said
    told: dict[int, Told] = field(default_factory=dict)  #: in the order it was told
    answered: dict[int, Letter] = field(default_factory=dict)
    gaps: list[int] = field(default_factory=list)  #: up to there something is no longer kept
    shown: list[tuple[int, Told]] = field(default_factory=list)  #: read back
    receipts: list[ReceiptTold] = field(default_factory=list)
    read: list[int] = field(default_factory=list)  #: up to there a conversation was read elsewhere
    live: int | None = None

    @property
    def furthest(self) -> int:
        """Say how far the stream was told."""
        return max(self.begin, next(reversed(self.told), 0), self.live or 0, *self.gaps[-1:])
