"""The names in how far a message came: whom it waits for, who has it, who has read it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PyQt5.QtCore import QEvent, QModelIndex, QObject, QPointF, QRectF, QSize, Qt
from PyQt5.QtGui import QPainter
from PyQt5.QtWidgets import QAbstractItemView, QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from imclient.core.lookalike import shown
from imclient.core.roster import Presence, Roster
from improtocol.fields import Reached
from imqt import icons, moments, painting, theme
from imqt.row_list import RowList
from imqt.theme import Size, Weight
from imtongue import number, phrase, tr

HEADINGS = {
    Reached.WAITING: phrase("Not delivered yet"),
    Reached.DELIVERED: phrase("Delivered, not read yet"),
    Reached.READ: phrase("Read"),
}
#: The list asks for no more rows than these, and can do with a few.
MOST_ROWS, LEAST_ROWS = 8, 2


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """A heading, or a name and what there is to say of it."""

    text: str
    heading: bool = False
    presence: str = "offline"
    detail: str = ""

    def in_words(self) -> str:
        """Say all that the row shows."""
        return f"{self.text}, {self.detail}" if self.detail else self.text


def rows_of(names: Mapping[str, Reached], roster: Roster, now: float) -> list[ReceiptRow]:
    """Lay out names in three groups: those who miss it first."""
    rows: list[ReceiptRow] = []
    for reached, heading in HEADINGS.items():
        group = sorted(name for name, came in names.items() if came is reached)
        if group:
            rows.append(ReceiptRow(f"{tr(heading)}, {number(len(group))}", heading=True))
            rows += [_row(name, reached, roster, now) for name in group]
    return rows


def _row(name: str, reached: Reached, roster: Roster, now: float) -> ReceiptRow:
    person = roster.get(name)
    presence = Presence.OFFLINE if person is None else person.presence
    if reached is not Reached.WAITING:
        return ReceiptRow(shown(name), presence=presence.value)
    since = person.since if person is not None else None
    if presence not in (Presence.OFFLINE, Presence.CLOSED):
        return ReceiptRow(shown(name), presence=presence.value, detail=tr("on the way"))
    if since is None:
        seen = tr("waits, not connected")
    else:
        seen = tr("waits, last seen {when}", when=moments.when(since, now))
    return ReceiptRow(shown(name), presence=presence.value, detail=seen)


class ReceiptsModel(RowList[ReceiptRow]):
    """The rows of the list."""

    def __init__(
        self, roster: Roster, now: Callable[[], float] = time.time, parent: QObject | None = None
    ) -> None:
        super().__init__(ReceiptRow.__eq__, parent)
        self._roster, self._now = roster, now

    def show_names(self, names: Mapping[str, Reached]) -> None:
        """Show how far it came with each."""
        self.replace(rows_of(names, self._roster, self._now()))

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give a row's name, or the whole of it in words."""
        if role == Qt.ItemDataRole.DisplayRole:
            return self.row(index).text
        return self.row(index).in_words() if role == Qt.ItemDataRole.AccessibleTextRole else None


class ReceiptsList(QListView):
    """Shows them; the arrow keys go through them."""

    def __init__(self, model: ReceiptsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.names = model
        self.setObjectName("receiptNames")
        self.setAccessibleName(tr("How far it came, by name"))
        self.setModel(model)
        self.setItemDelegate(_Delegate(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def sizeHint(self) -> QSize:
        """Have room for the first names."""
        shown = self.names.rows[:MOST_ROWS]
        return QSize(0, sum(_height(row) for row in shown))

    def minimumSizeHint(self) -> QSize:
        """Have room for a heading and a name."""
        return QSize(0, sum(_height(row) for row in self.names.rows[:LEAST_ROWS]))

    def changeEvent(self, event: QEvent | None) -> None:
        """Lay the rows out anew when the type is another."""
        super().changeEvent(event)
        if theme.has_changed(event):
            self.scheduleDelayedItemsLayout()


def _height(row: ReceiptRow) -> int:
    return theme.heights().heading if row.heading else theme.heights().control - 6


class _Delegate(QStyledItemDelegate):
    """Paints a row: a dot, a name, a few words."""

    def __init__(self, view: ReceiptsList) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """Say how high a row is."""
        return QSize(0, _height(self._view.names.row(index)))

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Paint a row."""
        assert painter is not None
        row, place = self._view.names.row(index), QRectF(option.rect)
        caption = theme.font(Size.CAPTION)
        painter.save()
        if row.heading:
            font = theme.font(Size.CAPTION, Weight.STRONG)
            painting.draw_line(painter, place.adjusted(0, 8, 0, 0), row.text, font, theme.colour("dim"))
        else:
            dot = QPointF(place.left() + painting.sign_side(7), place.center().y())
            ground, side = theme.colour("surface"), painting.sign_side(4)
            icons.draw_presence(painter, dot, row.presence, ground, side)
            name = place.adjusted(painting.sign_side(14) + 8, 0, -8, 0)
            taken = painting.draw_line(painter, name, row.text, theme.font(), theme.colour("text"))
            detail = name.adjusted(taken + 12, 0, 0, 0)
            painting.draw_line(painter, detail, row.detail, caption, theme.colour("dim"), painting.RIGHT)
        painter.restore()
