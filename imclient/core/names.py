"""The names people had before: what stands in the log keeps them, and means who they are now."""

from __future__ import annotations

from dataclasses import replace

from improtocol.audience import Audience

from .records import Message

#: More are not kept: what a server invents must not fill this computer's memory.
MOST = 100_000


class Names:
    """Who an earlier name means now, and who one is oneself."""

    def __init__(self, me: str = "", earlier: dict[str, str] | None = None) -> None:
        self.me = me
        self._now = dict(earlier or {})

    def current(self, name: str) -> str:
        """Give the name somebody has now."""
        return self._now.get(name, name)

    def rename(self, before: str, name: str) -> bool:
        """Note that somebody is called otherwise; say whether that is news."""
        if before == name or self._now.get(before) == name or len(self._now) >= MOST:
            return False
        for earlier, now in self._now.items():
            if now == before:
                self._now[earlier] = name
        self._now[before] = name
        self._now.pop(name, None)  # back to one of their own
        if self.me == before:
            self.me = name
        return True

    def placed(self, message: Message) -> Message:
        """Put a message into the conversation of those it was among, by the names they have now."""
        sender = self.current(message.sender)
        to = message.to
        if not to.everyone:
            to = Audience.of(*map(self.current, to.names))
        talk = to.conversation(sender, self.me)
        return replace(message, talk=talk, sender=self.me if sender == self.me else message.sender)
