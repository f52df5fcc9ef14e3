"""What a device keeps on disk, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field

from improtocol.audience import EVERYONE, EVERYONE_SIGN, Audience


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody said, as the log has it."""

    number: int
    sender: str
    to: Audience
    text: str
    at: int  #: milliseconds since 1970
    ref: str | None = None  #: the sender's own name for it

    def conversation(self, me: str) -> Audience:
        """Name its conversation as ``me`` sees it (language, R33)."""
        return self.to.conversation(self.sender, me)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What was written here and has no OK yet."""

    ref: str
    audience: Audience
    text: str
    at: float  #: when it was written, seconds since 1970
    refusal: str | None = None  #: it will never get one, and why


@dataclass(frozen=True, slots=True)
class Talk:
    """What is held of a conversation."""

    audience: Audience
    unread: int
    messages: list[Message]  #: the newest, rising
    more: bool = False  #: there are older ones on disk


@dataclass(frozen=True, slots=True)
class Held:
    """All that is held of an account at the start, but older messages."""

    epoch: str | None = None  #: of which log; None: nothing was ever told
    position: int = 0  #: the stream was told and kept up to here
    newest: int = 0  #: the largest number of a message; one's own may be beyond the position
    people: list[str] = field(default_factory=list)
    talks: list[Talk] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)


def audience_of(written: str) -> Audience:
    """Read an audience as `str` wrote it."""
    return EVERYONE if written == EVERYONE_SIGN else Audience.of(*written.split(","))
