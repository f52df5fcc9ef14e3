"""What is seen on the wire: the lines of all connections, and between them what happened."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from enum import Enum

from PyQt5.QtCore import QAbstractListModel, QModelIndex, QObject, Qt, pyqtSignal

from imqt import moments, plain
from imqt.colours import Token
from imqt.row_list import Gathering
from imtongue import tr, trn

#: So many of the newest are kept, and shown.
MOST = 1000


class Kind(Enum):
    """What a row is."""

    IN = "in"
    OUT = "out"
    NOTE = "note"


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A line that went, or a sentence on what happened."""

    at: float
    kind: Kind
    who: str
    text: str
    token: Token = "dim"
    count: int = 1  #: so many were told the same at once

    @property
    def whom(self) -> str:
        """Say whose line it is."""
        return self.who if self.count == 1 else trn("{count} person", "{count} people", self.count)

    @property
    def words(self) -> str:
        """Say it as a screen reader reads it."""
        clock = moments.seconds_clock(self.at)
        if self.kind is Kind.IN:
            return tr("{time} from {whom}: {line}", time=clock, whom=self.whom, line=self.text)
        if self.kind is Kind.OUT:
            return tr("{time} to {whom}: {line}", time=clock, whom=self.whom, line=self.text)
        return f"{clock}: {self.text}"


class WireModel(QAbstractListModel):
    """The newest rows that fit what is sought, oldest first; held still, it shows none that come later."""

    counted = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Row] = []
        self._all: deque[Row] = deque(maxlen=MOST)
        self._fresh: deque[Row] = deque(maxlen=MOST)
        self._sought = ""
        self._still = False
        self._gathering = Gathering(self.refresh, self)

    def add(self, row: Row) -> None:
        """Take a row; it is shown soon.  What many are told at once is one row."""
        last = self._fresh[-1] if self._fresh else None
        if last is not None and row.kind is Kind.OUT is last.kind and row.text == last.text:
            self._fresh[-1] = replace(last, count=last.count + 1)
        else:
            self._fresh.append(row)
        self._gathering.soon()

    def hold(self, still: bool) -> None:
        """Hold the view still, or let it go on."""
        self._still = still
        self.refresh()

    def seek(self, sought: str) -> None:
        """Show only the rows that hold this."""
        self._sought = sought.strip().lower()
        self.refresh()
        self.beginResetModel()
        self.rows = [row for row in self._all if self._fits(row)]
        self.endResetModel()
        self.counted.emit()

    @property
    def why_empty(self) -> str:
        """Say why there is no row; nothing, if there is one."""
        if self.rows:
            return ""
        if self._sought:
            return trn(
                "The last line does not hold {sought}.",
                "None of the last {count} lines holds {sought}.",
                len(self._all),
                sought=self._sought,
            )
        return tr(
            "Nothing has gone over the wire yet. Whoever connects or says something is seen here at once."
        )

    def refresh(self) -> None:
        """Show what came since, at the end; as many go at the beginning as there are too many."""
        if self._still or not self._fresh:
            return
        fresh, self._fresh = list(self._fresh), deque(maxlen=MOST)
        self._all.extend(fresh)
        fresh = [row for row in fresh if self._fits(row)]
        if surplus := max(0, min(len(self.rows), len(self.rows) + len(fresh) - MOST)):
            self.beginRemoveRows(QModelIndex(), 0, surplus - 1)
            del self.rows[:surplus]
            self.endRemoveRows()
        if fresh:
            self.beginInsertRows(QModelIndex(), len(self.rows), len(self.rows) + len(fresh) - 1)
            self.rows.extend(fresh)
            self.endInsertRows()
        self.counted.emit()

    def _fits(self, row: Row) -> bool:
        return not self._sought or self._sought in row.text.lower() or self._sought in row.who

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008  (Qt's own default)
        """Count the rows."""
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give a line, or the whole row in words."""
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row.words
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain.tooltip(row.text)
        return None


def transcript(rows: list[Row]) -> str:
    """Write rows as they are saved: ``10:00:02 alice> SEND bob :hello``; notes behind a ``#``."""
    signs = {Kind.IN: ">", Kind.OUT: "<"}
    return "".join(
        f"# {moments.seconds_clock(row.at)} {row.text}\n"
        if row.kind is Kind.NOTE
        else f"{row.whom}{signs[row.kind]} {row.text}\n"
        for row in rows
    )
