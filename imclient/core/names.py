"""The names people had before: what stands in the log keeps them, and means who they are now."""

from __future__ import annotations

from dataclasses import replace

from improtocol import codec, commands
from improtocol.audience import Audience
from improtocol.errors import Refusal

from .records import Message

#: More are not kept: what a server invents must not fill this computer's memory.
MOST = 100_000
#: Nor must what it invents of one person: an account keeps five names.
MOST_OF_ONE = 50


def can_be_said(name: str) -> bool:
    """Tell whether a name can stand in a command: whoever had another could not come in by it."""
    try:
        codec.write(commands.Ping(name))
    except Refusal:
        return False
    return True


class Names:
    """Who an earlier name means now, and who one is oneself."""

    def __init__(self, me: str = "", earlier: dict[str, str] | None = None) -> None:
        self.me = me
        self._now = dict(earlier or {})
        self._before: dict[str, list[str]] = {}  # of each name of today, those before it
        for before, now in self._now.items():
            self._before.setdefault(now, []).append(before)

    def current(self, name: str) -> str:
        """Give the name somebody has now."""
        return self._now.get(name, name)

    def rename(self, before: str, name: str) -> bool:
        """Note that somebody is called otherwise; say whether that is news."""
        if before == name or self._now.get(before) == name or len(self._now) >= MOST:
            return False
        for one in (name, before):  # `name`: they are back to one of their own
            was = self._now.pop(one, None)
            if was is not None:
                self._before[was].remove(one)
        earlier = [*self._before.pop(before, []), before]
        for forgotten in earlier[:-MOST_OF_ONE]:
            del self._now[forgotten]
        self._before[name] = kept = [*self._before.get(name, []), *earlier[-MOST_OF_ONE:]]
        self._now.update(dict.fromkeys(kept, name))
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
