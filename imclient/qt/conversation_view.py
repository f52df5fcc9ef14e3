"""One conversation on the screen: its transcript, or what to expect where nothing was said yet."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import Qt, QTimer, pyqtSignal
from PyQt5.QtGui import QResizeEvent
from PyQt5.QtWidgets import QStackedLayout, QWidget

from imclient.core import wording
from imclient.core.conversations import Conversation, Progress, Said
from imclient.core.excerpt import Excerpt
from imclient.core.sought import Sought
from improtocol.audience import Audience
from imqt import plain
from imqt.layout import STRETCH, box, col, row
from imqt.links import offer
from imqt.plain import PlainLabel
from imqt.row_list import Gathering
from imtongue import tr, trn

from .conversation_model import ConversationModel
from .excerpt_view import ExcerptView
from .reading_back import ReadingBack
from .transcript import Transcript


class ConversationView(QWidget):
    """The page of one tab: what was said, read from where its reader stopped, and back to its beginning."""

    transcript_made = pyqtSignal(Transcript)  #: of a place far back

    def __init__(
        self,
        conversation: Conversation,
        everyone: Conversation | None,
        me: str,
        gap: Callable[[], int] = lambda: 0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.conversation = conversation
        self.model = ConversationModel(conversation, everyone, me, gap=gap, parent=self)
        self.transcript = Transcript(self.model)
        self.gone = False  #: the tab was closed
        self._gap = gap
        self._excerpt: ExcerptView | None = None  # what is shown instead: a place far back
        self._left_at: float | None = None
        self._here = False  #: somebody looks at it
        self._coming = False  #: they have not been shown yet where they stopped
        self._stays = False  #: they looked away for a while, and had scrolled to where they want to be
        #: They went to what they looked for, past what is unread: they have not read that.
        self._passing = False
        self._reading_back = ReadingBack(conversation, self)
        self._looking = Gathering(self.look, self)
        self._pages = QStackedLayout(self)
        self._nothing = _nothing_yet(conversation.audience, me)
        self._nothing_words = PlainLabel(self._nothing, "dim", wrap=True)
        self._pages.addWidget(self._nothing_page())
        self._pages.addWidget(self.transcript)
        self._to_end = self._end_button()
        self._listen()
        self._show_page()

    def _listen(self) -> None:
        self.model.rowsInserted.connect(self._show_page)
        self.model.rowsRemoved.connect(self._show_page)
        self.transcript.following_changed.connect(self._show_end_button)
        self.transcript.looked.connect(self._looking.soon)
        self._to_end.clicked.connect(self.go_to_newest)
        self.transcript.link_pressed.connect(lambda link: offer(self, link))
        self.transcript.edge_pressed.connect(self.retry)
        self._reading_back.told.connect(self._show_edge)
        self._reading_back.came.connect(self._on_came)
        self.conversation.reset.connect(self.retry)
        self.conversation.added.connect(self._on_added)

    def arrive(self) -> None:
        """The reader is here: show where they stopped, and call read what they see."""
        self._here, self._coming = True, not self._stays
        if self._stays and self.at_present and self.conversation.unread:
            self.transcript.page(lambda: self.model.mark_new(self._left_at) is not None)
        self._stays = False
        self.look()

    def leave(self, at: float) -> None:
        """The reader looks elsewhere."""
        self._left_at = at
        scrolled = not (self.at_present and self.model.following)
        self._stays = self._stays or (self._here and not self._coming and scrolled)
        self._here = False

    def turn_away(self) -> None:
        """Another conversation is on the screen: what was new has been seen."""
        self._here = self._stays = self._passing = False
        self.model.mark_read()

    def _on_added(self, _index: int, said: Said) -> None:
        """Go to the end with whoever says something: they have seen what is there."""
        if said.mine and said.progress is Progress.WAITING and not (self.model.following and self.at_present):
            self.model.following = True
            QTimer.singleShot(0, self.go_to_newest)

    # Going to a message

    @property
    def reading(self) -> Transcript:
        """What is on the screen: the conversation's newest, or a place far back."""
        return self.transcript if self._excerpt is None else self._excerpt.transcript

    @property
    def at_present(self) -> bool:
        """Whether what is on the screen goes on to the newest."""
        return self._excerpt is None

    def go_to_newest(self) -> None:
        """Show the newest."""
        self._passing = False
        self._leave_excerpt()
        self.transcript.go_to_end()

    def go_to_number(self, number: int, sought: Sought) -> bool:
        """Go to a message that was looked for, if it is in memory; say whether it is."""
        self._coming = False  # not to where they stopped reading: they look for something
        shown = None if self._excerpt is None else self._excerpt.excerpt.at(number)
        said = shown or self.conversation.at(number)
        if said is None:
            return False
        if shown is None:
            self._leave_excerpt()
        first = self.conversation.first_unread
        self._passing = first is not None and number > (first.number or 0)
        self.reading.go_to_said(said, sought)
        return True

    def stay(self) -> None:
        """Read on at what was found: nothing is looked for any more."""
        self._passing = False
        self._looking.soon()

    def show_excerpt(self, excerpt: Excerpt, number: int, sought: Sought) -> None:
        """Go to a message that is far back, with what stands around it."""
        self._passing = False
        self._leave_excerpt()
        said, shown = excerpt.at(number), ExcerptView(excerpt, self.model.me, self._gap)
        assert said is not None
        self._excerpt = shown
        shown.transcript.newest_wanted.connect(self.go_to_newest)
        shown.transcript.link_pressed.connect(lambda link: offer(self, link))
        shown.arrived.connect(self._go_on_here)
        self.transcript_made.emit(shown.transcript)
        self._pages.addWidget(shown)
        self._show_page()
        self._show_end_button(False)
        shown.transcript.go_to_said(said, sought)

    def _go_on_here(self, said: Said, bottom: int) -> None:
        """Read on in the conversation itself: who read on from far back has come to it."""
        self._leave_excerpt()
        self.transcript.go_to_said(said, bottom=bottom)

    def _leave_excerpt(self) -> None:
        shown, self._excerpt = self._excerpt, None
        if shown is None:
            return
        had_keys = shown.transcript.hasFocus()
        shown.close_view()
        self._pages.removeWidget(shown)
        shown.deleteLater()
        self._show_page()
        self._show_end_button(self.model.following)
        if had_keys:
            self.transcript.setFocus()

    def place(self) -> tuple[Said | None, int] | None:
        """Give where its reader is, to come back to; None: at a place far back."""
        return self.transcript.place() if self.at_present else None

    def go_back(self, place: tuple[Said | None, int] | None) -> None:
        """Go back to where its reader was."""
        self._passing = False
        said, bottom = place or (None, 0)
        if said is None:
            self.go_to_newest()
        else:
            self._leave_excerpt()
            self.transcript.go_to_said(said, bottom=bottom)

    # What is before the reader's eyes

    def at_end(self) -> bool:
        """Tell whether what comes last is before the reader's eyes."""
        return self._here and not (self._coming or self._passing) and self.transcript.at_end()

    def look_soon(self) -> None:
        """Something is new: look whether it is before the reader's eyes."""
        self._looking.soon()

    def look(self) -> None:
        """Load what is missing, and call read what is before the reader's eyes."""
        if self.isVisible():
            self._load_back()
        if not self._here or (self._coming and not self._show_where_they_stopped()):
            return
        if self.at_end():
            self.conversation.shown()
        elif not self._passing:
            seen = self.transcript.seen_upto()
            if seen:
                self.conversation.seen(seen)

    def _show_where_they_stopped(self) -> bool:
        """Go to the first unread message; not before there is any."""
        if self._reading_back.busy and not self.conversation.held:
            return False
        self._coming = False
        if self.conversation.unread:
            self.transcript.go_to_new(self.model.mark_new(self._left_at))
        return True

    # Reading back

    def retry(self) -> None:
        """Try again to load what was said before: something has changed."""
        if not self.conversation.held:  # all was forgotten, the place far back too
            self._leave_excerpt()
        self._reading_back.failed = False
        self._looking.soon()

    def _load_back(self) -> None:
        """Show what was said before, if that is where the reader looks: from memory, disk or server."""
        empty = not self.conversation.held
        if not empty and not self.transcript.near_top():
            return
        if not self.transcript.page(self.model.older):
            self._reading_back.go_on()

    def _on_came(self) -> None:
        self.transcript.page(self.model.turn)
        self._looking.soon()

    def _show_edge(self, words: str) -> None:
        waits = self._reading_back.busy or self._reading_back.failed
        self._nothing_words.setText(words if waits else self._nothing)
        self.model.show_edge(words)
        self.transcript.page(self.model.turn)

    def close_view(self) -> None:
        """The tab was closed."""
        self.gone = True
        self.conversation.reset.disconnect(self.retry)
        self.conversation.added.disconnect(self._on_added)
        self._leave_excerpt()
        self._reading_back.close()
        self._looking.stop()
        self.model.close()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Keep the button over the lower right corner."""
        super().resizeEvent(event)
        self._place_end_button()

    def _nothing_page(self) -> QWidget:
        label = self._nothing_words
        label.setObjectName("nothingYet")
        label.setMinimumWidth(1)  # a long name must not push the roster away
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        return box(col(STRETCH, row(label, margins=(32, 0, 32, 0)), STRETCH))

    def _show_page(self) -> None:
        if self._excerpt is not None and self.conversation.held:
            self._pages.setCurrentWidget(self._excerpt)
        else:
            self._pages.setCurrentIndex(1 if self.model.rows else 0)

    def _end_button(self) -> QWidget:
        button = plain.button(tr("Newest"), "primary", icon_name="down")
        button.setObjectName("newest")
        button.setParent(self)
        button.hide()
        return button

    def _show_end_button(self, following: bool) -> None:
        self._to_end.setVisible(not (following and self.at_present))
        self._place_end_button()

    def _place_end_button(self) -> None:
        size = self._to_end.sizeHint()
        self._to_end.setGeometry(
            self.width() - size.width() - 16, self.height() - size.height() - 12, size.width(), size.height()
        )
        self._to_end.raise_()


def _nothing_yet(audience: Audience, me: str) -> str:
    """Say what to expect where nothing was said yet."""
    if audience.everyone:
        return tr("Nothing said to everyone yet.\nWhoever has a name here will see it.")
    if audience.names == (me,):
        return tr("Notes to yourself: only you see them, on each of your devices.")
    return trn(
        "Nothing said yet.\n{names} sees it as soon as it arrives.",
        "Nothing said yet.\n{names} see it as soon as it arrives.",
        len(audience.names),
        names=wording.listed(audience.names),
    )
