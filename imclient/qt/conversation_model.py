"""The rows of one conversation: a window on its messages, so that 100,000 cost what a thousand cost."""

from __future__ import annotations

import time
from collections.abc import Callable

from PyQt5.QtCore import QModelIndex, QObject, Qt

from imclient.core import wording
from imclient.core.conversations import Conversation, Said
from imclient.core.sought import Sought
from imqt import moments
from imqt.row_list import Gathering, RowList
from imtongue import tr

from .conversation_rows import Extras, Notice, Row, aside_of, rows_of
from .message_state import state

#: How many messages are shown at first: three screens. Each that is laid out costs some 0.2 ms.
WINDOW = 36
#: When so many have gathered, those on the far side are let go.
MOST = 150
#: How many more are shown when somebody scrolls to an end of the window.
PAGE = 30
#: So many messages are shown above the first that is new.
BEFORE = 5
#: And above one that is gone to.
AROUND = WINDOW // 2


class ConversationModel(RowList[Row]):
    """What was said in one conversation, with its days, its "New since you left" and its notices."""

    def __init__(
        self,
        conversation: Conversation,
        everyone: Conversation | None,
        me: str,
        now: Callable[[], float] = time.time,
        gap: Callable[[], int] = lambda: 0,
        parent: QObject | None = None,
        *,
        follows: bool = True,
    ) -> None:
        super().__init__(Row.same, parent)
        self.conversation = conversation
        self.me = me
        self.looks_like: Callable[[str], str | None] = lambda name: None  #: for whom somebody may be taken
        self.follows = follows  #: what is said from now on comes here
        self.following = follows  #: the reader looks at the end; what comes is shown at once
        self.marked: Said | None = None  #: this one was looked for, by these words
        self.sought = Sought()
        self.extras = Extras()
        self._everyone = None if conversation is everyone else everyone
        self._aside_wanted = True
        self._now, self._gap = now, gap
        self._altered: list[Said] = []
        self._first, self._end = 0, 0  # which messages are in the window
        self._read_from: Said | None = None  # the first of them
        self._gathering = Gathering(self.flush, self)
        self._listen()
        self._start_at_end()
        self.flush()

    # What the core tells

    def _listen(self) -> None:
        self.conversation.added.connect(self._on_added)
        self.conversation.changed.connect(self._on_changed)
        self.conversation.reset.connect(self._on_reset)
        if self._everyone is not None:
            self._everyone.added.connect(self._gathering.soon)

    def close(self) -> None:
        """Stop listening: the tab was closed."""
        self.conversation.added.disconnect(self._on_added)
        self.conversation.changed.disconnect(self._on_changed)
        self.conversation.reset.disconnect(self._on_reset)
        if self._everyone is not None:
            self._everyone.added.disconnect(self._gathering.soon)
        self._gathering.stop()

    def _on_added(self, index: int, _said: Said) -> None:
        # What came before or within the window must not push its end out; nor its beginning: a page from
        # the disk holds more than the window, and what was being read would be out of it.
        before = index < self._first or (index == self._first < self._end)
        self._first += before
        self._end += before or index < self._end
        self._gathering.soon()

    def _on_changed(self, _index: int, said: Said) -> None:
        self._altered.append(said)
        self._gathering.soon()

    def _on_reset(self) -> None:
        """Begin anew, but stay where somebody reads."""
        messages, read = self.conversation.messages, self._read_from
        if not self.following and read in messages:
            self._first = messages.index(read)
            self._end = min(len(messages), self._first + MOST)
        else:
            self._start_at_end()
        self._gathering.soon()

    # What is shown

    def flush(self) -> None:
        """Show what has gathered."""
        self._move_window()
        shown = self.conversation.messages[self._first : self._end]
        self._read_from = shown[0] if shown else None
        self.replace(self._rows(shown))
        altered, self._altered = self._altered, []
        for said in altered:
            self._tell_altered(said)

    def turn(self) -> bool:
        """Show what has gathered, as a page turned: what is being read stays where it is."""
        self.flush()
        return True

    def soon(self, *_news: object) -> None:
        """Show soon what is different."""
        self._gathering.soon()

    def older(self) -> bool:
        """Show an older page, if there is one."""
        if self._first == 0:
            return False
        self._first = max(0, self._first - PAGE)
        self.flush()
        return True

    def newer(self) -> bool:
        """Show a newer page, if the window has fallen behind."""
        if self.at_end:
            return False
        self._end += PAGE
        self._first = max(self._first, self._end - MOST)
        self.flush()
        return True

    def show_end(self) -> None:
        """Go back to the newest."""
        self.following = True
        self._start_at_end()
        self.flush()

    def mark_new(self, left_at: float | None) -> Said | None:
        """Draw the line "New since you left" above what is unread now; give the first of that."""
        first = self.conversation.first_unread
        if first is None:
            return None
        # Where nothing came before, all is new, and no line need say so.
        known = first is not self.conversation.messages[0] or self.conversation.more
        self.extras.new_after = self.conversation.read_upto if known else None
        self.extras.left_at = left_at
        self._show_from(self.conversation.messages.index(first))
        return first

    def _show_from(self, place: int) -> None:
        """Let a message be in the window; if that is far back, the window leaves the end."""
        if place < self._first:
            self._first = max(0, place - BEFORE)
            self.following = self._end - self._first <= MOST
        self.flush()

    def show_around(self, said: Said) -> None:
        """Let a message be in the window, wherever it is, with what stands around it."""
        self.following = False
        place = self.conversation.messages.index(said)
        if not self._first <= place < self._end:
            self._first = max(0, place - AROUND)
            self._end = min(len(self.conversation.messages), self._first + WINDOW)
        self.flush()

    def mark(self, said: Said | None, sought: Sought | None = None) -> None:
        """Mark a message that was looked for, and the words in it; None: mark none."""
        before, self.marked, self.sought = self.marked, said, sought or Sought()
        for one in (before, said):
            if one is not None:
                self._tell_altered(one)

    def mark_read(self) -> None:
        """Take that line away."""
        self.extras.new_after = None
        self._gathering.soon()

    def show_edge(self, text: str) -> None:
        """Say something above the oldest message there is."""
        self.extras.edge = text

    @property
    def at_end(self) -> bool:
        """Whether the newest message is in the window."""
        return self._end >= len(self.conversation.messages)

    def notice(self, text: str) -> None:
        """Say something in the conversation that is not a message."""
        notice = Notice(text, self._now(), self.conversation.last)
        self.extras.notices.append(notice)
        self._gathering.now()

    def show_aside(self, wanted: bool) -> None:
        """Show in passing what was said to everyone, or do not."""
        self._aside_wanted = wanted
        self._gathering.now()

    def _start_at_end(self) -> None:
        self._end = len(self.conversation.messages)
        self._first = max(0, self._end - WINDOW)

    def _move_window(self) -> None:
        count = len(self.conversation.messages)
        if self.following:
            self._end = count
            if count - self._first > MOST:
                self._first = count - WINDOW
        elif count - self._first <= MOST:
            self._end = count
        self._end = min(self._end, count, self._first + MOST)

    def _rows(self, messages: list[Said]) -> list[Row]:
        aside: list[Said] = []
        if self._everyone is not None and self._aside_wanted:
            aside = aside_of(self._everyone.messages, messages, self.at_end)
        self.extras.gap = self._gap()
        today = moments.day_of(self._now())
        return rows_of(messages, aside, self.extras, today, self._first == 0, self.at_end)

    def _tell_altered(self, said: Said) -> None:
        for number in range(len(self.rows) - 1, -1, -1):
            if self.rows[number].said is said:
                self.rows[number].shape.clear()
                self.told(number)
                return

    # What Qt asks

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give a row's text, or the whole of it in words."""
        row = self.row(index)
        if role == Qt.ItemDataRole.DisplayRole:
            return row.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return in_words(row, self.me)
        return None


def in_words(row: Row, me: str) -> str:
    """Say all that a row shows: ``alice at 12:14, to bob, carol: One it is, sent``."""
    said = row.said
    if said is None:
        return row.text
    name, whom = wording.named(said.sender), wording.told_to(said.to, me)
    if said.at is None:
        told = tr("{name}, {whom}: {text}", name=name, whom=whom, text=said.text)
    else:
        at = moments.clock(said.at)
        told = tr("{name} at {time}, {whom}: {text}", name=name, time=at, whom=whom, text=said.text)
    return f"{told}, {state(said, me).words}" if said.mine else told
