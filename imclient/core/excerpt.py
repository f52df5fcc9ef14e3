"""A piece out of the middle of a conversation: what stands around one message that was said long ago."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred, succeed
from twisted.python.failure import Failure

from improtocol.audience import Audience

from .conversation import Conversation, Ledger
from .records import Mark, Message, Talk
from .said import Said, said_of

#: Gives the messages on disk behind a number, rising, and whether there are still newer ones.
Newer = Callable[[Audience, int], Deferred[tuple[list[Message], bool]]]


class Excerpt(Conversation):
    """To be read only, back to the beginning, and on until where the conversation itself is in memory.

    That holds its newest messages without a hole, so a place far back cannot be in it unless all that lies
    between is, too.
    """

    def __init__(self, whole: Conversation, me: str, ledger: Ledger, newer: Newer) -> None:
        super().__init__(whole.audience, me, ledger)
        self.shelf = whole.shelf
        self.whole = whole
        self._newer = newer
        self._behind = False  # there are newer ones on disk
        self._asked = False

    def begin(self, messages: list[Message], *, older: bool, newer: bool) -> None:
        """Hold these messages; there are older ones on disk, and newer ones."""
        self._behind = newer
        self.restore(Talk(self.audience, 0, messages, older, Mark(), self.whole.held_from, self.whole.gone))

    def later(self) -> Deferred[int]:
        """Fetch the page behind the newest that is held here; gives how many came."""
        last = self.last
        if self._asked or not self._behind or last is None:
            return succeed(0)
        self._asked = True
        return self._newer(self.whole.audience, last.number or 0).addCallbacks(self._put, self._failed)

    def _put(self, page: tuple[list[Message], bool]) -> int:
        self._asked = False
        messages, self._behind = page
        return sum(self.put(said_of(message, self._me)) for message in messages)

    def _failed(self, failure: Failure) -> Failure:
        self._asked = False
        return failure

    def _fetch(self) -> Deferred[int]:
        self.audience = self.whole.audience  # somebody in it may be called otherwise by now
        return super()._fetch()

    def _enter(self, said: Said) -> None:
        # How far one's own came is told to the conversation, where that has it.
        if said.number not in self._ledger.own:
            super()._enter(said)

    def close(self) -> None:
        """Let it go."""
        for number in [number for number, where in self._ledger.own.items() if where is self]:
            del self._ledger.own[number]
