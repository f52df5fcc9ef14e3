"""What a line that is being typed may go on with, in a list over it: Tab takes one, arrows choose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from PyQt5.QtCore import QEvent, QModelIndex, QObject, QPoint, QRect, QRectF, QSize, QStringListModel, Qt
from PyQt5.QtGui import QKeyEvent, QPainter, QPaintEvent
from PyQt5.QtWidgets import (
    QFrame,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from imqt import painting, theme
from imqt.theme import Size, Weight
from imtongue import tr


class Way(Protocol):
    """A way to go on: what takes the place of the last so many characters, and a remark."""

    @property
    def text(self) -> str:
        """Give what is written then."""

    @property
    def replaces(self) -> int:
        """Count the characters it stands for."""

    @property
    def remark(self) -> str:
        """Say what it is."""


#: Says how a text may go on that stands before the cursor.
WaysFrom = Callable[[str], Sequence[Way]]


class WaysOn(QListView):
    """The list over the text; the keys stay with the text."""

    def __init__(self, parent: QWidget, named: Callable[[str], str]) -> None:
        super().__init__(parent)
        self.named = named
        self.setWindowFlags(Qt.WindowType.ToolTip)
        self.setObjectName("completions")
        self.setAccessibleName(tr("How it may go on"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.offered: list[Way] = []
        self._texts = QStringListModel(self)
        self.setModel(self._texts)
        self.setItemDelegate(_WayDelegate(self))

    def offer(self, ways: Sequence[Way]) -> None:
        """Offer these, the first chosen."""
        self.offered = list(ways)
        self._texts.setStringList([f"{way.text} {way.remark}" for way in ways])
        self.setCurrentIndex(self._texts.index(0))

    @property
    def chosen(self) -> Way:
        """The one that Tab takes."""
        return self.offered[max(0, self.currentIndex().row())]

    def step(self, by: int) -> None:
        """Choose the next one."""
        row = (self.currentIndex().row() + by) % len(self.offered)
        self.setCurrentIndex(self._texts.index(row))

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paint the ground, an edge, and the ways."""
        painting.draw_popup(self.viewport())
        super().paintEvent(event)


class _WayDelegate(QStyledItemDelegate):
    """Paints one way on, and the remark on it."""

    def __init__(self, view: WaysOn) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """Be as high as a chip."""
        return QSize(0, theme.heights().control)

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Paint it."""
        assert painter is not None
        way, place = self._view.offered[index.row()], QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painting.draw_round(painter, place.adjusted(4, 2, -4, -2), 6, theme.colour("soft"))
        words = place.adjusted(14, 0, -12, 0)
        name = theme.font(weight=Weight.NAME)
        taken = painting.draw_line(painter, words, self._view.named(way.text), name, theme.colour("text"))
        remark = words.adjusted(taken + 12, 0, 0, 0)
        painting.draw_line(painter, remark, way.remark, theme.font(Size.CAPTION), theme.colour("dim"))
        painter.restore()


def as_it_is(text: str) -> str:
    """Show a text as it stands."""
    return text


class Completing(QObject):
    """Offers ways on while somebody types: Tab takes one, arrows choose, Escape closes."""

    def __init__(
        self, edit: QPlainTextEdit | QLineEdit, ways: WaysFrom, named: Callable[[str], str] = as_it_is
    ) -> None:
        super().__init__(edit)
        self._edit, self._from = edit, ways
        self._closed_for = ""  # Escape was pressed for this text
        self.ways = WaysOn(edit, named)
        self.ways.clicked.connect(lambda _: self._take())
        (edit.textEdited if isinstance(edit, QLineEdit) else edit.textChanged).connect(self._on_typed)
        edit.installEventFilter(self)

    @property
    def _before(self) -> str:
        edit = self._edit
        if isinstance(edit, QLineEdit):
            return edit.text()[: edit.cursorPosition()]
        return edit.toPlainText()[: edit.textCursor().position()]

    def _on_typed(self, *_: object) -> None:
        before = self._before
        ways = self._from(before) if self._edit.hasFocus() and before != self._closed_for else []
        if not ways or [way.text for way in ways] == [before[-ways[0].replaces :]]:
            self.ways.hide()
            return
        self.ways.offer(ways)
        self._place(len(ways))

    def _place(self, count: int) -> None:
        """Stand over the cursor: below it is the edge of the window."""
        high = count * theme.heights().control + 2
        wide = min(420, max(240, self._edit.width()))
        at = self._cursor()
        self.ways.setGeometry(at.x(), at.y() - high - 4, wide, high)
        self.ways.move(QPoint(at.x(), max(0, at.y() - high - 4)))
        self.ways.show()

    def _cursor(self) -> QPoint:
        """Say where the cursor is on the screen."""
        edit = self._edit
        if isinstance(edit, QLineEdit):
            there: QRect = edit.inputMethodQuery(Qt.InputMethodQuery.ImCursorRectangle)
            return edit.mapToGlobal(there.topLeft())
        return edit.viewport().mapToGlobal(edit.cursorRect().topLeft())  # type: ignore[union-attr]

    def _take(self) -> None:
        way = self.ways.chosen
        self.ways.hide()
        edit = self._edit
        if isinstance(edit, QLineEdit):
            for _ in range(way.replaces):
                edit.backspace()
            edit.insert(f"{way.text} ")
            return
        cursor = edit.textCursor()
        for _ in range(way.replaces):
            cursor.deletePreviousChar()
        cursor.insertText(f"{way.text} ")
        edit.setTextCursor(cursor)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Take the keys that mean something to the list, as long as it is there."""
        if event is None or not self.ways.isVisible():
            return False
        if event.type() in (QEvent.Type.FocusOut, QEvent.Type.Hide):
            self.ways.hide()
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        steps: dict[int, int] = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        if event.key() in steps:
            self.ways.step(steps[event.key()])
        elif event.key() == Qt.Key.Key_Tab:
            self._take()
        elif event.key() == Qt.Key.Key_Escape:
            self._closed_for = self._before
            self.ways.hide()
        else:
            return False
        return True
