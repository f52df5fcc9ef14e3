"""The table of people on the screen."""

from __future__ import annotations

from PyQt5.QtCore import QEvent, QModelIndex, QPoint, QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QKeyEvent, QKeySequence, QPainter, QResizeEvent
from PyQt5.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from imqt import icons, painting, theme
from imqt.empty import Empty
from imqt.theme import Weight
from imtongue import tr

from .people import Being, Person
from .people_model import Column, PeopleModel

SIDE = 16
_PRESENCE = {Being.LOGGED_IN: "online", Being.REGISTERED: "away", Being.UNREGISTERED: "away"}
#: How wide the columns are beside type of the usual size; the last has the rest, and needs so much.
WIDTHS, LAST = (124, 158, 92, 120, 166, 106), 92
#: Of that, what they can do with, and what they take where there is more.
LEAST, MOST = 0.94, 1.5
#: What goes first where there is no room for all: the words of a row, and its tooltip, have them still.
GIVE_WAY = (Column.LAST, Column.DEVICES, Column.SINCE, Column.ADDRESS)


class PeopleDelegate(QStyledItemDelegate):
    """Paints a cell: whoever is not here is dim, a state is a sign and a word."""

    def __init__(self, model: PeopleModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """Say how high a row is."""
        return QSize(0, theme.heights().control)

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Paint a cell."""
        assert painter is not None
        person, column, place = self._model.rows[index.row()], Column(index.column()), QRectF(option.rect)
        painter.save()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.fillRect(option.rect, theme.colour("soft"))
            if column is Column.NAME:
                painter.fillRect(QRectF(place.left(), place.top(), 3, place.height()), theme.colour("accent"))
        inner = place.adjusted(SIDE, 0, -SIDE if column is Column.QUEUE else -8, 0)
        if column is Column.STATE:
            inner = self._paint_sign(painter, inner, person, chosen)
        here = person.being < Being.OFFLINE
        loud = here and column in (Column.NAME, Column.STATE)
        if column in (Column.ADDRESS, Column.LAST):
            font = theme.mono()
        else:
            font = theme.font(weight=Weight.NAME if column is Column.NAME else Weight.NORMAL)
        text = str(index.data())
        flags = painting.RIGHT if column is Column.QUEUE else painting.LEFT
        colour = theme.colour("text" if loud else "dim")
        used = painting.draw_line(painter, inner, text, font, colour, flags)
        if column is Column.NAME and person.administrator:
            side = painting.sign_side(12)
            key = QRectF(inner.left() + used + 6, inner.center().y() - side / 2, side, side)
            icons.draw(painter, "key", key, theme.colour("dim"))
        painter.restore()

    def _paint_sign(self, painter: QPainter, place: QRectF, person: Person, chosen: bool) -> QRectF:
        side = painting.sign_side(12)
        middle = QPointF(place.left() + side / 2, place.center().y())
        if person.being in (Being.SUSPENDED, Being.CLOSED):
            sign = QRectF(middle.x() - side / 2 - 1, middle.y() - side / 2 - 1, side + 2, side + 2)
            suspended = person.being is Being.SUSPENDED
            icons.draw(
                painter,
                "pause" if suspended else "close",
                sign,
                theme.colour("error" if suspended else "dim"),
            )
        else:
            ground = theme.colour("soft" if chosen else "surface")
            radius = painting.sign_side(9) / 2
            icons.draw_presence(painter, middle, _PRESENCE.get(person.being, "offline"), ground, radius)
        return place.adjusted(side + 8, 0, 0, 0)


class PeopleView(QTableView):
    """Rows are chosen whole; Enter writes to whom is chosen."""

    wanted = pyqtSignal(str)  #: Enter or a double click on a name
    chosen = pyqtSignal()
    asked = pyqtSignal(QPoint)  #: for the menu of who is chosen

    def __init__(self, model: PeopleModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._people = model
        self._held = ""
        self._fitting = self._by_hand = False  # whoever drew a column to a width of their own is left alone
        self._nobody, self._alone = Empty(self), False
        self.setObjectName("people")
        self.setAccessibleName(tr("Everybody who ever took a name, and who is connected"))
        self.setModel(model)
        self.setItemDelegate(PeopleDelegate(model, self))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)  # Tab leads on to the next part of the window
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header, rows = self.horizontalHeader(), self.verticalHeader()
        assert header is not None and rows is not None
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setHighlightSections(False)
        header.setSectionsClickable(True)
        header.setSortIndicator(Column.STATE, Qt.SortOrder.AscendingOrder)
        header.setAccessibleName(tr("Columns, to sort by"))
        self.setSortingEnabled(True)
        header.setSortIndicatorShown(False)
        self._measure()
        self.activated.connect(self._on_activated)
        self.customContextMenuRequested.connect(self.asked)
        header.sectionResized.connect(self._on_resized)
        model.sought.connect(self._tell_nobody)
        model.modelAboutToBeReset.connect(self._hold)
        model.modelReset.connect(self._hold_on)
        selection = self.selectionModel()
        assert selection is not None
        selection.selectionChanged.connect(lambda *_: self.chosen.emit())

    def person(self) -> Person | None:
        """Give who is chosen."""
        rows = self.selectedIndexes()
        return self._people.rows[rows[0].row()] if rows else None

    def in_sight(self) -> list[Person]:
        """Give those whose rows are on the screen."""
        viewport, window = self.viewport(), self.window()
        if viewport is None or window is None or window.isMinimized() or not self.isVisible():
            return []
        first, last = self.rowAt(0), self.rowAt(viewport.height() - 1)
        rows = self._people.rows
        return rows[first : last + 1 if last >= 0 else len(rows)] if first >= 0 else []

    def choose(self, key: str) -> bool:
        """Choose somebody and bring them in sight."""
        row = self._people.row_of(key)
        if row is not None:
            self.setCurrentIndex(self._people.index(row, 0))
        return row is not None

    def sort(self, column: Column) -> None:
        """Order by a column; asked again, the other way round."""
        header = self.horizontalHeader()
        assert header is not None
        again = header.sortIndicatorSection() == column
        down = again and header.sortIndicatorOrder() == Qt.SortOrder.AscendingOrder
        self.sortByColumn(column, Qt.SortOrder.DescendingOrder if down else Qt.SortOrder.AscendingOrder)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Write to who is chosen on Enter; all else is the list's."""
        assert event is not None
        person = self.person()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and person is not None:
            self.wanted.emit(person.name)
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent | None) -> None:
        """Grow with the type."""
        super().changeEvent(event)
        if theme.has_changed(event):
            self._measure()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Give the columns what there is."""
        self._fit()  # before Qt looks whether there is room for all of them
        super().resizeEvent(event)

    def _fit(self) -> None:
        viewport = self.viewport()
        if viewport is None:
            return
        self._fitting = True
        if not self._by_hand:
            self._share(viewport.width())
        rest = viewport.width() - sum(self.columnWidth(column) for column in range(len(WIDTHS)))
        self.setColumnWidth(len(WIDTHS), max(int(LEAST * painting.sign_side(LAST)), rest))
        self._fitting = False

    def _share(self, room: int) -> None:
        """Give each column its part; those that give way go as long as there is too little."""
        needed = {Column(place): width for place, width in enumerate(WIDTHS)}
        gone = []
        for column in GIVE_WAY:
            if LEAST * painting.sign_side(sum(needed.values()) + LAST) <= room:
                break
            del needed[column]
            gone.append(column)
        part = room / painting.sign_side(sum(needed.values()) + LAST)
        for column, width in needed.items():
            self.setColumnHidden(column, False)
            self.setColumnWidth(column, int(max(LEAST, min(MOST, part)) * painting.sign_side(width)))
        for column in gone:
            self.setColumnHidden(column, True)

    def _on_resized(self, column: int, _before: int, _now: int) -> None:
        if not self._fitting and column < len(WIDTHS):
            self._by_hand = True
            self._fit()

    def show_alone(self, alone: bool) -> None:
        """Say what one does at a server at which nobody else is yet."""
        if alone is not self._alone:
            self._alone = alone
            self._tell_nobody("")

    def _tell_nobody(self, sought: str) -> None:
        if sought:
            nobody = tr("No name, former name or address holds {sought}.", sought=sought)
            self._nobody.tell("" if self._people.rows else nobody)
        elif self._alone:
            key = QKeySequence("Ctrl+I").toString(QKeySequence.SequenceFormat.NativeText)
            self._nobody.tell(
                tr("Nobody else yet. Invite somebody ({key}): whoever takes a name appears here.", key=key)
            )
        else:
            self._nobody.tell("")

    def _measure(self) -> None:
        self._fit()
        rows = self.verticalHeader()
        assert rows is not None
        rows.setMinimumSectionSize(1)
        rows.setDefaultSectionSize(theme.heights().control)

    def _on_activated(self, index: QModelIndex) -> None:
        person = self._people.rows[index.row()]
        if person.name:
            self.wanted.emit(person.name)

    def _hold(self) -> None:
        person = self.person()
        self._held = person.key if person else self._held

    def _hold_on(self) -> None:
        if self._held and not self.choose(self._held):
            self.chosen.emit()
