"""One message as a reader sees it, and how far it has come."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from improtocol.audience import Audience

from .records import Message, Receipt


class Progress(enum.Enum):
    """How far a message of one's own has come with all it is for."""

    WAITING = "waiting"  #: in the outbox
    SENT = "sent"  #: OK: it is on the server's disk
    DELIVERED = "delivered"  #: everybody it is for has it
    READ = "read"  #: everybody it is for has read it
    REFUSED = "refused"


@dataclass(slots=True, eq=False)
class Said:
    """One message in a conversation, one's own or not."""

    audience: Audience  #: the conversation's: the others, everyone, or only oneself
    sender: str
    to: Audience  #: as it was told
    text: str
    at: float | None = None  #: seconds since 1970; of one's own that wait: when they were written
    number: int | None = None  #: its place in the log
    ref: str | None = None
    mine: bool = False
    progress: Progress = Progress.SENT
    refusal: str | None = None  #: the sentence why it was refused
    receipt: Receipt | None = None  #: of one's own: how far it came, as far as that was told; ``1 of 2``
    announce: bool = False  #: an administrator announces it

    def came(self, receipt: Receipt) -> bool:
        """Note how far it came; it never goes back.  Say whether that is news."""
        receipt = receipt.of(self.to).beside(self.receipt)
        if receipt == self.receipt:
            return False
        self.receipt = receipt
        self.progress = progress_of(receipt)
        return True


def progress_of(receipt: Receipt | None) -> Progress:
    """Say what a receipt means for all together."""
    if receipt is None or not receipt.to or receipt.delivered < receipt.to:
        return Progress.SENT
    return Progress.READ if receipt.read == receipt.to else Progress.DELIVERED


def said_of(message: Message, me: str) -> Said:
    """Show a message of the log as ``me`` sees it."""
    return Said(
        audience=message.conversation(me),
        sender=message.sender,
        to=message.to,
        text=message.text,
        at=message.at / 1000,
        number=message.number,
        ref=message.ref,
        mine=message.sender == me,
        progress=progress_of(message.receipt),
        receipt=message.receipt,
        announce=message.announce,
    )
