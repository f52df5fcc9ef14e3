"""Going to what was found, in its conversation, and back to where one was."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from imclient.core.client import Client
from imclient.core.excerpt import Excerpt
from imclient.core.said import Said
from imclient.core.sought import Sought
from improtocol.audience import Audience

from .conversation_view import ConversationView
from .find_view import FindView


class Going:
    """Knows where one was, and takes one from there."""

    def __init__(
        self,
        client: Client,
        find: FindView,
        go_to: Callable[[Audience], ConversationView],
        current: Callable[[], ConversationView | None],
    ) -> None:
        self._client, self._find = client, find
        self._go_to, self._current = go_to, current
        self._was: tuple[Audience, tuple[Said | None, int] | None] | None = None
        self._went = False
        self._at: ConversationView | None = None  # where one went
        self._asked: Deferred[Excerpt | None] | None = None
        find.went_to.connect(self._on_went_to)
        find.closed.connect(self._on_closed)

    def begin(self, words: str, *, everywhere: bool | None) -> None:
        """Let something be looked for, and note where one was."""
        view = self._current()
        if not self._find.is_open:
            self._went = False
            self._was = None if view is None else (view.conversation.audience, view.place())
        self._find.begin(None if view is None else view.conversation.audience, words, everywhere=everywhere)

    def _on_went_to(self, said: Said, sought: Sought) -> None:
        self._want_no_more()
        self._went = True
        view, number = self._go_to(said.audience), said.number or 0
        self._at = view
        if not view.go_to_number(number, sought):
            asked = self._asked = self._client.around(said.audience, number)
            asked.addCallbacks(self._on_excerpt, self._on_failed, (view, number, sought))
        view.reading.setFocus()

    def _on_excerpt(
        self, excerpt: Excerpt | None, view: ConversationView, number: int, sought: Sought
    ) -> None:
        self._asked = None
        if excerpt is None or view.gone:
            return
        had_keys = view.reading.hasFocus()
        view.show_excerpt(excerpt, number, sought)
        if had_keys:
            view.reading.setFocus()

    def _on_failed(self, _failure: Failure) -> None:
        self._asked = None  # it was not wanted any more, or the disk has told why

    def _want_no_more(self) -> None:
        asked, self._asked = self._asked, None
        if asked is not None:
            asked.cancel()

    def _on_closed(self, back: bool) -> None:
        """Stay at what was found, or go back to where one was."""
        self._want_no_more()
        was, view = self._was, self._current()
        at, self._at = self._at, None
        if back and self._went and was is not None:
            view = self._go_to(was[0])
            view.go_back(was[1])
        if at is not None and not at.gone:
            at.stay()
        if view is not None:
            view.reading.setFocus()
