"""The roster pane: oneself, a search, everybody there is, and a button to write to those who are chosen."""

from __future__ import annotations

from PyQt5.QtCore import QEvent, QModelIndex, QObject, QPoint, Qt, pyqtSignal
from PyQt5.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PyQt5.QtWidgets import QAbstractItemView, QListView, QSizePolicy, QVBoxLayout, QWidget

from imclient.core import wording
from imclient.core.client import Client
from imqt import menus, painting, plain, theme
from imqt.layout import box, col, row, rule
from imqt.plain import PlainLabel
from imqt.search_field import search_field
from imtongue import number, tr

from . import letters
from .me_view import MeView
from .roster_model import RosterModel, RosterRow
from .roster_row import SIDE, RosterDelegate

#: Narrower than this, the button says less.
NARROW = 240
_SHIFT, _CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class People(QListView):
    """Everybody there is. A click writes to somebody; a click on an avatar, Space, Ctrl or Shift chooses."""

    opened = pyqtSignal(str)
    pinged = pyqtSignal(str)
    block_wanted = pyqtSignal(str, bool)  #: block somebody, or unblock
    favourite_wanted = pyqtSignal(str, bool)
    write_wanted = pyqtSignal()
    let_go = pyqtSignal()  #: Escape, with nobody chosen
    typed = pyqtSignal(str)  #: letters: somebody is searched for

    def __init__(self, model: RosterModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("roster")
        self.setAccessibleName(tr("People"))
        self.people = model
        self._anchor = QModelIndex()
        self.setModel(model)
        self._painter = RosterDelegate(self, model)
        self.setItemDelegate(self._painter)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def changeEvent(self, event: QEvent | None) -> None:
        """Lay the rows out anew when the type is another."""
        super().changeEvent(event)
        if theme.has_changed(event):
            self._painter.measure()
            self.scheduleDelayedItemsLayout()

    def focusInEvent(self, event: QFocusEvent | None) -> None:
        """Begin at the first person, for whoever comes by key."""
        assert event is not None
        super().focusInEvent(event)
        rows = self.people.rows
        if painting.by_key(event.reason()) and self._person(self.currentIndex()) is None and rows:
            first = next((place for place, row in enumerate(rows) if not row.heading), 0)
            self.setCurrentIndex(self.people.index(first))

    def _person(self, index: QModelIndex) -> RosterRow | None:
        found = self.people.row(index) if index.isValid() else None
        return None if found is None or found.heading else found

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """Open or choose the person under the mouse."""
        super().mouseReleaseEvent(event)
        assert event is not None
        index = self.indexAt(event.pos())
        person = self._person(index)
        if person is None or event.button() != Qt.MouseButton.LeftButton:
            return
        on_avatar = event.pos().x() < SIDE + theme.heights().avatar + 6
        if event.modifiers() & _SHIFT and self._anchor.isValid():
            self.people.choose(self.people.names(self._anchor.row(), index.row()))
        elif event.modifiers() & _CTRL or on_avatar:
            self.people.toggle(person.name)
        else:
            self.opened.emit(person.name)
        self._anchor = index

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Space chooses, Enter writes, Escape lets go."""
        assert event is not None
        person = self._person(self.currentIndex())
        if event.key() == Qt.Key.Key_Space and person is not None:
            self.people.toggle(person.name)
        elif event.key() in _ENTER and self.people.chosen():
            self.write_wanted.emit()
        elif event.key() in _ENTER and person is not None:
            self.opened.emit(person.name)
        elif event.key() == Qt.Key.Key_Escape and self.people.chosen():
            self.people.choose_none()
        elif event.key() == Qt.Key.Key_Escape:
            self.let_go.emit()
        elif letters.are_typed(event):
            self.typed.emit(event.text())
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent | None) -> None:
        """Offer what can be done with a person."""
        assert event is not None
        index, at = self.indexAt(event.pos()), event.globalPos()
        viewport = self.viewport()
        if event.reason() == QContextMenuEvent.Reason.Keyboard and viewport is not None:
            index = self.currentIndex()
            at = viewport.mapToGlobal(self.visualRect(index).center())
        person = self._person(index)
        if person is not None:
            self._offer(person, at)

    def _offer(self, person: RosterRow, at: QPoint) -> None:
        menu = menus.passing(self, "personMenu")
        name, words = person.name, wording.named(person.name)
        block = tr("Unblock {name}", name=words) if person.blocked else tr("Block {name}…", name=words)
        favourite = tr("No favourite any more") if person.favourite else tr("A favourite: on top")
        choose = tr("Take out of the choice") if person.chosen else tr("Choose")
        for text, act in (
            (tr("Write to {names}", names=words), lambda: self.opened.emit(name)),
            (tr("Ping {names}", names=words), lambda: self.pinged.emit(name)),
            (choose, lambda: self.people.toggle(name)),
            (favourite, lambda: self.favourite_wanted.emit(name, not person.favourite)),
            (block, lambda: self.block_wanted.emit(name, not person.blocked)),
        ):
            menus.add(menu, plain.literal(text), act)
        menu.popup(at)


class RosterView(QWidget):
    """The pane on the left."""

    opened = pyqtSignal(list)  #: write to these names
    pinged = pyqtSignal(str)
    block_wanted = pyqtSignal(str, bool)
    let_go = pyqtSignal()

    def __init__(self, client: Client, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self.model = RosterModel(client, parent=self)
        self.me = MeView(client)
        self.search = search_field(tr("Find a person"), "findPerson")
        self.list = People(self.model)
        self._nobody = self._nobody_words()
        self._write = plain.button(tr("Write"), "primary", icon_name="people")
        self._write.setObjectName("writeToChosen")
        self._clear = plain.button(tr("Clear"), "quiet")
        self._chosen_bar = self._bar()
        self.setLayout(col(box(self._column(), "side")))
        self._listen()
        self._show_counts()
        self._show_chosen()

    def begin_search(self) -> None:
        """Let somebody be searched for."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def close_view(self) -> None:
        """Stop listening: the window was closed."""
        self.model.close()
        self.me.close_view()

    def _column(self) -> QVBoxLayout:
        return col(
            row(self.me, margins=(SIDE, 12, 8, 8)),
            row(self.search, margins=(SIDE, 0, SIDE, 4)),
            self._nobody,
            (self.list, 1),
            self._chosen_bar,
            gap=0,
        )

    def _nobody_words(self) -> QWidget:
        self._nobody_heading = PlainLabel(tr("Nobody else yet"), "group")
        self._nobody_text = PlainLabel("", "caption", wrap=True)
        return box(col(self._nobody_heading, self._nobody_text, margins=(SIDE, 12, SIDE, 8), gap=4), "side")

    def _bar(self) -> QWidget:
        self._clear.setObjectName("clearChosen")
        self._clear.clicked.connect(self.model.choose_none)
        self._write.setMinimumWidth(80)
        self._write.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        buttons = row((self._write, 1), self._clear, margins=(SIDE, 12, SIDE, 12))
        return box(col(rule(), buttons, gap=0), "side")

    def _listen(self) -> None:
        self.model.counted.connect(self._show_counts)
        self.model.chosen_changed.connect(self._show_chosen)
        self.search.textChanged.connect(self._search)
        self.search.installEventFilter(_SearchKeys(self))
        self._write.clicked.connect(self._write_to_chosen)
        self.list.write_wanted.connect(self._write_to_chosen)
        self.list.opened.connect(lambda name: self.opened.emit([name]))
        self.list.pinged.connect(self.pinged)
        self.list.block_wanted.connect(self.block_wanted)
        self.list.let_go.connect(self.let_go)
        self.list.typed.connect(self._type)
        self.list.favourite_wanted.connect(self._client.desk.note_favourite)

    def _type(self, text: str) -> None:
        self.search.setFocus()
        self.search.insert(text)

    def _search(self, sought: str) -> None:
        self.list.setProperty("searching", bool(sought))
        self.model.search(sought)
        self._show_counts()

    def open_first(self) -> None:
        """Write to the first one found."""
        found = self.model.first()
        if found is not None:
            self.search.clear()
            self.opened.emit([found.name])

    def _write_to_chosen(self) -> None:
        names = self.model.chosen()
        self.model.choose_none()
        self.opened.emit(names)

    def _show_chosen(self) -> None:
        chosen = self.model.chosen()
        roomy = self.width() >= NARROW
        self._write.setText(plain.beside_icon(self._write_words(chosen, roomy)))
        self._clear.setVisible(roomy)  # else Escape, or a click on a tick
        self._write.setAccessibleName(tr("Write to {names}", names=wording.listed(chosen)))
        self._chosen_bar.setVisible(bool(chosen))

    def _write_words(self, chosen: list[str], roomy: bool) -> str:
        """Say it with as many words as there is room for."""
        if len(chosen) == 1:
            candidates = [tr("Write to {names}", names=chosen[0]), tr("Write")]
        else:
            count = number(len(chosen))
            candidates = [
                tr("Write to these {count}", count=count),
                tr("Write to {count}", count=count),
                count,
            ]
        beside = self._clear.sizeHint().width() + 8 if roomy else 0
        room = self.width() - 2 * SIDE - beside - theme.heights().icon - 44
        font = theme.font(weight=theme.Weight.STRONG)
        return next((words for words in candidates if painting.width_of(words, font) <= room), candidates[-1])

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Say it shortly where there is little room."""
        super().resizeEvent(event)
        self._show_chosen()

    def _show_counts(self) -> None:
        sought, found = self.model.sought, bool(self.model.rows)
        self._nobody.setVisible(not found)
        self._nobody_heading.setVisible(not sought)
        if sought:
            nobody = tr("Nobody is called {sought}.", sought=sought)
        else:
            nobody = tr("People appear here as soon as they register.")
        self._nobody_text.setText(nobody)


class _SearchKeys(QObject):
    """What keys do in the search: Enter writes to the first one found, Down goes into the list."""

    def __init__(self, view: RosterView) -> None:
        super().__init__(view)
        self._view = view

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Take the keys that mean something here."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        if event.key() in _ENTER:
            self._view.open_first()
        elif event.key() == Qt.Key.Key_Down:
            self._view.list.setFocus()
            self._view.list.setCurrentIndex(self._view.model.index(1))
        elif event.key() == Qt.Key.Key_Escape:
            self._view.search.clear()
            self._view.let_go.emit()
        else:
            return False
        return True
