"""Finding what was said: a field over the conversation, and what was found in the place of it."""

from __future__ import annotations

from typing import Any

from PyQt5.QtCore import QEvent, QModelIndex, QObject, Qt, QTimer, pyqtSignal
from PyQt5.QtGui import QFocusEvent, QKeyEvent
from PyQt5.QtWidgets import QAbstractItemView, QCheckBox, QListView, QStackedWidget, QVBoxLayout, QWidget
from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from imclient.core import wording
from imclient.core.client import Client
from imclient.core.finder import Found
from imclient.core.sought import Sought
from improtocol.audience import Audience
from imqt import painting, plain, theme
from imqt.empty import Empty
from imqt.layout import box, col, row, rule
from imqt.plain import ElidedLabel, PlainLabel
from imqt.search_field import search_field
from imtongue import number, tr, trn

from . import letters
from .find_model import FindModel
from .find_row import SIDE, FindDelegate

#: Milliseconds in which what is typed gathers.
TYPING = 150
#: So near the end of what was found, in pixels, more is looked for.
NEAR = 200
#: So many letters can be looked for.
LONGEST = 200
_RIGHT: Any = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 5, Qt.Key.Key_PageUp: -5}


class Hits(QListView):
    """What was found."""

    chosen = pyqtSignal()
    typed = pyqtSignal(str)

    def __init__(self, model: FindModel, me: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("found")
        self.setAccessibleName(tr("What was found"))
        self.found = model
        self.setModel(model)
        self.painter = FindDelegate(self, model, me)
        self.setItemDelegate(self.painter)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(lambda _index: self.chosen.emit())

    def changeEvent(self, event: QEvent | None) -> None:
        """Lay the rows out anew when the type is another."""
        super().changeEvent(event)
        if theme.has_changed(event):
            self.scheduleDelayedItemsLayout()

    def focusInEvent(self, event: QFocusEvent | None) -> None:
        """Begin at the newest, for whoever comes by key."""
        assert event is not None
        super().focusInEvent(event)
        if painting.by_key(event.reason()) and not self.currentIndex().isValid():
            self.step(1)

    def step(self, by: int) -> bool:
        """Go so many rows on, or back; say whether there are any."""
        rows = len(self.found.rows)
        place = self.currentIndex().row() + by if self.currentIndex().isValid() else 0
        if rows:
            self.setCurrentIndex(self.found.index(max(0, min(place, rows - 1))))
        return bool(rows)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Enter goes to the message; letters mean the field."""
        assert event is not None
        if event.key() in _ENTER:
            self.chosen.emit()
        elif letters.are_typed(event):
            self.typed.emit(event.text())
        else:
            super().keyPressEvent(event)


class FindView(QWidget):
    """Stands round the conversations; what it looks through is what this device holds."""

    went_to = pyqtSignal(object, object)  #: go to this message, in which these words are
    closed = pyqtSignal(bool)  #: nothing is looked for any more; go back to where one was?

    def __init__(self, client: Client, talks: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._audience: Audience | None = None  #: the conversation on the screen
        self._asked: Deferred[Found] | None = None
        self._on = 0  #: what was said before that number was not looked through yet
        self._stale = True  #: what is shown was not looked for by what stands in the field
        self.model = FindModel(client.name or "", parent=self)
        self.field = search_field(tr("Find in what was said"), "findSaid")
        self.field.setMaxLength(LONGEST)
        self.hits = Hits(self.model, client.name or "")
        self._empty = Empty(self.hits)
        self._everywhere = QCheckBox(tr("In all conversations"))
        self._older = plain.tool_button(tr("The older one (F3)"), "down")
        self._newer = plain.tool_button(tr("The newer one (Shift+F3)"), "up")
        self._close = plain.tool_button(tr("Close and stay here"), "close")
        self._which = PlainLabel("", "caption")
        self._count = ElidedLabel("", "caption")
        self._foot = PlainLabel(wording.not_all_is_held(), "caption", wrap=True)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING)
        self._talks = talks
        self._name_controls()
        self._put_together()
        self._listen()

    # How it is put together

    def _name_controls(self) -> None:
        for control, name in (
            (self._everywhere, "findEverywhere"),
            (self._older, "findOlder"),
            (self._newer, "findNewer"),
            (self._close, "closeFind"),
            (self._which, "findWhich"),
            (self._count, "findCount"),
            (self._foot, "findFoot"),
        ):
            control.setObjectName(name)
        self._everywhere.setAccessibleName(tr("In all conversations"))

    def _put_together(self) -> None:
        tools = (self._which, self._newer, self._older, self._close)
        strip = row((self.field, 1), 4, *tools, margins=(SIDE, 8, 8, 8), gap=4)
        self._strip = box(col(strip, rule(), gap=0))
        head = row(self._everywhere, (self._count, 1), margins=(SIDE, 8, SIDE, 4), gap=12)
        self._count.setAlignment(_RIGHT)
        self._foot.setContentsMargins(SIDE, 8, SIDE, 8)
        found = box(col(head, (self.hits, 1), self._foot, gap=0))
        self._body = QStackedWidget()
        self._body.addWidget(self._talks)
        self._body.addWidget(found)
        layout: QVBoxLayout = col(self._strip, (self._body, 1), gap=0)
        self.setLayout(layout)
        self._strip.hide()
        self._show_which()

    def _listen(self) -> None:
        self.field.textEdited.connect(self._on_edited)
        self.field.installEventFilter(self)
        self._typing.timeout.connect(self._look)
        self._everywhere.toggled.connect(lambda _on: self._look())
        self._older.clicked.connect(lambda: self.go(1))
        self._newer.clicked.connect(lambda: self.go(-1))
        self._close.clicked.connect(lambda: self.close_find(back=False))
        self.hits.chosen.connect(lambda: self.go(0))
        self.hits.typed.connect(self._type)
        bar = self.hits.verticalScrollBar()
        assert bar is not None
        bar.valueChanged.connect(lambda value: self._look_on() if value > bar.maximum() - NEAR else None)

    def close_view(self) -> None:
        """Stop: the window was closed."""
        self._typing.stop()
        self._want_no_more()

    # Beginning and ending

    @property
    def is_open(self) -> bool:
        """Whether something is looked for."""
        return not self._strip.isHidden()

    @property
    def lists(self) -> bool:
        """Whether what was found stands in the place of the conversation."""
        return self._body.currentIndex() == 1

    def begin(self, audience: Audience | None, words: str = "", *, everywhere: bool | None = None) -> None:
        """Let something be looked for, in this conversation or in all."""
        self._strip.show()
        self._see(audience)
        if everywhere is not None or audience is None:
            self._everywhere.blockSignals(True)
            self._everywhere.setChecked(bool(everywhere) or audience is None)
            self._everywhere.blockSignals(False)
        if words:
            self.field.setText(words)
        self._stale = True
        self._list()

    def _list(self) -> None:
        """Show what is found, and take the keys."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()
        if self._stale:
            self._look()
        elif self.model.rows:
            self._show_list(shown=True)

    def follow(self, audience: Audience) -> None:
        """Know which conversation is on the screen: whoever went there wants to see it."""
        if self.is_open:
            self._see(audience)
            self._show_list(shown=False)

    def _see(self, audience: Audience | None) -> None:
        self._stale = self._stale or (audience != self._audience and not self._everywhere.isChecked())
        self._audience = audience
        self._everywhere.setEnabled(audience is not None)

    def close_find(self, *, back: bool) -> None:
        """Look for nothing any more."""
        if self.is_open:
            self._typing.stop()
            self._want_no_more()
            self._show_list(shown=False)
            self._strip.hide()
            self.closed.emit(back)

    def _show_list(self, *, shown: bool) -> None:
        self._body.setCurrentIndex(1 if shown else 0)
        self._show_which()

    # Looking

    def _on_edited(self) -> None:
        self._want_no_more()
        self._stale = True
        self._typing.start()

    def _type(self, text: str) -> None:
        self.field.setFocus()
        self.field.end(False)
        self.field.insert(text)
        self._on_edited()

    def _want_no_more(self) -> None:
        """Let what is looked for be: another letter was typed."""
        asked, self._asked = self._asked, None
        if asked is not None:
            asked.cancel()

    def _look(self) -> None:
        """Look for what stands in the field."""
        self._typing.stop()
        self._want_no_more()
        self._stale = False
        words = self.field.text()
        if not Sought.of(words):
            self._on_found(Found([]), words)
            self._show_list(shown=False)
            return
        self._ask(words, None)

    def _look_on(self) -> None:
        """Look for what was said before that."""
        if self._on and self._asked is None and not self._stale:
            self._ask(self.field.text(), self._on)

    def _ask(self, words: str, before: int | None) -> None:
        where = None if self._everywhere.isChecked() else self._audience
        asked = self._client.find(words, where, *(() if before is None else (before,)))
        self._asked = None if asked.called else asked
        asked.addCallbacks(self._on_found if before is None else self._on_more, self._on_failed, (words,))

    def _on_found(self, found: Found, words: str) -> None:
        self._asked, self._on = None, found.on
        self.model.begin(found.hits, Sought.of(words), everywhere=self._everywhere.isChecked())
        self.hits.setCurrentIndex(self.model.index(0) if found.hits else QModelIndex())
        self.hits.scrollToTop()
        self._empty.tell("" if found.hits else self._nothing(words))
        self._foot.setVisible(not found.whole)
        self._show_count()
        self._show_list(shown=True)

    def _on_more(self, found: Found, _words: str) -> None:
        self._asked, self._on = None, found.on
        self.model.go_on(found.hits)
        self._show_count()

    def _on_failed(self, failure: Failure) -> None:
        if failure.check(CancelledError) is None:
            self._asked, self._on = None, 0
            self.model.begin([], Sought(), everywhere=False)
            self._empty.tell(tr("What this device holds cannot be read now."))
            self._show_count()
            self._show_list(shown=True)

    def _nothing(self, words: str) -> str:
        if self._everywhere.isChecked():
            return wording.not_found(words)
        return tr("Nobody said “{words}” in this conversation.", words=words)

    # Showing

    def _show_count(self) -> None:
        count = len(self.model.rows)
        told = trn("{count} message", "{count} messages", count)
        self._count.setText(
            tr("The newest {count}; further down are more", count=number(count)) if self._on else told
        )
        self._count.setVisible(bool(count))
        self._show_which()

    def _show_which(self) -> None:
        """Say which one is on the screen, while it is the conversation that stands there."""
        rows, place = len(self.model.rows), self.hits.currentIndex().row()
        shown = bool(rows) and not self.lists
        more = "+" if self._on else ""
        self._which.setText(tr("{place} of {all}", place=number(place + 1), all=f"{number(rows)}{more}"))
        for tool in (self._which, self._older, self._newer):
            tool.setVisible(shown)
        self._newer.setEnabled(place > 0)
        self._older.setEnabled(place < rows - 1 or bool(self._on))

    # Going to one

    def go(self, by: int) -> None:
        """Go to what is chosen, or so many before or after it."""
        if self._stale:
            self._look()
            return
        if by > 0 and self.hits.currentIndex().row() + by >= len(self.model.rows):
            self._look_on()
        if self.hits.step(by):
            if self.hits.currentIndex().row() >= len(self.model.rows) - 3:
                self._look_on()
            self._show_list(shown=False)
            said = self.model.row(self.hits.currentIndex()).said
            self.went_to.emit(said, self.model.sought)
            self._show_which()

    # Keys

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Take the keys in the field that mean what was found."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        if event.key() in _ENTER:
            self.go(0)
        elif event.key() in _STEPS:
            self._step(_STEPS[Qt.Key(event.key())])
        else:
            return False
        return True

    def _step(self, by: int) -> None:
        if self._stale or not self.lists:
            self._list()
        else:
            self.hits.step(by)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Escape leads back step by step: to what was found, then to where one was."""
        assert event is not None
        if not self.is_open:
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Escape and not self.lists and self.model.rows and not self._in_field():
            self._list()
        elif event.key() == Qt.Key.Key_Escape:
            self.close_find(back=True)
        else:
            super().keyPressEvent(event)

    def _in_field(self) -> bool:
        return self.field.hasFocus()
