"""What one said, said again to exactly those whom it has not reached."""

from __future__ import annotations

from collections.abc import Callable

from improtocol.audience import Audience
from improtocol.errors import NoSuchMessage
from improtocol.fields import Reached

from .cache import Cache
from .conversations import Conversations, Said
from .receipts import Receipts


class SayingAgain:
    """Looks up the words and the people; the rest is saying."""

    def __init__(
        self, conversations: Conversations, receipts: Receipts, say: Callable[[Audience, str], Said]
    ) -> None:
        self._conversations, self._receipts, self._say = conversations, receipts, say
        self._me = ""
        self._cache: Cache | None = None

    def restore(self, me: str, cache: Cache) -> None:
        """Begin with another account."""
        self._me, self._cache = me, cache

    def call_me(self, name: str) -> None:
        """Go on under another name."""
        self._me = name

    async def say_again(self, number: int) -> Said | None:
        """Say a message of one's own again; None: it reached all."""
        text = await self._text_of(number)
        names = await self._receipts.ask(number)
        waiting = [name for name, reached in names.items() if reached is Reached.WAITING]
        return self._say(Audience.of(*waiting), text) if waiting else None

    async def _text_of(self, number: int) -> str:
        conversation = self._conversations.own(number)
        held = [] if conversation is None else conversation.messages
        found = next((said.text for said in held if said.number == number), None)
        if found is None and self._cache is not None:
            message = await self._cache.message(number)
            found = message.text if message is not None and message.sender == self._me else None
        if found is None:
            raise NoSuchMessage(number)
        return found
