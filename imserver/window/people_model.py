"""The table of people: sorted and sought in without asking anybody, and only what changed is told to Qt."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from enum import IntEnum
from typing import Any

from PyQt5.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, pyqtSignal

from imqt import moments, plain
from imqt.row_list import Gathering
from imtongue import decimal, phrase, tr, trn

from .people import Being, Link, People, Person

NOBODY = phrase("(no name yet)")


class Column(IntEnum):
    """What there is to see of somebody."""

    NAME = 0
    STATE = 1
    DEVICES = 2
    SINCE = 3
    ADDRESS = 4
    LAST = 5
    QUEUE = 6


HEADINGS = (
    phrase("Name"), phrase("State"), phrase("Devices"), phrase("Since"), phrase("Address"),
    phrase("Last line"), phrase("Queue"),
)  # fmt: skip
RIGHT = frozenset((Column.QUEUE,))


class _Backwards:
    """Turns an order round."""

    __slots__ = ("key",)

    def __init__(self, key: Any) -> None:
        self.key = key

    def __lt__(self, other: _Backwards) -> bool:
        return bool(other.key < self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Backwards) and bool(other.key == self.key)

    __hash__ = None  # type: ignore[assignment]


Key = tuple[Any, ...]


class PeopleModel(QAbstractTableModel):
    """Everybody who fits what is sought, in the order that was chosen."""

    sought = pyqtSignal(str)  #: this; perhaps nobody fits it, or somebody does now

    def __init__(self, now: Callable[[], float], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._now = now
        self.people = People(self._on_changed, now)
        self.rows: list[Person] = []
        self._keys: list[Key] = []
        self._placed: dict[str, Key] = {}
        self._order: tuple[Column, bool] = (Column.STATE, False)
        self._sought = ""
        self._waiting: set[str] = set()
        self._gathering = Gathering(self.refresh, self)

    # --- what Qt asks ---

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008  (Qt's own default)
        """Count the rows."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Count the columns."""
        return 0 if parent.isValid() else len(Column)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give what a cell says; to a screen reader the first says all of its row."""
        person, column = self.rows[index.row()], Column(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return said(person, column, self._now())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return (
                in_words(person, self._now()) if column is Column.NAME else said(person, column, self._now())
            )
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        return plain.tooltip(_whole(person, self._now())) if role == Qt.ItemDataRole.ToolTipRole else None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Give the heading of a column."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return tr(HEADINGS[section])
        return _alignment(Column(section)) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order the rows by a column."""
        self._order = (Column(column), order == Qt.SortOrder.DescendingOrder)
        held = self.persistentIndexList()
        people = [self.rows[index.row()].key for index in held]
        self.layoutAboutToBeChanged.emit()
        self._lay_out(self.rows)
        places = {person.key: row for row, person in enumerate(self.rows)}
        moved = [self.index(places[key], one.column()) for key, one in zip(people, held, strict=True)]
        self.changePersistentIndexList(held, moved)
        self.layoutChanged.emit()

    # --- what the window asks ---

    def row_of(self, key: str) -> int | None:
        """Say where somebody stands."""
        placed = self._placed.get(key)
        return None if placed is None else bisect_left(self._keys, placed)

    def seek(self, sought: str) -> None:
        """Show only whose name, former name or address holds this."""
        before, self._sought = self._sought, sought.strip().lower()
        self.beginResetModel()
        if before in self._sought:
            self._narrow()
        else:
            self._lay_out([person for person in self.people.all.values() if self._fits(person)])
        self.endResetModel()
        self.sought.emit(self._sought)

    # --- what changes ---

    def _on_changed(self, keys: set[str]) -> None:
        self._waiting |= keys
        self._gathering.soon()

    def refresh(self) -> None:
        """Show what has changed."""
        waiting, self._waiting = self._waiting, set()
        for key in sorted(waiting):
            self._show(key)
        if self._sought:
            self.sought.emit(self._sought)

    def _show(self, key: str) -> None:
        person, placed = self.people.all.get(key), self._placed.get(key)
        if person is not None and not self._fits(person):
            person = None
        if person is None:
            if placed is not None:
                self._take_out(key, placed)
        elif placed is None:
            self._put_in(person)
        else:
            self._put_right(person, placed)

    def _put_in(self, person: Person) -> None:
        key = self._key(person)
        row = bisect_left(self._keys, key)
        self.beginInsertRows(QModelIndex(), row, row)
        self._insert(row, key, person)
        self.endInsertRows()

    def _take_out(self, name: str, placed: Key) -> None:
        row = bisect_left(self._keys, placed)
        self.beginRemoveRows(QModelIndex(), row, row)
        del self.rows[row], self._keys[row], self._placed[name]
        self.endRemoveRows()

    def _put_right(self, person: Person, placed: Key) -> None:
        """Move somebody to where they belong now; most often that is where they are."""
        row, key = bisect_left(self._keys, placed), self._key(person)
        target = bisect_left(self._keys, key)
        if target in (row, row + 1):
            self.rows[row], self._keys[row], self._placed[person.key] = person, key, key
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(Column) - 1))
        elif any(index.row() == row for index in self.persistentIndexList()):
            self.beginMoveRows(QModelIndex(), row, row, QModelIndex(), target)
            del self.rows[row], self._keys[row]
            row = target - (target > row)
            self._insert(row, key, person)
            self.endMoveRows()
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(Column) - 1))
        else:  # for a move, Qt lays out all rows anew; nobody holds on to this one
            self._take_out(person.key, placed)
            self._put_in(person)

    def _insert(self, row: int, key: Key, person: Person) -> None:
        self.rows.insert(row, person)
        self._keys.insert(row, key)
        self._placed[person.key] = key

    def _lay_out(self, people: list[Person]) -> None:
        self._put_down(sorted(((self._key(person), person) for person in people), key=lambda pair: pair[0]))

    def _narrow(self) -> None:
        """Leave out who does not fit any more; what stays is in order."""
        keyed = [pair for pair in zip(self._keys, self.rows, strict=True) if self._fits(pair[1])]
        self._put_down(keyed)

    def _put_down(self, keyed: list[tuple[Key, Person]]) -> None:
        self._keys = [key for key, _ in keyed]
        self.rows = [person for _, person in keyed]
        self._placed = {person.key: key for key, person in keyed}

    def _fits(self, person: Person) -> bool:
        sought = self._sought
        if not sought or sought in person.name:
            return True
        return any(sought in old for old in person.before) or any(
            sought in link.where for link in person.links
        )

    def _key(self, person: Person) -> Key:
        column, down = self._order
        first = _SORTED[column](person)
        # Whoever has no name stands behind those who have one.
        return (_Backwards(first) if down else first, not person.name, person.name, person.key)


_SORTED: dict[Column, Callable[[Person], Any]] = {
    Column.NAME: lambda person: person.name or "\uffff",
    Column.STATE: lambda person: person.being,
    Column.DEVICES: lambda person: -person.devices,
    Column.SINCE: lambda person: -(person.since or 0),
    Column.ADDRESS: lambda person: person.links[0].where if person.links else "\uffff",
    Column.LAST: lambda person: (not person.links, person.said or "\uffff"),
    Column.QUEUE: lambda person: (-person.queue, -person.waiting),
}


def _alignment(column: Column) -> int:
    side = Qt.AlignmentFlag.AlignRight if column in RIGHT else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)


# --- what is said of somebody ---


def said(person: Person, column: Column, now: float) -> str:
    """Say what stands in a column."""
    return _SAID[column](person, now)


def _name(person: Person, now: float) -> str:
    return person.name or tr(NOBODY)


def _state(person: Person, now: float) -> str:
    return person.being.word


def _devices(person: Person, now: float) -> str:
    named = sorted({link.device for link in person.links if link.device})
    if named:
        return ", ".join(named)
    if not person.devices:
        return ""
    return trn("{count} device", "{count} devices", person.devices)


def _since(person: Person, now: float) -> str:
    if person.links:
        return moments.when(min(link.since for link in person.links), now)
    return "" if person.seen is None else tr("left {when}", when=moments.when(person.seen, now))


def _address(person: Person, now: float) -> str:
    if not person.links:
        return ""
    first, more = person.links[0].where, len(person.links) - 1
    return f"{first} +{more}" if more else first


def _last(person: Person, now: float) -> str:
    return person.said if person.links else ""


def _queue(person: Person, now: float) -> str:
    if person.links:
        return size(person.queue) if person.being is Being.LOGGED_IN else ""
    if not person.waiting:
        return ""
    return trn("{count} waits", "{count} wait", person.waiting)


_SAID: dict[Column, Callable[[Person, float], str]] = {
    Column.NAME: _name,
    Column.STATE: _state,
    Column.DEVICES: _devices,
    Column.SINCE: _since,
    Column.ADDRESS: _address,
    Column.LAST: _last,
    Column.QUEUE: _queue,
}


def size(number: float) -> str:
    """Say how many bytes."""
    if number < 1024:
        return f"{int(number)} B" if number else "0"
    units = ("KiB", "MiB", "GiB", "TiB")
    place = -1
    while number >= 1024 and place < len(units) - 1:
        number, place = number / 1024, place + 1
    return f"{decimal(number)} {units[place]}" if number < 10 else f"{number:.0f} {units[place]}"


def _whole(person: Person, now: float) -> str:
    """Say what there is no room for in a row: each of the connections, and the former names."""
    before = [_before(person)] if person.before else []
    links = [_link(link, now) for link in person.links]
    return "\n".join([_name(person, now), *before, *links]) if before or links else ""


def _link(link: Link, now: float) -> str:
    parts = [
        link.device or tr("no device named"),
        link.where,
        tr("since {when}", when=moments.when(link.since, now)),
        tr("{size} in the queue", size=size(link.queue)),
    ]
    return ", ".join([*parts, tr("last said {verb}", verb=link.said)] if link.said else parts)


def _before(person: Person) -> str:
    return tr("before: {names}", names=", ".join(person.before))


def in_words(person: Person, now: float) -> str:
    """Say all of a row, as a screen reader reads it."""
    parts = [_name(person, now), _state(person, now)]
    if person.administrator:
        parts.append(tr("administrator"))
    if person.before:
        parts.append(_before(person))
    devices, since = _devices(person, now), _since(person, now)
    parts += [devices] if devices else []
    if since:
        parts.append(tr("since {when}", when=since) if person.links else since)
    if person.links:
        parts.append(tr("from {address}", address=_address(person, now)))
        parts += [tr("last said {verb}", verb=person.said)] if person.said else []
        parts.append(tr("{size} in the queue", size=_queue(person, now) or "0"))
    elif person.waiting:
        parts.append(trn("{count} waits for them", "{count} wait for them", person.waiting))
    return ", ".join(parts)
