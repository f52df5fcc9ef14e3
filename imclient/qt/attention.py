"""When somebody is called: by what came while they looked elsewhere, unless they want peace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PyQt5.QtCore import QObject, QTimer, pyqtSignal

from imclient.core import wording
from imclient.core.client import Client
from imclient.core.conversations import Conversation, Said
from improtocol.audience import Audience
from imtongue import tr

#: Milliseconds in which gathers what one is called for: what waited for somebody comes in one breath.
GATHERED = 400
#: More conversations than this are one note.
MOST = 3
MANY = "many"


class Says(Protocol):
    """Where one is called: `notes.Notes`, or what a test has in its place."""

    def say(self, kind: str, heading: str, text: str, *, sound: bool) -> None:
        """Say something."""

    def take_back(self, kind: str) -> None:
        """Take it away."""


class Attention(QObject):
    """Calls the user of one window."""

    counted = pyqtSignal(int)  #: so many messages are unread in what is not muted

    def __init__(
        self, client: Client, notes: Says, looks: Callable[[], bool], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._client, self._notes, self._looks = client, notes, looks
        # The number of the newest message one was called for, or has seen.
        self._told: dict[Audience, int] = {}
        self._news: dict[Audience, Conversation] = {}
        self._gathering = QTimer(self)
        self._gathering.setSingleShot(True)
        self._gathering.setInterval(GATHERED)
        self._gathering.timeout.connect(self.call)
        for conversation in client.conversations.all():
            self._told[conversation.audience] = conversation.newest
        client.conversations.changed.connect(self._on_changed)
        client.conversations.reset.connect(self._told.clear)
        client.desk.changed.connect(self.count)

    def close(self) -> None:
        """Stop listening: the window was closed."""
        self._gathering.stop()
        self._client.conversations.changed.disconnect(self._on_changed)
        self._client.conversations.reset.disconnect(self._told.clear)
        self._client.desk.changed.disconnect(self.count)

    def count(self) -> int:
        """Count what is unread, and tell it."""
        talks = self._client.conversations.all()
        unread = sum(talk.unread for talk in talks if not self._client.desk.is_muted(talk.audience))
        self.counted.emit(unread)
        return unread

    def _on_changed(self, conversation: Conversation) -> None:
        self._news[conversation.audience] = conversation
        if not self._gathering.isActive():
            self._gathering.start()

    def call(self) -> None:
        """Call for what has gathered."""
        news, self._news = self._news, {}
        calling: list[tuple[Conversation, Said]] = []
        for audience, conversation in news.items():
            if not conversation.unread:
                self._notes.take_back(str(audience))
                self._told[audience] = max(self._told.get(audience, 0), conversation.newest)
            last = self._last_of_others(conversation)
            if last is not None and conversation.unread and (last.number or 0) > self._told.get(audience, 0):
                self._told[audience] = last.number or 0
                calling.append((conversation, last))
        self.count()
        preferences = self._client.settings.preferences
        if preferences.quiet or not preferences.notify or self._looks():
            return
        self._say([one for one in calling if not self._client.desk.is_muted(one[0].audience)])

    def _say(self, calling: list[tuple[Conversation, Said]]) -> None:
        preferences = self._client.settings.preferences
        if len(calling) > MOST:
            unread = sum(conversation.unread for conversation, _ in calling)
            # There are several of both.
            words = tr("{count} unread messages in {talks} conversations", count=unread, talks=len(calling))
            self._notes.say(MANY, tr("imclient"), words, sound=preferences.sound)
            return
        for conversation, last in calling:
            heading = wording.named(last.sender)
            if conversation.audience.names != (last.sender,):
                heading = f"{heading}, {wording.told_to(last.to, self._client.name or '')}"
            words = last.text if preferences.texts else tr("wrote something")
            if conversation.unread > 1:
                words += f" ({wording.unread(conversation.unread)})"
            self._notes.say(str(conversation.audience), heading, words, sound=preferences.sound)

    @staticmethod
    def _last_of_others(conversation: Conversation) -> Said | None:
        return next((said for said in reversed(conversation.messages) if not said.mine), None)
