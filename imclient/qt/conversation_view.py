"""One conversation on the screen: its transcript, or what to expect where nothing was said yet."""

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
from PyQt5.QtGui import QContextMenuEvent, QKeyEvent, QKeySequence, QMouseEvent, QResizeEvent, QShowEvent
from PyQt5.QtWidgets import QAbstractItemView, QApplication, QListView, QMenu, QStackedLayout, QWidget

from imclient.core.conversations import Conversation, Said
from imqt import plain
from imqt.layout import STRETCH, box, col, row
from imqt.plain import PlainLabel

from . import moments, painting, wording
from .bubble import BubbleDelegate
from .conversation_model import ConversationModel
from .conversation_rows import Kind, Row


class Transcript(QListView):
    """The rows of a conversation; it stays at the end unless its reader scrolls away."""

    went_to_everyone = pyqtSignal()  #: a line in passing was clicked
    following_changed = pyqtSignal(bool)
    say_again = pyqtSignal(str)
    receipts_wanted = pyqtSignal(object, QRect)  #: how far this message came, and where in the list it stands

    def __init__(self, model: ConversationModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("transcript")
        self.setAccessibleName(f"Conversation with {wording.title(model.conversation.audience, model.me)}")
        self.messages = model
        self.setModel(model)
        self._painter = BubbleDelegate(self, model)
        self.setItemDelegate(self._painter)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMouseTracking(True)
        self.setViewportMargins(0, 4, 0, 8)
        self._busy = False
        self._released = QPoint()
        bar = self.verticalScrollBar()
        assert bar is not None
        self.bar = bar
        self.bar.valueChanged.connect(self._on_scrolled)
        self.bar.rangeChanged.connect(self._on_range)
        self.clicked.connect(self._on_clicked)
        self.doubleClicked.connect(self._on_double_clicked)

    # Where it stands

    def go_to_end(self) -> None:
        """Show the newest."""
        self._busy = True
        self.messages.show_end()
        self.doItemsLayout()
        self.bar.setValue(self.bar.maximum())
        self._busy = False
        self.following_changed.emit(True)

    def _on_range(self, _low: int, high: int) -> None:
        if self.messages.following:
            self.bar.setValue(high)

    def _on_scrolled(self, value: int) -> None:
        if self._busy:
            return
        following = value >= self.bar.maximum() - 4
        if following and self._page(self.messages.newer):
            following = False
        if following != self.messages.following:
            self.messages.following = following
            self.following_changed.emit(following)
        if value < 200 and not following and not self._page(self.messages.older):
            self.messages.fetch_older().addCallback(self._on_fetched)

    def _on_fetched(self, count: int) -> None:
        if count:
            self._page(self._flush)

    def _flush(self) -> bool:
        self.messages.flush()
        return True

    def _page(self, turn: Callable[[], bool]) -> bool:
        """Turn a page and keep what is being read where it is."""
        self._busy = True
        try:
            anchor, top = self._anchor()
            if not turn():
                return False
            self.doItemsLayout()
            self._restore(anchor, top)
            return True
        finally:
            self._busy = False

    def _anchor(self) -> tuple[Said | None, int]:
        index = self.indexAt(QPoint(8, 8))
        while index.isValid() and self.messages.row(index).said is None:
            index = index.sibling(index.row() + 1, 0)
        if not index.isValid():
            return None, 0
        return self.messages.row(index).said, self.visualRect(index).top()

    def _restore(self, anchor: Said | None, top: int) -> None:
        for number, shown in enumerate(self.messages.rows):
            if anchor is not None and shown.said is anchor:
                now = self.visualRect(self.messages.index(number)).top()
                self.bar.setValue(self.bar.value() + now - top)
                return

    def showEvent(self, event: QShowEvent | None) -> None:
        """Open at the end."""
        super().showEvent(event)
        if self.messages.following:
            QTimer.singleShot(0, self.scrollToBottom)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Stay at the end when the window grows or shrinks."""
        super().resizeEvent(event)
        if self.messages.following:
            self.scrollToBottom()
        # Qt forgets it where the scroll bar, come or gone, was what changed the width: that is amid a layout.
        self.scheduleDelayedItemsLayout()

    def changeEvent(self, event: QEvent | None) -> None:
        """Lay the rows out anew when the type is another."""
        super().changeEvent(event)
        if event is not None and event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.scheduleDelayedItemsLayout()

    # What can be done with a row

    def _on_clicked(self, index: QModelIndex) -> None:
        if self._is_state(index, self._released):
            self.ask_receipts(index)
        elif self.messages.row(index).kind is Kind.ASIDE:
            self.went_to_everyone.emit()

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
        over = self._is_state(self.indexAt(event.pos()), event.pos())
        viewport.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Copy on Ctrl+C; Enter on a message of one's own opens how far it came."""
        assert event is not None
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.ask_receipts(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def ask_receipts(self, index: QModelIndex) -> None:
        """Ask how far a message of one's own came, if it is one."""
        place = self._place_of_state(index)
        if not place.isEmpty():
            self.receipts_wanted.emit(self.messages.row(index).said, place.toAlignedRect())

    def _place_of_state(self, index: QModelIndex) -> QRectF:
        row = self.messages.row(index)
        return self._painter.place_of_state(QRectF(self.visualRect(index)), row)

    def _is_state(self, index: QModelIndex, at: QPoint) -> bool:
        return index.isValid() and self._place_of_state(index).contains(QPointF(at))

    def _on_double_clicked(self, index: QModelIndex) -> None:
        shown = self.messages.row(index)
        if shown.said is not None and painting.clamped(shown.text) != shown.text:
            plain.tell(self, f"{shown.said.sender} said", shown.text)

    def contextMenuEvent(self, event: QContextMenuEvent | None) -> None:
        """Offer what can be done with a message."""
        assert event is not None
        index = self.indexAt(event.pos())
        shown = self.messages.row(index) if index.isValid() else None
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        copy = menu.addAction("Copy")
        assert copy is not None
        copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        copy.setEnabled(bool(self.selectedIndexes()))
        copy.triggered.connect(self.copy)
        if shown is not None and shown.said is not None:
            if not self._place_of_state(index).isEmpty():
                far = menu.addAction("How far it came")
                assert far is not None
                at = QPersistentModelIndex(index)
                far.triggered.connect(lambda: self.ask_receipts(QModelIndex(at)))
            text = shown.said.text
            again = menu.addAction("Say it again…")
            assert again is not None
            again.triggered.connect(lambda: self.say_again.emit(text))
        menu.popup(event.globalPos())

    def copy(self) -> None:
        """Put the chosen messages on the clipboard: one alone as its text, several with who said them."""
        rows = [self.messages.row(index) for index in sorted(self.selectedIndexes())]
        chosen = [shown for shown in rows if shown.said is not None]
        clipboard = QApplication.clipboard()
        if chosen and clipboard is not None:
            alone = len(chosen) == 1
            clipboard.setText(chosen[0].text if alone else "\n".join(map(_copied, chosen)))


def _copied(shown: Row) -> str:
    assert shown.said is not None
    at = "" if shown.said.at is None else f"{moments.clock(shown.said.at)} "
    return f"{at}{shown.said.sender}: {shown.text}"


class ConversationView(QWidget):
    """The page of one tab."""

    def __init__(
        self,
        conversation: Conversation,
        everyone: Conversation | None,
        me: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.conversation = conversation
        self.model = ConversationModel(conversation, everyone, me, parent=self)
        self.transcript = Transcript(self.model)
        self._left_at: float | None = None
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self._nothing_yet(me))
        self._pages.addWidget(self.transcript)
        self._to_end = self._end_button()
        self.model.rowsInserted.connect(self._show_page)
        self.model.rowsRemoved.connect(self._show_page)
        self.transcript.following_changed.connect(self._show_end_button)
        self._show_page()

    def arrive(self) -> None:
        """The reader is here: mark what is new, and call it read."""
        self.model.mark_new(self._left_at)
        self.conversation.shown()

    def leave(self, at: float) -> None:
        """The reader looks elsewhere."""
        self._left_at = at

    def turn_away(self) -> None:
        """Another conversation is on the screen: what was new has been seen."""
        self.model.mark_read()

    def close_view(self) -> None:
        """The tab was closed."""
        self.model.close()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Keep the button over the lower right corner."""
        super().resizeEvent(event)
        self._place_end_button()

    def _nothing_yet(self, me: str) -> QWidget:
        audience = self.conversation.audience
        if audience.everyone:
            text = "Nothing said to everyone yet.\nWhoever has a name here will see it."
        elif audience.names == (me,):
            text = "Notes to yourself: only you see them, on each of your devices."
        else:
            verb = "sees" if len(audience.names) == 1 else "see"
            text = f"Nothing said yet.\n{wording.listed(audience.names)} {verb} it as soon as it arrives."
        label = PlainLabel(text, "dim", wrap=True)
        label.setMinimumWidth(1)  # a long name must not push the roster away
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        return box(col(STRETCH, row(label, margins=(32, 0, 32, 0)), STRETCH))

    def _show_page(self) -> None:
        self._pages.setCurrentIndex(1 if self.model.rows else 0)

    def _end_button(self) -> QWidget:
        button = plain.button("Newest", "primary", icon_name="down")
        button.setObjectName("newest")
        button.setParent(self)
        button.clicked.connect(self.transcript.go_to_end)
        button.hide()
        return button

    def _show_end_button(self, following: bool) -> None:
        self._to_end.setVisible(not following)
        self._place_end_button()

    def _place_end_button(self) -> None:
        size = self._to_end.sizeHint()
        self._to_end.setGeometry(
            self.width() - size.width() - 16, self.height() - size.height() - 12, size.width(), size.height()
        )
        self._to_end.raise_()
