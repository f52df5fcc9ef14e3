"""The rows of a conversation on the screen: where its reader is in them, and what can be done with each."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import (
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    Qt,
    QTimer,
    pyqtSignal,
)
from PyQt5.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QResizeEvent,
    QShowEvent,
)
from PyQt5.QtWidgets import QAbstractItemView, QApplication, QListView, QMenu, QWidget

from imclient.core import wording
from imclient.core.conversations import Said
from imclient.core.sought import Sought
from imqt import menus, moments, painting, plain, theme
from imqt.links import Link, links
from imtongue import tr

from . import letters, reading_keys
from .bubble import BubbleDelegate
from .conversation_model import ConversationModel
from .conversation_rows import Kind, Row

#: So near the top of what is shown, what was said before is fetched.
NEAR = 200
#: So many milliseconds a message that was looked for is marked.
MARKED = 4000
#: So many links of a message are offered by key.
MOST_LINKS = 8
#: So much of a message is quoted.
QUOTED = 1000
#: So much is shown above the first message its reader has not seen, in pixels: the line, and a bit more.
ABOVE = 80


class Transcript(QListView):
    """The rows of a conversation; it stays at the end unless its reader scrolls away."""

    went_to_everyone = pyqtSignal()  #: a line in passing was clicked
    following_changed = pyqtSignal(bool)
    say_again = pyqtSignal(str)
    looked = pyqtSignal()  #: something else is before its reader's eyes
    edge_pressed = pyqtSignal()  #: the line above the oldest message was clicked
    link_pressed = pyqtSignal(object)
    quoted = pyqtSignal(str)  #: what was said, to be answered
    typed = pyqtSignal(str)  #: letters, which mean the composer: here nothing can be typed
    lines_wanted = pyqtSignal(object)  #: the lines on the wire of this message
    newest_wanted = pyqtSignal()  #: of which nothing is here: this is a piece out of the middle
    receipts_wanted = pyqtSignal(object, QRect)  #: how far this message came, and where in the list it stands

    def __init__(self, model: ConversationModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("transcript")
        title = wording.title(model.conversation.audience, model.me)
        self.setAccessibleName(tr("Conversation with {title}", title=title))
        self.messages = model
        self._painter = BubbleDelegate(self, model)
        self.setItemDelegate(self._painter)
        self._painter.measured.connect(self._on_measured)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMouseTracking(True)
        self.setViewportMargins(0, 4, 0, 8)
        self._busy = False
        self._first_new: Said | None = None
        self._to_new = False  # as soon as it is on the screen
        self._to_show: tuple[Said, int | None] | None = None  # the same, of a message that is gone to
        self._kept: tuple[Said | None, int] = (None, 0)  # the anchor when it stood still last ...
        self._kept_at = 0  # ... and the bar then
        self._marking = QTimer(self)
        self._marking.setSingleShot(True)
        self._marking.setInterval(MARKED)
        self._marking.timeout.connect(lambda: model.mark(None))
        self._released = QPoint()
        bar = self.verticalScrollBar()
        assert bar is not None
        self.bar = bar
        self.bar.valueChanged.connect(self._on_scrolled)
        self.bar.rangeChanged.connect(self._on_range)
        self.clicked.connect(self._on_clicked)
        self.doubleClicked.connect(self._on_double_clicked)
        self.setModel(model)  # at last: each of the settings above would lay the rows out once more

    # Where it stands

    def go_to_end(self) -> None:
        """Show the newest."""
        if not self.messages.follows:
            self.newest_wanted.emit()
            return
        self._busy = True
        self.messages.show_end()
        self.doItemsLayout()
        self.bar.setValue(self.bar.maximum())
        self._busy = False
        self.following_changed.emit(True)
        self.looked.emit()

    def _on_range(self, _low: int, high: int) -> None:
        if self.messages.following:
            self.bar.setValue(high)

    @property
    def _is_low(self) -> bool:
        """Whether it is scrolled down as far as it goes, or nearly."""
        return self.bar.value() >= self.bar.maximum() - 4

    def _on_scrolled(self, _value: int) -> None:
        if self._busy:
            return
        following = self._is_low
        if following and self.page(self.messages.newer):
            following = False
        self._follow(following and self.messages.follows)
        self._kept, self._kept_at = self.anchor(), self.bar.value()
        self.looked.emit()

    def _follow(self, following: bool) -> None:
        if following != self.messages.following:
            self.messages.following = following
            self.following_changed.emit(following)

    def near_top(self) -> bool:
        """Tell whether the oldest that is shown is before its reader's eyes, or soon will be."""
        return self.isVisible() and self.bar.value() < NEAR

    def at_end(self) -> bool:
        """Tell whether the newest message is before its reader's eyes."""
        return self._stands and self._is_low and self.messages.at_end

    @property
    def _stands(self) -> bool:
        """Whether it is on the screen, and on no way to another place."""
        return self.isVisible() and not self._to_new and self._to_show is None

    def seen_upto(self) -> int:
        """Give the number of the last message that is wholly on the screen; 0: none is."""
        viewport = self.viewport()
        if not self._stands or viewport is None:
            return 0
        index = self.indexAt(QPoint(8, viewport.height() - 1))
        last = index.row() if index.isValid() else len(self.messages.rows) - 1
        for number in range(last, -1, -1):
            shown, place = self.messages.rows[number], self.visualRect(self.messages.index(number))
            if place.bottom() < 0:
                break
            if shown.kind is Kind.MESSAGE and shown.said is not None and place.bottom() <= viewport.height():
                return shown.said.number or 0
        return 0

    def go_to_new(self, first: Said | None) -> None:
        """Show where its reader stopped: at the end, if all that is new fits on the screen."""
        self._first_new, self._to_new = first, first is not None and not self.isVisible()
        if first is None or self._to_new:
            return
        self._busy = True
        self.doItemsLayout()
        self.bar.setValue(self.bar.maximum())
        top = self.visualRect(self._index_of(first)).top()
        if top < ABOVE:
            self.bar.setValue(self.bar.value() + top - ABOVE)
        self._busy = False
        # Told also when it is no news to the model: what is new may have been too far back for its window.
        self.messages.following = self._is_low and self.messages.at_end
        self.following_changed.emit(self.messages.following)

    def go_to_said(self, said: Said, sought: Sought | None = None, bottom: int | None = None) -> None:
        """Show a message with what stands around it: in the middle, or its foot at this height.

        One that was looked for by some words is chosen, and marked for a moment.
        """
        if sought is not None:
            self.messages.mark(said, sought)
            self._marking.start()
        self._to_new, self._to_show = False, (said, bottom)
        if self.isVisible():
            QTimer.singleShot(0, self._show_said)

    def _show_said(self) -> None:
        """Do so, now that there is room to measure it in."""
        wanted, self._to_show = self._to_show, None
        if wanted is None or wanted[0] not in self.messages.conversation.messages:
            return
        said, bottom = wanted
        self._busy = True
        self.messages.show_around(said)
        self.doItemsLayout()
        index = self._index_of(said)
        if bottom is None:
            self.setCurrentIndex(index)
            self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
        else:
            self.bar.setValue(self.bar.value() + self.visualRect(index).bottom() - bottom)
        self._busy = False
        self.messages.following = self._is_low and self.messages.at_end and self.messages.follows
        self.following_changed.emit(self.messages.following)
        self.looked.emit()

    def _index_of(self, said: Said) -> QModelIndex:
        numbers = (number for number, row in enumerate(self.messages.rows) if row.said is said)
        return self.messages.index(next(numbers, 0))

    def place(self) -> tuple[Said | None, int]:
        """Give where its reader is: at a message and how low its foot is, or at the end."""
        return (None, 0) if self.messages.following else self.anchor()

    def page(self, turn: Callable[[], bool]) -> bool:
        """Turn a page and keep what is being read where it is."""
        self._busy = True
        try:
            anchor, bottom = self.anchor()
            if not turn():
                return False
            self.doItemsLayout()
            self._restore(anchor, bottom)
            return True
        finally:
            self._busy = False

    def _on_measured(self) -> None:
        """Lay out what was guessed, and stay where the reader is."""
        if self.messages.following:
            self.doItemsLayout()
            self.scrollToBottom()
        else:
            self.page(lambda: True)

    def anchor(self) -> tuple[Said | None, int]:
        """Give the first message on the screen, and how low its foot is."""
        index = self.indexAt(QPoint(8, 8))
        while index.isValid() and self.messages.row(index).said is None:
            index = index.sibling(index.row() + 1, 0)
        if not index.isValid():
            return None, 0
        # Its foot: the head goes when it no longer is the first of a sender's messages.
        return self.messages.row(index).said, self.visualRect(index).bottom()

    def _place_kept(self) -> tuple[Said | None, int]:
        """Give where its reader is, also amid many resizes: to ask anew may lay the rows out first."""
        if self._busy or self.messages.following:
            return None, 0
        known = self._kept[0] is not None and self._kept_at == self.bar.value()
        return self._kept if known else self.anchor()

    def _restore(self, anchor: Said | None, bottom: int) -> None:
        for number, shown in enumerate(self.messages.rows):
            if anchor is not None and shown.said is anchor:
                now = self.visualRect(self.messages.index(number)).bottom()
                self.bar.setValue(self.bar.value() + now - bottom)
                self._kept, self._kept_at = (anchor, bottom), self.bar.value()
                return

    def showEvent(self, event: QShowEvent | None) -> None:
        """Open at the end, or where its reader stopped."""
        super().showEvent(event)
        QTimer.singleShot(0, self._open)

    def _open(self) -> None:
        """Show what is to be seen first, now that there is room to measure it in."""
        if self._to_show is not None:
            self._show_said()
        elif self._to_new:
            self.go_to_new(self._first_new)
        elif self.messages.following:
            self.scrollToBottom()
        self.looked.emit()

    def focusInEvent(self, event: QFocusEvent | None) -> None:
        """Begin at the newest, for whoever comes by key."""
        assert event is not None
        super().focusInEvent(event)
        if (
            painting.by_key(event.reason())
            and not self.selectedIndexes()
            and self.messages.rows
            and self.messages.following
        ):
            self.setCurrentIndex(self.messages.index(len(self.messages.rows) - 1))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Stay at the end, or at what is being read, when the window grows or shrinks."""
        place = self._place_kept()
        super().resizeEvent(event)
        self._lay_out_at(place)
        # Qt forgets it where the scroll bar, come or gone, was what changed the width: that is amid a layout.
        self.scheduleDelayedItemsLayout()

    def changeEvent(self, event: QEvent | None) -> None:
        """Lay the rows out anew when the type is another."""
        super().changeEvent(event)
        if theme.has_changed(event):
            self._lay_out_at(self._place_kept())
            self.scheduleDelayedItemsLayout()

    def _lay_out_at(self, place: tuple[Said | None, int]) -> None:
        """Lay the rows out anew, and stay at the end, or at what is being read."""
        if self.messages.following:
            self.scrollToBottom()
        elif place[0] is not None:
            self._busy = True
            self.doItemsLayout()
            self._restore(*place)
            self._busy = False

    # What can be done with a row

    def _on_clicked(self, index: QModelIndex) -> None:
        link = self._link_at(index, self._released)
        if link is not None:
            self.link_pressed.emit(link)
        elif self._is_state(index, self._released):
            self.ask_receipts(index)
        elif self.messages.row(index).kind is Kind.ASIDE:
            self.went_to_everyone.emit()
        elif self.messages.row(index).kind is Kind.EDGE:
            self.edge_pressed.emit()

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """Note where it was, for what a click means there."""
        assert event is not None
        self._released = event.pos()
        super().mouseReleaseEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Show by the mouse what a click would open."""
        super().mouseMoveEvent(event)
        viewport = self.viewport()
        assert event is not None and viewport is not None
        index, at = self.indexAt(event.pos()), event.pos()
        over = self._is_state(index, at) or self._link_at(index, at) is not None
        viewport.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Copy on Ctrl+C; Enter on a message of one's own opens how far it came; turn pages."""
        assert event is not None
        if reading_keys.obeyed(self, event, self.go_to_end, self._is_said):
            return
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.ask_receipts(self.currentIndex())
        elif letters.are_typed(event):
            self.typed.emit(event.text())
        else:
            super().keyPressEvent(event)

    def _is_said(self, index: QModelIndex) -> bool:
        return self.messages.row(index).said is not None

    def ask_receipts(self, index: QModelIndex) -> None:
        """Ask how far a message of one's own came, if it is one."""
        place = self._painter.place_of_message(QRectF(self.visualRect(index)), self.messages.row(index))
        if not place.isEmpty():
            self.receipts_wanted.emit(self.messages.row(index).said, place.toAlignedRect())

    def _place_of_state(self, index: QModelIndex) -> QRectF:
        row = self.messages.row(index)
        return self._painter.place_of_state(QRectF(self.visualRect(index)), row)

    def _link_at(self, index: QModelIndex, at: QPoint) -> Link | None:
        if not index.isValid():
            return None
        place = QRectF(self.visualRect(index))
        return self._painter.link_at(place, self.messages.row(index), QPointF(at))

    def _is_state(self, index: QModelIndex, at: QPoint) -> bool:
        return index.isValid() and self._place_of_state(index).contains(QPointF(at))

    def _on_double_clicked(self, index: QModelIndex) -> None:
        said = self.messages.row(index).said
        if said is not None and self._link_at(index, self._released) is None:
            self.show_alone(said)

    def show_alone(self, said: Said) -> None:
        """Show a message whole, and so that a part of it can be chosen and copied."""
        plain.tell(self, tr("{name} said", name=wording.named(said.sender)), said.text)

    def contextMenuEvent(self, event: QContextMenuEvent | None) -> None:
        """Offer what can be done with a message."""
        assert event is not None
        index = self.indexAt(event.pos())
        shown = self.messages.row(index) if index.isValid() else None
        menu = menus.passing(self)
        copy = menus.add(menu, tr("Copy"), self.copy)
        copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        copy.setEnabled(bool(self.selectedIndexes()))
        if shown is not None and shown.said is not None:
            if not self._place_of_state(index).isEmpty():
                at = QPersistentModelIndex(index)
                menus.add(menu, tr("How far it came"), lambda: self.ask_receipts(QModelIndex(at)))
            self._offer_for(menu, shown.said)
        menu.popup(event.globalPos())

    def _offer_for(self, menu: QMenu, said: Said) -> None:
        """Offer what can be done with one message: its links by key, too."""
        acts: list[tuple[str, Callable[[], None]]] = [
            (tr("Choose a part of it…"), lambda: self.show_alone(said)),
            (tr("Quote"), lambda: self.quoted.emit(quotation(said))),
            (tr("Say it again…"), lambda: self.say_again.emit(said.text)),
            (tr("Its lines on the wire"), lambda: self.lines_wanted.emit(said)),
        ]
        for link in links(said.text)[:MOST_LINKS]:
            words = plain.literal(tr("Open {host}…", host=link.host))
            acts.append((words, lambda link=link: self.link_pressed.emit(link)))  # type: ignore[misc]
        for text, act in acts:
            menus.add(menu, text, act)

    def copy(self) -> None:
        """Put the chosen messages on the clipboard: one alone as its text, several with who said them."""
        rows = [self.messages.row(index) for index in sorted(self.selectedIndexes())]
        chosen = [shown for shown in rows if shown.said is not None]
        clipboard = QApplication.clipboard()
        if chosen and clipboard is not None:
            alone = len(chosen) == 1
            clipboard.setText(chosen[0].text if alone else "\n".join(map(_copied, chosen)))


def quotation(said: Said) -> str:
    """Write what somebody said as a quotation that is then answered."""
    lines = said.text[:QUOTED].split("\n")
    cut = "…" if len(said.text) > QUOTED else ""
    return f"{said.sender}: " + "\n".join(f"> {line}" for line in lines) + f"{cut}\n"


def _copied(shown: Row) -> str:
    assert shown.said is not None
    at = "" if shown.said.at is None else f"{moments.clock(shown.said.at)} "
    return f"{at}{shown.said.sender}: {shown.text}"
