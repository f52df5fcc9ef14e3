"""The server's window: who is here, what goes over the wire, how the server is, and the everyday acts."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import QEvent, QPoint, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QCloseEvent, QResizeEvent
from PyQt5.QtWidgets import QApplication, QMainWindow, QMenu, QSplitter, QWidget
from twisted.internet.defer import Deferred

from imqt import moments, painting, plain, theme
from imqt.dress import Dress
from imqt.layout import box, col, rule
from imqt.row_list import Gathering
from imtongue import tr, trn

from . import acts
from .command_line import CommandLine
from .figures_view import FiguresView
from .head import Head
from .keys_window import KeysWindow
from .link import State
from .menus import Menus
from .overseer import Overseer
from .people import Person
from .people_bar import PeopleBar
from .people_view import PeopleView
from .typed import Outcome, obey
from .wire_view import WireView


class MainWindow(QMainWindow):
    """One server's; ``own``: it runs in this program, and stops with this window."""

    closed = pyqtSignal()
    language_chosen = pyqtSignal(str)

    def __init__(
        self,
        overseer: Overseer,
        dress: Dress,
        place: str,
        way: str = "",
        *,
        own: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("serverWindow")
        self.setWindowTitle(f"imserver - {place}")
        self.setMinimumSize(900, 560)
        self._overseer, self.dress, self._own = overseer, dress, own
        self._ended = False
        self.drawn = False  #: somebody drew the figures wider or narrower
        self.head = Head(place, way, own=own)
        self.bar = PeopleBar()
        self.people = PeopleView(overseer.people)
        self.wire = WireView(overseer.wire)
        self.figures = FiguresView()
        self.line = CommandLine(overseer)
        self._lay_out()
        self._measure()
        self.menus = Menus(self, self, self.people, self.wire, dress, own=own)
        self.counting = Gathering(self._show_counts, self)
        self._listen()
        self._show_link()
        self._show_chosen()
        self._show_figures()
        self.line.field.setFocus()

    def sizeHint(self) -> QSize:
        """Open as large as all of it needs."""
        return QSize(1180, 760)

    def _lay_out(self) -> None:
        upper = box(col(self.bar, (self.people, 1), gap=0))
        split = QSplitter(Qt.Orientation.Vertical)
        split.setObjectName("split")
        split.setHandleWidth(1)
        split.setChildrenCollapsible(False)
        split.addWidget(upper)
        split.addWidget(box(col((self.wire, 1), gap=0)))
        split.setStretchFactor(0, 5)
        split.setStretchFactor(1, 3)
        split.setSizes([420, 200])
        self._sides = sides = QSplitter(Qt.Orientation.Horizontal)
        sides.setObjectName("sides")
        sides.setHandleWidth(1)
        sides.addWidget(split)
        sides.addWidget(self.figures)
        sides.setCollapsible(0, False)
        sides.setStretchFactor(0, 1)
        sides.splitterMoved.connect(self._on_drawn)
        self.parts = {"split": split, "sides": sides}  #: what can be drawn larger and smaller
        self.setCentralWidget(box(col(self.head, rule(), (sides, 1), rule(), self.line, gap=0)))

    def changeEvent(self, event: QEvent | None) -> None:
        """Give the figures room for larger type."""
        super().changeEvent(event)
        if theme.has_changed(event):
            self._measure()

    def _measure(self) -> None:
        """Give the figures what they need to be read; more, if somebody draws them wider."""
        self.figures.setMinimumWidth(min(round(painting.sign_side(220)), 320))
        self._share()

    def _share(self) -> None:
        """Give the figures their share, unless somebody drew them as they like."""
        if not self.drawn:
            usual = min(round(painting.sign_side(300)), 400)
            wide = usual if self.width() > 3.4 * usual else self.figures.minimumWidth()
            self._sides.setSizes([max(1, self.width() - wide), wide])

    def _on_drawn(self) -> None:
        self.drawn = True

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Share the room anew."""
        super().resizeEvent(event)
        self._share()

    def _listen(self) -> None:
        self.head.connect_.clicked.connect(self.connect_again)
        self.head.invite.clicked.connect(self.invite)
        self.head.announce.clicked.connect(self.announce)
        self.head.back_up.clicked.connect(self.back_up)
        self.head.stop.clicked.connect(self.stop)
        self.bar.write.clicked.connect(self.write)
        self.bar.reset.clicked.connect(self.reset_password)
        self.bar.suspend.clicked.connect(self.suspend)
        self.bar.disconnect_.clicked.connect(self.disconnect_)
        self.bar.sought.textChanged.connect(self._overseer.people.seek)
        self.bar.sought.returnPressed.connect(self._go_to_first)
        self.people.chosen.connect(self._show_chosen)
        self.people.wanted.connect(self._write_to)
        self.people.asked.connect(self._show_menu)
        self.wire.texts_wanted.connect(self._overseer.show_texts)
        model = self._overseer.people
        for signal in (model.rowsInserted, model.rowsRemoved, model.dataChanged, model.modelReset):
            signal.connect(self.counting.soon)
        self._overseer.in_sight = self.people.in_sight
        self._overseer.link_changed.connect(self._show_link)
        self._overseer.figures_changed.connect(self._show_figures)
        self._overseer.filled.connect(self._show_counts)
        self._overseer.told.connect(
            lambda who, text: self.line.tell(tr("{name} to you: {text}", name=who, text=text))
        )

    # --- what is shown ---

    def _show_link(self) -> None:
        self.head.show_link(self._overseer.link, self._overseer.figures.now)
        state = self._overseer.link.state
        self.menus.allow(state is State.ONLINE, state in (State.ENDED, State.WAITING))
        self._tell_ended(state)
        self._show_counts()

    def _tell_ended(self, state: State) -> None:
        """Say in full why nobody comes back by themselves; no more, as soon as somebody does."""
        ended = state is State.ENDED and not self._overseer.link.stays_away
        if ended and self._overseer.link.why:
            self.line.tell(self._overseer.link.why, wrong=True)
        elif self._ended:
            self.line.forget()
        self._ended = ended

    def _show_counts(self) -> None:
        when = self._when()
        self.bar.show_counts(self._overseer.people.people, full=self._overseer.full, when=when)
        self.figures.show_when(when)
        self.people.show_alone(self._overseer.full and len(self._overseer.people.people.all) <= 1)
        self.line.show_hint()
        self._show_chosen()

    def _when(self) -> str:
        """Say of when all that is shown is, if it is not of now."""
        if self._overseer.link.state is State.ONLINE:
            return ""
        return tr("as it was at {time}", time=moments.clock(self._overseer.seen))

    def _show_figures(self) -> None:
        self.head.show_link(self._overseer.link, self._overseer.figures.now)
        self.figures.show_figures(self._overseer.figures, self._overseer.people.people)

    def _show_chosen(self) -> None:
        online = self._overseer.link.state is State.ONLINE
        person = self.people.person()
        self.bar.show_person(person, me=self._overseer.link.entered, online=online)
        self.menus.show_person(person, self.bar)

    def _show_menu(self, at: QPoint) -> None:
        if self.people.person() is not None:
            menu: QMenu = self.menus.people
            viewport = self.people.viewport()
            assert viewport is not None
            menu.popup(viewport.mapToGlobal(at))

    # --- the everyday acts ---

    def invite(self) -> None:
        """Make an invite."""
        acts.invite(self, self._overseer)

    def announce(self) -> None:
        """Have the text of an announcement typed."""
        self.line.begin("/announce ")

    def say_to_all(self) -> None:
        """Have a text for everyone typed."""
        self.line.begin("/all ")

    def back_up(self) -> None:
        """Write the server into a file."""
        acts.back_up(self, self._overseer)

    def connect_again(self) -> None:
        """Come back after the server ended this session."""
        self._overseer.link.again()

    def stop(self) -> None:
        """Ask, then stop the server; a window on one that runs elsewhere stays, and comes back with it."""
        others = max(0, self._overseer.people.people.connected - 1)
        if others:
            who = trn("One other person is connected.", "{count} others are connected.", others)
            words = f"{who} {tr('Everybody is told when to come back, and nothing is lost.')}"
        else:
            words = tr("Nobody else is connected; nothing is lost.")
        plain.ask(
            self,
            tr("Stop the server?"),
            words,
            act=tr("Stop the server"),
            then=self._close if self._own else lambda: self._obey("/stop"),
            danger=True,
        )

    def _close(self) -> None:
        self.close()

    def write(self) -> None:
        """Have a text for who is chosen typed."""
        self._with_chosen(lambda person: self._write_to(person.name))

    def _write_to(self, name: str) -> None:
        if name:
            self.line.begin(f"/whisper {name} ")

    def reset_password(self) -> None:
        """Give who is chosen another password."""
        self._with_chosen(lambda person: acts.reset(self, self._overseer, person))

    def suspend(self) -> None:
        """Let who is chosen in no more, or again."""
        self._with_chosen(self._suspend)

    def _suspend(self, person: Person) -> None:
        if person.suspended is None:
            acts.suspend(self, self._overseer, person)
        else:
            self._obey(f"/restore {person.name}")

    def disconnect_(self) -> None:
        """End the sessions of who is chosen."""
        self._with_chosen(lambda person: acts.disconnect(self, self._overseer, person))

    def make_administrator(self) -> None:
        """Give who is chosen the right of an administrator, or take it away."""
        self._with_chosen(
            lambda person: (acts.revoke if person.administrator else acts.grant)(self, self._overseer, person)
        )

    def _obey(self, line: str) -> None:
        Deferred.fromCoroutine(obey(line, self._overseer)).addCallback(self._obeyed)

    def _obeyed(self, outcome: Outcome) -> None:
        if not outcome.done:
            self.line.tell(*outcome.lines, wrong=True)

    def _with_chosen(self, act: Callable[[Person], object]) -> None:
        person = self.people.person()
        if person is not None and person.name:
            act(person)

    # --- getting about ---

    def find_name(self) -> None:
        """Go to the field that finds a name."""
        self.bar.sought.setFocus()
        self.bar.sought.selectAll()

    def _go_to_first(self) -> None:
        if self._overseer.people.rows:
            self.people.setCurrentIndex(self._overseer.people.index(0, 0))
            self.people.setFocus()

    def go_to_line(self) -> None:
        """Go to the line to type in."""
        self.line.field.setFocus()

    def step_pane(self, by: int) -> None:
        """Go to the next part of the window, or the one before."""
        panes = [self.bar.sought, self.people, self.wire.list, self.figures, self.line.field]
        focused = QApplication.focusWidget()
        here = next((n for n, one in enumerate(panes) if one is focused or one.isAncestorOf(focused)), -1)
        panes[(here + by) % len(panes)].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def tell_keys(self) -> None:
        """Say which keys do what."""
        KeysWindow(self).open()

    def speak(self, language: str) -> None:
        """Speak another language from the next start on."""
        self.language_chosen.emit(language)
        self.line.tell(tr("It is spoken from the next start on."))

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Say so; whoever put it together stops what is to be stopped."""
        super().closeEvent(event)
        self._overseer.in_sight = tuple
        self.closed.emit()
