"""The middle of the window: the open conversations as tabs, with Ping and Wire beside them."""

from __future__ import annotations

import time
from collections.abc import Callable

from PyQt5.QtCore import QPoint, QRect, Qt, pyqtSignal
from PyQt5.QtGui import QResizeEvent
from PyQt5.QtWidgets import QWidget

from imclient.core import wording
from imclient.core.client import Client, LinkState
from imclient.core.conversations import Conversation, Said
from imclient.core.lookalike import Lookalikes
from improtocol.audience import EVERYONE, Audience
from imqt import plain
from imqt.layout import col, row, rule
from imqt.row_list import Gathering
from imtongue import tr

from . import tab_bar, tab_menus
from .apart import Apart
from .conversation_view import ConversationView
from .find_view import FindView
from .going import Going
from .pages import Pages
from .receipts_view import ReceiptsView
from .talk_window import TalkWindow
from .transcript import Transcript

#: So many tabs open by themselves; beyond that the roster's badges tell.
MOST_BY_ITSELF = 12
#: Narrower than this, Ping and Wire show their signs only, and Find none.
NARROW = 620
_BESIDE = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
_ALONE = Qt.ToolButtonStyle.ToolButtonIconOnly


class ConversationsView(QWidget):
    """The open conversations, one of them on the screen."""

    shown = pyqtSignal(Audience)  #: this conversation is on the screen now
    emptied = pyqtSignal()  #: the last tab was closed
    ping_wanted = pyqtSignal()
    wire_wanted = pyqtSignal(bool)
    say_again = pyqtSignal(str, QWidget)  #: and beside what, as with the next two
    quoted = pyqtSignal(str, QWidget)
    typed = pyqtSignal(str, QWidget)
    lines_wanted = pyqtSignal(object)  #: of this message, on the wire
    say_again_to = pyqtSignal(list, str)  #: to these names, in their conversation
    set_apart = pyqtSignal(TalkWindow)  #: a conversation has a window of its own now

    def __init__(
        self, client: Client, now: Callable[[], float] = time.time, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._client, self._now = client, now
        self._me = client.name or ""
        self._here = False  #: the reader looks at the window
        self._aside = True
        self._closed: set[Audience] = set()
        self._lookalikes = Lookalikes(client.roster)
        self._begun = False  #: what was open is open again: from now on what is open is shown, and remembered
        self._new_here = not any(talk.newest for talk in client.conversations.all())
        self._pages = Pages(self)
        self.tabs = self._pages.tabs
        self._apart = Apart(client, self)
        self.ping = plain.tool_button(tr("Ping: is anybody there, and how far away"), "ping", text=tr("Ping"))
        self.wire = plain.tool_button(
            tr("Watch the lines on the wire"), "wire", text=tr("Wire"), checkable=True
        )
        self.all = plain.tool_button(tr("All conversations"), "down")
        self.search = plain.tool_button(tr("Find in what was said (Ctrl+F)"), "search")
        self._unread_out_of_sight = 0
        self._last: ConversationView | None = None
        self._welcome: QWidget | None = None
        self._receipts: ReceiptsView | None = None
        self.finding = FindView(client, self._pages.stack)
        self.finding.hits.painter.looks_like = self._lookalikes.of
        self._going = Going(client, self.finding, self._go_to_view, lambda: self.current)
        self._counting = Gathering(self._show_counts, self)
        self._put_together()
        self._listen()

    def _put_together(self) -> None:
        self.ping.setObjectName("ping")
        self.wire.setObjectName("wireToggle")
        self.all.setObjectName("allTabs")
        self.search.setObjectName("beginFind")
        head = row((self.tabs, 1), self.all, self.search, self.ping, self.wire, margins=(4, 0, 12, 0), gap=4)
        self.setLayout(col(head, rule(), (self.finding, 1), gap=0))

    def _listen(self) -> None:
        self.tabs.currentChanged.connect(self._on_current)
        self.tabs.currentChanged.connect(self._counting.soon)
        self.tabs.close_wanted.connect(self.close_tab)
        self.tabs.menu_wanted.connect(self._offer_tab)
        self._pages.moved.connect(self._note_open)
        self._apart.put_back.connect(self._put_back)
        self._apart.looked.connect(self._look_apart)
        self.tabs.changed.connect(self._counting.soon)
        self.all.clicked.connect(self.list_all)
        self.search.clicked.connect(lambda _checked: self.begin_find())
        self.ping.clicked.connect(self.ping_wanted)
        self.wire.toggled.connect(self.wire_wanted)
        self._client.conversations.changed.connect(self._on_changed)
        self._client.link.changed.connect(self._on_link)
        self._client.notice.connect(self._on_notice)

    def close_view(self) -> None:
        """Stop listening: the window was closed."""
        self._client.conversations.changed.disconnect(self._on_changed)
        self._client.link.changed.disconnect(self._on_link)
        self._client.notice.disconnect(self._on_notice)
        self._counting.stop()
        self._lookalikes.close()
        self._close_receipts()
        self.finding.close_view()
        self._apart.close()
        for view in self.views():
            view.close_view()

    # Tabs

    def views(self) -> list[ConversationView]:
        """Give the pages of the open conversations, in the order of the tabs; then those set apart."""
        return [*self._pages.views(), *self._apart.views()]

    @property
    def current(self) -> ConversationView | None:
        """The conversation on the screen."""
        return self._pages.current

    def begin_find(self, words: str = "", *, everywhere: bool | None = None) -> None:
        """Let something be looked for in what was said."""
        self._close_receipts()
        self._going.begin(words, everywhere=everywhere)

    def _go_to_view(self, audience: Audience) -> ConversationView:
        """Go to a conversation, and give its page."""
        self.open(audience)
        view = self._view(audience)
        assert view is not None
        return view

    def open(self, audience: Audience, *, in_place_of_empty: bool = False) -> None:
        """Go to a conversation; `in_place_of_empty`: a tab in which nothing was said gives its place."""
        leaving = self.current
        view = self._view(audience) or self._add(audience)
        if self._apart.bring(view):
            return
        self._pages.go_to(view)
        if (
            leaving is not None
            and leaving is not view
            and in_place_of_empty
            and not leaving.conversation.last
        ):
            self._close(leaving)

    def show_welcome(self, welcome: QWidget) -> None:
        """Show a page that is no conversation, until one is opened."""
        self._welcome = welcome
        self._pages.put(0, welcome, tr("Welcome"), "everyone")
        self._pages.go_to(welcome)
        self._pages.stack.setCurrentIndex(0)

    def close_tab(self, index: int) -> None:
        """Close a tab; what was said in it stays where it is."""
        page = self._pages.stack.widget(index)
        if page is not None:
            self._close(page)

    def _close(self, page: QWidget) -> None:
        if isinstance(page, ConversationView):
            self._closed.add(page.conversation.audience)
            page.close_view()
        self._take_out(page)
        page.deleteLater()
        if page is self._welcome:
            self._welcome = None
        self._go_on()

    def _take_out(self, page: QWidget) -> None:
        self._pages.take(page)
        if page is self._last:
            self._last = None

    def _go_on(self) -> None:
        """Show what is there when a page has gone."""
        self._note_open()
        if not self._begun:
            return
        if self.tabs.count():
            self._on_current(self.tabs.currentIndex())
        else:
            self.emptied.emit()

    def move_current(self, by: int) -> None:
        """Move the tab on the screen to the left or the right."""
        self._pages.move_current(by)

    # In a window of its own

    def set_current_apart(self) -> None:
        """Give the conversation on the screen a window of its own."""
        if self.current is not None:
            self._set_apart(self.current)

    def _set_apart(self, view: ConversationView) -> None:
        self._take_out(view)
        window = self._apart.take(view)
        self.set_apart.emit(window)
        window.show()
        self._go_on()

    def _put_back(self, view: ConversationView) -> None:
        """Show a conversation among the tabs again."""
        view.leave(self._now())
        self._put(view)
        self._pages.go_to(view)

    def _look_apart(self, view: ConversationView, looks: bool) -> None:
        if looks:
            view.arrive()
            self._counting.soon()
        else:
            view.leave(self._now())

    # What was open when one left

    def open_again(self) -> bool:
        """Open what was open at the last start, then what is unread; say whether anything was open."""
        left = self._client.desk.left
        current, apart = left.current, list(left.apart)
        for audience in [*left.open, *apart]:
            if self._view(audience) is None:
                self._add(audience)
        for conversation in self._client.conversations.all():
            self._on_changed(conversation)
        for audience in apart:
            view = self._view(audience)
            if view is not None:
                self._set_apart(view)
        view = self._view(current) if current is not None else None
        if view in self._pages.views():
            self._pages.go_to(view)
        self._begun = True
        if self.tabs.count():
            self._on_current(self.tabs.currentIndex())
        return bool(left.open or apart)

    def _note_open(self) -> None:
        view = self.current
        if not self._begun:
            return
        self._client.desk.note_open(
            [one.conversation.audience for one in self._pages.views()],
            [one.conversation.audience for one in self._apart.views()],
            view.conversation.audience if view is not None else None,
        )

    # Which one

    def close_current(self) -> None:
        """Close the tab on the screen."""
        self.close_tab(self.tabs.currentIndex())

    def step(self, by: int) -> None:
        """Go to the next tab, or back."""
        self._pages.step(by)

    def _view(self, audience: Audience) -> ConversationView | None:
        return next((view for view in self.views() if view.conversation.audience == audience), None)

    def _add(self, audience: Audience) -> ConversationView:
        conversations = self._client.conversations
        conversation = conversations.get(audience)
        view = ConversationView(
            conversation, conversations.get(EVERYONE), self._me, gap=lambda: conversations.gap
        )
        view.model.show_aside(self._aside)
        view.transcript_made.connect(lambda transcript: self._listen_to(view, transcript))
        self._listen_to(view, view.transcript)
        self._put(view)
        if self._welcome is not None:
            self._close(self._welcome)
        return view

    def _listen_to(self, view: ConversationView, transcript: Transcript) -> None:
        """Do what is wanted in a conversation, at its newest or at a place far back."""
        transcript.messages.looks_like = self._lookalikes.of
        transcript.went_to_everyone.connect(lambda: self.open(EVERYONE))
        transcript.say_again.connect(lambda text: self.say_again.emit(text, view))
        transcript.quoted.connect(lambda text: self.quoted.emit(text, view))
        transcript.typed.connect(lambda text: self.typed.emit(text, view))
        transcript.lines_wanted.connect(self.lines_wanted)
        transcript.receipts_wanted.connect(lambda said, at: self._open_receipts(transcript, said, at))

    def _put(self, view: ConversationView) -> None:
        """Put a page behind the others."""
        audience = view.conversation.audience
        title, icon = wording.title(audience, self._me), tab_bar.icon_of(audience, self._me)
        self._pages.put(self.tabs.count(), view, title, icon)
        self._pages.show_unread(view)
        self._note_open()

    # What is read

    def be_here(self, here: bool) -> None:
        """The reader looks at the window, or no longer."""
        self._here = here
        view = self.current
        if view is not None and here:
            self._arrive(view)
        elif view is not None:
            view.leave(self._now())

    def _on_current(self, index: int) -> None:
        page = self._pages.stack.widget(index)
        if page is None or not self._begun:
            return
        self._close_receipts()
        self._pages.stack.setCurrentWidget(page)
        if self._last is not None and self._last is not page:
            self._last.leave(self._now())
            self._last.turn_away()
        self._last = page if isinstance(page, ConversationView) else None
        if isinstance(page, ConversationView):
            self._arrive(page)
            self.finding.follow(page.conversation.audience)
            self.shown.emit(page.conversation.audience)
        self._note_open()
        self._offer_ping()

    def _arrive(self, view: ConversationView) -> None:
        if self._here:
            view.arrive()
            self._pages.show_unread(view)

    def _on_changed(self, conversation: Conversation) -> None:
        view = self._view(conversation.audience)
        if view is None and self._opens_by_itself(conversation) and self.tabs.count() < MOST_BY_ITSELF:
            view = self._add(conversation.audience)
        if view is not None:
            if conversation.unread and view.at_end():
                conversation.shown()
            view.look_soon()
        self._counting.soon()

    def _show_counts(self) -> None:
        """Show how many are unread in each tab, and whether there is more than the tabs show."""
        for view in self._pages.views():
            self._pages.show_unread(view)
        self._apart.show_unread()
        self._show_crowd()

    def _opens_by_itself(self, conversation: Conversation) -> bool:
        """Tell whether a conversation gets a tab: it is unread, or nothing was on this device at first."""
        new = self._new_here and conversation.newest and conversation.audience not in self._closed
        return bool(conversation.unread or new)

    def _on_link(self) -> None:
        """Go on with what could not be loaded without a connection."""
        if self._client.link.state is LinkState.ONLINE:
            for view in self.views():
                view.retry()

    def _on_notice(self, _sentence: str) -> None:
        """Show where something was lost, if that is what was told."""
        for view in self.views():
            view.model.soon()

    def _offer_ping(self) -> None:
        view = self.current
        names = view.conversation.audience.names if view is not None else ()
        can = bool(names) and names != (self._me,)
        self.ping.setEnabled(can)
        if can:
            whom = tr("Ping {names}: there, and how far away?", names=wording.listed(names))
        else:
            whom = tr("Choose a person to ping")
        plain.set_tooltip(self.ping, whom)

    # How far one's own came

    def _open_receipts(self, transcript: Transcript, said: Said, place: QRect) -> None:
        """Show with whom a message came how far, beside it."""
        self._close_receipts()
        viewport, window = transcript.viewport(), self.window()
        assert viewport is not None and window is not None
        conversation = transcript.messages.conversation
        if conversation.audience != said.audience:  # what was said to everyone is shown in passing elsewhere
            conversation = self._client.conversations.get(said.audience)
        shown = self._receipts = ReceiptsView(self._client, conversation, said, window)
        shown.say_again.connect(self.say_again_to)
        shown.closed.connect(self._on_receipts_closed)
        shown.let_go.connect(transcript.setFocus)
        shown.open_at(QRect(viewport.mapTo(window, place.topLeft()), place.size()))

    def _on_receipts_closed(self) -> None:
        self._receipts = None

    def _close_receipts(self) -> None:
        if self._receipts is not None:
            self._receipts.close_view()

    # How it looks

    def show_aside(self, wanted: bool) -> None:
        """Show in every conversation what went to everyone, or do not."""
        self._aside = wanted
        for view in self.views():
            view.model.show_aside(wanted)

    def notice(self, audience: Audience, text: str) -> None:
        """Say something in a conversation that is open."""
        view = self._view(audience)
        if view is not None:
            view.model.notice(text)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Leave the room to the tabs."""
        super().resizeEvent(event)
        if self._receipts is not None:
            self._receipts.place()
        roomy = self.width() >= NARROW
        self.search.setVisible(roomy)  # else the menu has it, and the tabs have their room
        for tool, text in ((self.ping, tr("Ping")), (self.wire, tr("Wire"))):
            tool.setText("\N{NO-BREAK SPACE}" + text)
            tool.setToolButtonStyle(_BESIDE if roomy else _ALONE)
        self._show_crowd()

    def _show_crowd(self) -> None:
        without = self._without_tab()
        self.all.setVisible(self.tabs.crowded() or bool(without))
        unread = self.tabs.unread_out_of_sight() + sum(talk.unread for talk in without)
        if unread != self._unread_out_of_sight:
            self._unread_out_of_sight = unread
            name = tr("All conversations")
            self.all.setText(tab_bar.count(unread) if unread else "")
            self.all.setToolButtonStyle(_BESIDE if unread else _ALONE)
            self.all.setAccessibleName(f"{name}, {wording.unread(unread)}" if unread else name)
            self.all.setProperty("role", "unread" if unread else "")
            plain.restyle(self.all)

    def _without_tab(self) -> list[Conversation]:
        """Give the conversations in which something was said and that have no tab, the newest first."""
        open_ones = {view.conversation.audience for view in self.views()}
        known = (talk for talk in self._client.conversations.all() if talk.newest)
        return [talk for talk in known if talk.audience not in open_ones]

    def list_all(self) -> None:
        """List all conversations: those that are open, and then the others."""
        menu = tab_menus.all_conversations(self.tabs, self._without_tab(), self._me, self.open)
        at = self.all if self.all.isVisible() else self.tabs
        menu.popup(at.mapToGlobal(at.rect().bottomLeft()))

    def _offer_tab(self, index: int, at: QPoint) -> None:
        """Offer what can be done with a tab."""
        page = self._pages.stack.widget(index)
        acts: list[tuple[str, Callable[[], object]]] = [(tr("Close"), lambda: self.close_tab(index))]
        if isinstance(page, ConversationView):
            acts.append((tr("In a window of its own"), lambda: self._set_apart(page)))
            acts.append(tab_menus.muting(self._client.desk, page.conversation.audience))
        tab_menus.one_tab(self.tabs, acts).popup(at)

    def next_unread(self) -> bool:
        """Go to the next conversation in which something is unread; say whether there is one."""
        known = self._client.conversations.all()
        waiting = [one for one in known if one.unread and not self._client.desk.is_muted(one.audience)]
        view = self.current
        here = [one for one in waiting if view is None or one is not view.conversation]
        if here:
            self.open(here[-1].audience)  # the one that waits longest
        return bool(here)
