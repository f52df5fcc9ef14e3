"""Finds what was said, by words, in what this device holds: the wire knows no such question."""

from __future__ import annotations

from dataclasses import dataclass

from improtocol.audience import Audience

from .cache import Cache
from .conversation import BEHIND_ALL
from .conversations import Conversations
from .excerpt import Excerpt
from .said import Said, said_of
from .sought import Sought

#: So many are found at a time.
PAGE = 50


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what was found."""

    hits: list[Said]  #: the newest first
    on: int = 0  #: what was said before that number was not looked through yet; 0: all was
    whole: bool = True  #: the device holds all there is; if not, older messages are with the server alone


class Finder:
    """Looks through the cache of an account; what is not kept there yet is before its reader's eyes."""

    def __init__(self, conversations: Conversations) -> None:
        self._conversations = conversations
        self._me = ""
        self._cache: Cache | None = None

    def restore(self, me: str, cache: Cache) -> None:
        """Begin with another account."""
        self._me, self._cache = me, cache

    def call_me(self, name: str) -> None:
        """Go on under another name."""
        self._me = name

    async def find(
        self, typed: str, audience: Audience | None, before: int = BEHIND_ALL, most: int = PAGE
    ) -> Found:
        """Find the newest messages in which all the words stand, piece by piece: each leaves the disk free.

        Who cancels it meanwhile has it end with the piece that is under way.
        """
        sought, cache, hits = Sought.of(typed), self._cache, list[Said]()
        while sought and cache is not None and before and len(hits) < most:
            messages, before = await cache.found(sought, audience, before, most - len(hits))
            hits += [said_of(message, self._me) for message in messages]
        on = before if sought and cache is not None else 0
        return Found(hits, on, self._holds_all(audience))

    def _holds_all(self, audience: Audience | None) -> bool:
        if audience is None:
            return self._conversations.ledger.held_from == 0
        return self._conversations.get(audience).held_from == 0

    async def around(self, audience: Audience, number: int) -> Excerpt | None:
        """Give what stands around a message that is not in memory; None: it is not held any more."""
        if self._cache is None:
            return None
        messages, older, newer = await self._cache.around(audience, number)
        if not any(message.number == number for message in messages):
            return None
        whole = self._conversations.get(audience)
        excerpt = Excerpt(whole, self._me, self._conversations.ledger, self._cache.newer)
        excerpt.begin(messages, older=older, newer=newer)
        return excerpt
