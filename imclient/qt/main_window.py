"""The main window: roster, conversations, composer and wire, put together once."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import QEvent, QSize, Qt, QTimer, pyqtSignal
from PyQt5.QtGui import QCloseEvent
from PyQt5.QtWidgets import QApplication, QMainWindow, QWidget
from twisted.internet.defer import Deferred

from imclient.core import slash, wording
from imclient.core.client import Client, LinkState
from imclient.core.said import Said
from imclient.core.showing import Shown
from improtocol.audience import EVERYONE, Audience
from imqt import plain, theme
from imqt.dress import Choice, Dress
from imqt.layout import box, col, rule
from imqt.notice_bar import NoticeBar
from imtongue import tr

from .asking import Asking
from .audience_choice import Mode
from .blocked_window import BlockedWindow
from .closing_window import ClosingWindow
from .composer import Composer
from .conversations_view import ConversationsView
from .devices_window import DevicesWindow
from .keys_window import KeysWindow
from .menus import Menus
from .outbox_window import OutboxWindow
from .panes import Panes
from .password_window import PasswordWindow
from .roster_view import RosterView
from .slash_line import WindowFront
from .status_view import LinkStatus, NewsStatus, OutboxStatus
from .surroundings import Surroundings
from .talk_window import TalkWindow
from .welcome_view import WelcomeView
from .wire_view import WireView

#: Every pane of the window: what the gallery and a test open one by one.
PANES: dict[str, Callable[[Client], QWidget]] = {
    "roster": RosterView,
    "conversations": ConversationsView,
    "composer": Composer,
    "wire": WireView,
}

#: How wide and how high a window is at least, beside type of the usual size.
SMALLEST = 480


class MainWindow(QMainWindow):
    """What somebody who is logged in sees."""

    closed = pyqtSignal()
    logged_out = pyqtSignal(str)  #: this user left: what is to be told of that, if anything
    signed_out = pyqtSignal(str)  #: this device was signed out from elsewhere: the sentence

    def __init__(
        self, client: Client, dress: Dress, host: str = "", port: int = 0, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._client, self._dress = client, dress
        self._host, self._port = host, port
        self._me = client.name or ""
        self.roster = RosterView(client)
        self.conversations = ConversationsView(client)
        self.composer = Composer(client)
        self.wire = WireView(client)
        self._ends = (LinkStatus(client), OutboxStatus(client))
        self._news = NewsStatus()
        self.notices = NoticeBar()
        self._asking = Asking(client, self, self._news.show_news, self.conversations.notice)
        self._menus = Menus(
            self, self, self._asking, self.conversations, dress.choice, client.settings.preferences
        )
        acts = [*self._menus.shown.values(), self._menus.quiet, self._menus.leave]
        self._around = Surroundings(client, self._asking.show_me_quietly, acts, self)
        self._front = WindowFront(
            *(client, self._current_audience, self.conversations.open, self._switch_wire),
            *(self.leave, self.log_out),
        )
        self._listening = True
        self._put_together()
        self._listen()
        self._open_first()
        self.conversations.show_aside(client.settings.preferences.asides)
        self._around.attention.count()

    # How it is put together

    def _put_together(self) -> None:
        self.setWindowTitle(f"{self._me} - imclient")
        self._need_room()
        talk = box(col(self.notices, (self.conversations, 1), rule(), self.composer, gap=0))
        self.wire.hide()
        self._panes = Panes(self.roster, talk, self.wire, self._dress.scale)
        self.setCentralWidget(self._panes)
        bar = self.statusBar()
        assert bar is not None
        bar.setSizeGripEnabled(False)
        bar.addWidget(self._ends[0], 1)
        bar.addPermanentWidget(self._news)
        bar.addPermanentWidget(self._ends[1])

    def _need_room(self) -> None:
        """Be no smaller than what stands in it can do with; larger type wants more, if the screen has it."""
        screen = self.screen()
        most = screen.availableSize() if screen is not None else QSize()
        self.setMinimumSize(QSize(theme.grown(SMALLEST), theme.grown(SMALLEST)).boundedTo(most))

    def sizeHint(self) -> QSize:
        """Open at a size that shows everything."""
        return QSize(1180, 760)

    def _listen(self) -> None:
        self.roster.opened.connect(self.write_to)
        self.roster.pinged.connect(
            lambda name: self._asking.ping([name], self._current_audience() or EVERYONE)
        )
        self.roster.block_wanted.connect(self._asking.ask_to_block)
        self.roster.let_go.connect(self.composer.edit.setFocus)
        self.roster.me.menu_wanted.connect(self._show_account_menu)
        self.roster.me.line_written.connect(self._asking.show_line)
        self._client.showing.changed.connect(self._show_shown)
        self._client.link.changed.connect(self._on_link)
        self._show_shown()
        self._menus.allow_connecting(self._client.link.is_away)
        self.conversations.shown.connect(self._on_shown)
        self.conversations.emptied.connect(lambda: self.conversations.open(EVERYONE))
        self.conversations.ping_wanted.connect(self.ping)
        self.conversations.wire_wanted.connect(self._menus.wire.setChecked)
        self.conversations.say_again.connect(lambda text, at: self._composer_beside(at).write(text))
        self.conversations.lines_wanted.connect(self._show_lines)
        self.conversations.quoted.connect(lambda text, at: self._composer_beside(at).quote(text))
        self.conversations.typed.connect(lambda text, at: self._composer_beside(at).go_on(text))
        self.conversations.say_again_to.connect(self.write_again)
        self.conversations.set_apart.connect(self._on_set_apart)
        self.composer.audience_chosen.connect(self._on_audience_chosen)
        self.composer.commanded.connect(self._obey)
        self.composer.let_go.connect(self.roster.list.setFocus)
        self.wire.closed.connect(lambda: self._menus.wire.setChecked(False))
        self._ends[1].opened.connect(self.show_outbox)
        self._client.conversations.changed.connect(self._call_attention)
        self.composer.edit.textChanged.connect(self._around.idle.touched)
        self._around.counted.connect(self._show_title)
        self._around.brought.connect(self.bring)
        self._around.went_to.connect(self._go_to)
        self._client.notice.connect(self.notices.tell)
        self._client.over.connect(self.notices.take_back)
        self._client.roster.renamed.connect(self._on_renamed)

    def _open_first(self) -> None:
        if self.conversations.open_again():
            if self.conversations.current is None:
                self.conversations.open(EVERYONE)
            self.composer.edit.setFocus()
            return
        alone = not self._client.roster.people()
        talks = [talk for talk in self._client.conversations.all() if talk.last is not None]
        if alone and not talks:
            self._welcome()
        else:
            self.conversations.open(EVERYONE)
            for newest in talks[:1]:
                self.conversations.open(newest.audience)
        if self.composer.isVisibleTo(self):
            self.composer.edit.setFocus()

    def _welcome(self) -> None:
        welcome = WelcomeView(self._me, self._host, self._port)
        welcome.note_wanted.connect(self.write_note)
        welcome.wire_wanted.connect(lambda: self._menus.wire.setChecked(True))
        self.conversations.show_welcome(welcome)
        self.composer.show_audience(EVERYONE)
        self.composer.hide()
        welcome.begin()
        self._client.roster.added.connect(self._end_welcome)

    def _end_welcome(self, _person: object) -> None:
        """Somebody else is here: there is something better to show."""
        self._client.roster.added.disconnect(self._end_welcome)
        if self.conversations.current is None:
            self.conversations.open(EVERYONE)
            self.composer.edit.setFocus()

    # Which conversation

    def write_to(self, names: list[str]) -> None:
        """Go to the conversation with these people."""
        self.conversations.open(Audience.of(*names))
        self.composer.edit.setFocus()

    def write_again(self, names: list[str], text: str) -> None:
        """Put a text there for these people, below what was being written to them; nothing is sent."""
        self.write_to(names)
        begun = self.composer.edit.toPlainText()
        self.composer.write(f"{begun}\n{text}" if begun.strip() else text)

    def _on_shown(self, audience: Audience) -> None:
        self.composer.show()
        self.composer.show_audience(audience)
        self.wire.follow(audience)

    def _show_lines(self, said: Said) -> None:
        """Show the lines on the wire of one message."""
        self._menus.wire.setChecked(True)
        self.wire.show_message(said)

    def _on_audience_chosen(self, audience: Audience) -> None:
        # The text first: when the other conversation comes, it must already belong there.
        self.composer.show_audience(audience, take_draft=True)
        self.conversations.open(audience, in_place_of_empty=True)

    def _composer_beside(self, view: QWidget) -> Composer:
        """Give the composer that stands in the same window as a conversation."""
        window = view.window()
        return window.composer if isinstance(window, TalkWindow) else self.composer

    def _on_set_apart(self, window: TalkWindow) -> None:
        """Let the composer of another window do what this one's does."""
        window.composer.audience_chosen.connect(lambda audience: self._go_from(window, audience))
        window.composer.commanded.connect(self._obey)
        window.find_wanted.connect(self._find_beside)
        # As it is then: it may be at a place far back.
        window.composer.let_go.connect(lambda: window.view.reading.setFocus())  # noqa: PLW0108

    def _go_from(self, window: TalkWindow, audience: Audience) -> None:
        """Go on writing to others here: a window of its own stays with its conversation."""
        mine = window.view.conversation.audience
        if audience == mine:
            return
        text = window.composer.edit.toPlainText()
        window.composer.edit.clear()
        window.composer.show_audience(mine)
        self.conversations.open(audience)
        self.activateWindow()
        self.composer.write(text)

    # Acts

    def log_out(self) -> None:
        """Leave this account, which says its password to come in again."""
        self._let_go()
        self.setEnabled(False)  # for the moment that the server takes
        self._client.log_out().addCallback(self.logged_out.emit)

    def leave(self) -> None:
        """Leave, and let somebody come in."""
        self._let_go()
        self.logged_out.emit("")

    def quit(self) -> None:
        """End the program: that is what closing the window does."""
        self.close()

    def find_person(self) -> None:
        """Search in the roster."""
        self.roster.begin_search()

    def find_said(self, words: str = "", *, everywhere: bool | None = None) -> None:
        """Find something in what was said: here, or in all conversations."""
        self.conversations.begin_find(words, everywhere=everywhere)

    def step_found(self, by: int) -> None:
        """Go to what was found so many places further down, or up; or begin to look for something."""
        if self.conversations.finding.is_open:
            self.conversations.finding.go(by)
        else:
            self.find_said()

    def _find_beside(self) -> None:
        """Find something for whoever reads in a window of its own: it goes there by itself."""
        self.bring()
        self.find_said(everywhere=True)

    def write_to_chosen(self) -> None:
        """Write to those who are chosen in the roster."""
        names = self.roster.model.chosen()
        if names:
            self.roster.model.choose_none()
            self.write_to(names)

    def choose_mode(self, mode: Mode) -> None:
        """Write to one, to several, to everyone."""
        self.composer.show()
        self.composer.edit.setFocus()
        self.composer.audience.choose(mode)

    def write_note(self) -> None:
        """Write to oneself."""
        self.write_to([self._me])

    def next_unread(self) -> None:
        """Go to the conversation in which something unread waits longest."""
        if self.conversations.next_unread():
            self.composer.edit.setFocus()
        else:
            self._news.show_news(tr("Nothing is unread."))

    def step_pane(self, by: int) -> None:
        """Go to the next part of the window."""
        view = self.conversations.current
        stops: list[QWidget] = [self.roster.search, self.roster.list, self.conversations.tabs]
        stops += [self.conversations.finding.field, self.conversations.finding.hits]
        stops += [view.reading] if view is not None else []
        stops += [self.composer.edit, self.wire.list]
        stops = [stop for stop in stops if stop.isVisible()]
        at = next((place for place, stop in enumerate(stops) if stop.hasFocus()), -1 if by > 0 else 0)
        stops[(at + by) % len(stops)].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_wire(self, shown: bool) -> None:
        """Show the lines on the wire, or hide them."""
        self._panes.show_wire(shown)
        self.conversations.wire.setChecked(shown)

    def show_aside(self, shown: bool) -> None:
        """Show in every conversation what went to everyone, or do not."""
        self.conversations.show_aside(shown)
        self.prefer(asides=shown)

    def dress(self, choice: Choice) -> None:
        """Be light, dark, or as the desktop is."""
        self._dress.choose(choice)
        self.prefer(theme=choice.value)

    def scale(self, by: int) -> None:
        """Set larger or smaller type."""
        self._dress.step(by)
        self._need_room()
        self.prefer(scale=self._dress.scale)
        self._panes.show_scale(self._dress.scale)

    def speak(self, language: str) -> None:
        """Speak another language from the next start on."""
        self.prefer(language=language)
        self._news.show_news(tr("It is spoken from the next start on."))

    def prefer(self, **changes: object) -> None:
        """Like something otherwise from now on."""
        self._client.prefer(**changes)

    def _show_account_menu(self) -> None:
        button = self.roster.me.menu_button
        self._menus.account.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def _obey(self, word: str, rest: str) -> None:
        """Do what a slash command says."""
        acts = {
            "who": self.find_person,
            "find": lambda: self.find_said(rest, everywhere=True),
            "ping": self.ping,
            "away": lambda: self._asking.show_me(Shown.AWAY, rest),
            "back": lambda: self._asking.show_me(Shown.ONLINE, rest),
            "block": lambda: self._asking.block(rest.lower()),
            "unblock": lambda: self._asking.unblock(rest.lower()),
            "blocked": self.show_blocked,
            "devices": self.show_devices,
            "help": self.tell_keys,
            "disc": self.leave,
        }
        if word == "password" and not rest:
            self.change_password()
            return
        if word == "close" and rest.lower() == self._client.name:
            self.close_account()
            return
        if word in acts:
            acts[word]()
            return
        done = Deferred.fromCoroutine(slash.obey(self._front, slash.Typed(word, rest)))
        done.addCallback(self._show_outcome).addErrback(self._asking.tell_failure)

    def _show_outcome(self, outcome: slash.Outcome) -> None:
        sentences = [shown for shown in outcome.shown if isinstance(shown, str)]
        if len(sentences) > 1:
            plain.tell(self, tr("The server answered"), "\n".join(sentences))
        elif sentences:
            self._news.show_news(sentences[0])

    def _current_audience(self) -> Audience | None:
        view = self.conversations.current
        return view.conversation.audience if view is not None else None

    def _switch_wire(self) -> bool:
        self._menus.wire.toggle()
        return self._menus.wire.isChecked()

    # Over the window

    def show_outbox(self) -> None:
        """List what waits to be sent."""
        OutboxWindow(self._client, self).open()

    def show_blocked(self) -> None:
        """List whom one has blocked."""
        BlockedWindow(self._client, self).open()

    def show_devices(self) -> None:
        """List the devices of the account."""
        DevicesWindow(self._client, self).open()

    def change_password(self) -> None:
        """Choose another password."""
        PasswordWindow(self._client, self._news.show_news, self).open()

    def close_account(self) -> None:
        """Ask whether the account shall be closed, for ever."""
        ClosingWindow(self._client, self._news.show_news, self).open()

    def tell_keys(self) -> None:
        """Say what the keys do, and which commands there are."""
        KeysWindow(self, self._client.rights).open()

    # The link

    def connect_now(self) -> None:
        """Come back without waiting any longer, also after having been replaced."""
        self._client.link.try_now()

    def _on_link(self) -> None:
        """Begin again when this device was signed out; not amid what the link has to do."""
        self._menus.allow_connecting(self._client.link.is_away)
        if self._client.link.state is LinkState.SIGNED_OUT:
            QTimer.singleShot(0, self._end_signed_out)

    def _end_signed_out(self) -> None:
        if self._listening:
            self._let_go()
            self.signed_out.emit(self._client.link.sentence)

    def _on_renamed(self, before: str, name: str) -> None:
        self._news.show_news(wording.renamed(before, name))

    # How one is shown

    def write_line(self) -> None:
        """Write the line of text that others see."""
        self.roster.me.begin_line()

    def _show_shown(self) -> None:
        self._menus.shown[self._client.showing.presence].setChecked(True)

    # Ping

    def ping(self) -> None:
        """Ping the people of the conversation on the screen."""
        audience = self._current_audience()
        if audience is not None:
            self._asking.ping([name for name in audience.names if name != self._me], audience)

    # The window

    def bring(self) -> None:
        """Come before the eyes."""
        if self.isMinimized():
            self.showNormal()
        self.show()
        self.raise_()
        self.activateWindow()

    def _go_to(self, audience: Audience) -> None:
        self.conversations.open(audience)
        self.composer.edit.setFocus()

    def _show_title(self, unread: int) -> None:
        """Say who one is, and how many messages are unread."""
        self.setWindowTitle(f"({unread}) {self._me} - imclient" if unread else f"{self._me} - imclient")

    def _call_attention(self, conversation: object) -> None:
        if getattr(conversation, "unread", 0) and not self.isActiveWindow():
            QApplication.alert(self)

    def changeEvent(self, event: QEvent | None) -> None:
        """Know whether somebody looks at the window."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.ActivationChange:
            self.conversations.be_here(self.isActiveWindow())

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Close, and with it the program."""
        super().closeEvent(event)
        place = self.geometry()
        self.prefer(geometry=f"{place.x()},{place.y()},{place.width()},{place.height()}")
        self._let_go()
        self.closed.emit()

    def _let_go(self) -> None:
        """Listen no more; asked twice, once is enough."""
        if self._listening:
            self._listening = False
            self._around.close()
            self._client.roster.renamed.disconnect(self._on_renamed)
            self._client.conversations.changed.disconnect(self._call_attention)
            self._client.notice.disconnect(self.notices.tell)
            self._client.over.disconnect(self.notices.take_back)
            self._client.showing.changed.disconnect(self._show_shown)
            self._client.link.changed.disconnect(self._on_link)
            self._client.roster.added.disconnect(self._end_welcome)
            for view in (self.roster, self.conversations, self.composer, self.wire, *self._ends):
                view.close_view()
