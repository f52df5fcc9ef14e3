"""What a device keeps on disk, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field

from improtocol.audience import EVERYONE, EVERYONE_SIGN, Audience
from improtocol.events import MessageTold
from improtocol.replies import MessageShown


@dataclass(frozen=True, slots=True)
class Receipt:
    """How far a message of one's own came: with so many of those it is for."""

    delivered: int  #: those who have read it among them
    read: int
    to: int
    offline: tuple[str, ...] = ()  #: those named it waits for, who are not connected

    def of(self, audience: Audience) -> Receipt:
        """Leave out what cannot be so: more who read than who have it, a name that was not named."""
        delivered = min(self.delivered, self.to)
        offline = tuple(sorted({*self.offline} & {*audience.names}))
        return Receipt(delivered, min(self.read, delivered), self.to, offline)

    def beside(self, before: Receipt | None) -> Receipt:
        """Join it with what was known before: nothing that came goes back."""
        if before is None:
            return self
        delivered, read = max(self.delivered, before.delivered), max(self.read, before.read)
        newer = self.delivered >= before.delivered
        offline = self.offline if newer else tuple(n for n in before.offline if n in self.offline)
        return Receipt(delivered, read, self.to if newer else before.to, offline)


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a conversation was read; of what came up to ``counted``, ``unread`` of others' was not."""

    read: int = 0
    counted: int = 0  #: the newest number that is known to be there
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody said, as the log has it."""

    number: int
    sender: str
    to: Audience
    text: str
    at: int  #: milliseconds since 1970
    ref: str | None = None  #: the sender's own name for it
    receipt: Receipt | None = None  #: of one's own: how far it came, if that was told
    announce: bool = False  #: an administrator announced it
    #: Its conversation, where somebody in it may have another name by now.
    talk: Audience | None = field(default=None, compare=False)

    def conversation(self, me: str) -> Audience:
        """Name its conversation as ``me`` sees it (language, R33)."""
        return self.talk or self.to.conversation(self.sender, me)


def message_of(told: MessageTold | MessageShown) -> Message:
    """Take a message as the log told it, or as it was read back."""
    return Message(
        told.number,
        told.sender,
        told.audience,
        told.text,
        told.at,
        told.ref,
        announce=told.announce,
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """What was written here and has no OK yet."""

    ref: str
    audience: Audience
    text: str
    at: float  #: when it was written, seconds since 1970
    refusal: str | None = None  #: it will never get one, and why
    announce: bool = False  #: as an administrator, to everyone


@dataclass(frozen=True, slots=True)
class Talk:
    """What is held of a conversation."""

    audience: Audience
    unread: int
    messages: list[Message]  #: the newest, rising
    more: bool = False  #: there are older ones on disk
    mark: Mark = Mark()
    held_from: int | None = None  #: all of it is held from there on; None: as of any conversation
    gone: int = 0  #: of what came before, messages up to there are no longer kept by the server


@dataclass(frozen=True, slots=True)
class Past:
    """A piece of what was said before, read back from the server."""

    messages: list[Message]  #: rising
    held_from: int  #: from there on all is held now; 0: there is nothing before
    gone: int = 0  #: what was said before, up to there, is no longer kept by the server


@dataclass(frozen=True, slots=True)
class Held:
    """All that is held of an account at the start, but older messages."""

    epoch: str | None = None  #: of which log; None: nothing was ever told
    position: int = 0  #: the stream was told and kept up to here
    held_from: int = 0  #: of every conversation all is held from there on; 0: from the beginning
    gap: int = 0  #: of what came before that, some was kept by nobody; 0: nothing was lost
    newest: int = 0  #: the largest number of a message; one's own may be beyond the position
    people: list[str] = field(default_factory=list)
    talks: list[Talk] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    earlier: dict[str, str] = field(default_factory=dict)  #: names people had, and have now


def audience_of(written: str) -> Audience:
    """Read an audience as `str` wrote it."""
    return EVERYONE if written == EVERYONE_SIGN else Audience.of(*written.split(","))
