"""What was said before: on this device's disk, and behind that at the server (HISTORY).

History is not the stream: nothing of it is acknowledged, and no cursor moves (language, R31).
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from improtocol import commands, limits
from improtocol.audience import Audience
from improtocol.replies import History as Reply
from improtocol.replies import MessageShown

from .cache import Cache
from .connection import Answer
from .conversations import Conversations
from .errands import Errands
from .names import Names
from .records import Mark, Message, Past, message_of
from .session import Session, needs

#: Takes a message that was written here and has no OK yet, if it is one.
Settle = Callable[[Message], bool]

HISTORY = "history"  #: what HELLO calls it


class History:
    """Where the conversations of an account find what they do not have in memory."""

    _log = Logger()

    def __init__(self, conversations: Conversations, errands: Errands, settle: Settle) -> None:
        self._conversations = conversations
        self._errands = errands
        self._settle = settle
        self._me = ""
        self._names = Names()
        self._cache: Cache | None = None
        self._session: Session | None = None

    def restore(self, me: str, cache: Cache, names: Names | None = None) -> None:
        """Begin with another account."""
        self._me, self._cache = me, cache
        self._names = names or Names(me)

    def call_me(self, name: str) -> None:
        """Be called otherwise."""
        self._me = name

    def begin(self, session: Session) -> None:
        """Begin a session; a device that holds nothing yet reads the newest of all conversations."""
        self._session = session
        self._begin_with_the_newest()

    def stop(self) -> None:
        """End the session."""
        self._session = None

    # What a conversation asks (`Shelf`)

    @property
    def far(self) -> bool:
        """Whether the server can be asked."""
        return self._session is not None and self._session.can(HISTORY)

    def older(self, audience: Audience, before: int) -> Deferred[tuple[list[Message], bool]]:
        """Read a page from disk."""
        assert self._cache is not None
        return self._cache.older(audience, before)

    def past(self, audience: Audience, before: int) -> Deferred[Past]:
        """Read a page from the server, and keep it."""
        return Deferred.fromCoroutine(self._past(audience, before))

    def mark(self, audience: Audience, mark: Mark) -> None:
        """Keep how far it was read."""
        if self._cache is not None:
            self._cache.keep_mark(audience, mark).addErrback(self._stumbled)

    # Asking the server

    def _begin_with_the_newest(self) -> None:
        """Read what was said right before the stream began, if nothing is held at all."""
        begun = self._conversations.ledger.held_from
        if self.far and begun and not any(one.held for one in self._conversations.all()):
            self._errands.do(lambda: self._look_back(begun))

    async def _look_back(self, begun: int) -> None:
        past = await self._past(None, begun)
        self._conversations.put_past(past)

    async def _past(self, audience: Audience | None, before: int) -> Past:
        session, cache = needs(self._session, HISTORY), self._cache
        past = self._read(await session.ask(commands.History(audience, before=before)), audience, before)
        for message in past.messages:
            self._settle(message)
        if cache is not None:
            cache.keep_past(past, audience).addErrback(self._stumbled)
        return past

    def _read(self, answer: Answer[Reply], audience: Audience | None, before: int) -> Past:
        """Take what can be a page of that; whatever the server says, each page begins before the last."""
        shown = {
            item.number: self._names.placed(message_of(item))
            for item in answer.items
            if isinstance(item, MessageShown) and 0 < item.number < before
        }
        found = [
            shown[number]
            for number in sorted(shown)
            if audience is None or shown[number].conversation(self._me) == audience
        ]
        messages = found[-limits.PAGE :]
        on, cut = answer.reply.before, len(found) > len(messages)
        if messages and (cut or on is not None):
            return Past(messages, messages[0].number)
        if on is not None and on < before:
            return Past(messages, on)
        gone = answer.reply.gone or 0
        if audience is None and gone:  # in which conversation it is missing, each of them asks for itself
            return Past(messages, messages[0].number if messages else before)
        return Past(messages, 0, gone)

    def _stumbled(self, failure: Failure) -> None:
        self._log.failure("What was read back could not be kept", failure)
