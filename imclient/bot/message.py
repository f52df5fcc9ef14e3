"""A message as a bot's handler is given it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from improtocol.audience import Audience

from .awaited import Awaited

#: Says something to people as part of handling a message.
Say = Callable[[Audience, str], Awaited[int]]


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """What somebody said to the bot."""

    number: int  #: its place in the log
    sender: str
    audience: Audience  #: whom it was for, as it was said
    text: str
    at: float  #: seconds since 1970
    me: str  #: the bot's own name
    _say: Say = field(repr=False)

    @property
    def to_everyone(self) -> bool:
        """Whether it was said to everyone."""
        return self.audience.everyone

    @property
    def private(self) -> bool:
        """Whether it was said to the bot alone."""
        return self.audience.names == (self.me,)

    def reply(self, text: str) -> Awaited[int]:
        """Answer where it was said; what was said to everyone is answered to its sender alone.

        The message counts as handled only when the answer is on the server's disk; should it be handled
        again after a crash, the same answer is not said twice.  Awaited, it gives the answer's number.
        """
        if self.to_everyone:
            return self._say(Audience.of(self.sender), text)
        return self._say(self.audience.conversation(self.sender, self.me), text)

    def say(self, audience: Audience, text: str) -> Awaited[int]:
        """Say something to others because of this message, with the same care as a reply."""
        return self._say(audience, text)
