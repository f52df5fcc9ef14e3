"""A list that is shown as rows: handed whole, it tells Qt only what is different."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from PyQt5.QtCore import QAbstractListModel, QElapsedTimer, QModelIndex, QObject, Qt, QTimer

R = TypeVar("R")

#: Milliseconds in which changes gather before they are shown: two frames. A burst of 100,000 lines then
#: keeps the window answering in 25 ms; flushed at every frame it took 120 ms.
GATHER = 33


class RowList(QAbstractListModel, Generic[R]):
    """Rows in order; ``same`` tells whether two of them show the same."""

    def __init__(self, same: Callable[[R, R], bool], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[R] = []
        self._same = same

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008  (Qt's own default)
        """Count the rows."""
        return 0 if parent.isValid() else len(self.rows)

    def row(self, index: QModelIndex) -> R:
        """Give the row at an index."""
        return self.rows[index.row()]

    def replace(self, rows: Sequence[R]) -> None:
        """Show these rows: what they share at both ends stays, what lies between is changed."""
        old, start = self.rows, 0
        most = min(len(old), len(rows))
        while start < most and self._same(old[start], rows[start]):
            start += 1
        kept = 0
        while kept < most - start and self._same(old[-1 - kept], rows[-1 - kept]):
            kept += 1
        self._remove(start, len(old) - kept)
        self._insert(start, rows[start : len(rows) - kept])

    def told(self, row: int) -> None:
        """Tell Qt that a row shows something else than before."""
        at = self.index(row)
        self.dataChanged.emit(at, at)

    def _remove(self, start: int, end: int) -> None:
        if start < end:
            self.beginRemoveRows(QModelIndex(), start, end - 1)
            del self.rows[start:end]
            self.endRemoveRows()

    def _insert(self, start: int, rows: Sequence[R]) -> None:
        if rows:
            self.beginInsertRows(QModelIndex(), start, start + len(rows) - 1)
            self.rows[start:start] = rows
            self.endInsertRows()


class Gathering(QTimer):
    """Calls at once for what comes alone, and once for all that comes within `GATHER` milliseconds.

    Of all there are one acts in a turn of the loop: together they would hold the window three times as long.
    """

    _acting = False  #: one of them did in this turn

    def __init__(self, act: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self.setSingleShot(True)
        self.setTimerType(Qt.TimerType.PreciseTimer)
        self._act = act
        self._acted = QElapsedTimer()
        self.timeout.connect(self._on_time)

    def soon(self, *_news: object) -> None:
        """Act soon; asked again meanwhile, it stays one time."""
        if not self.isActive():
            rested = GATHER if not self._acted.isValid() else self._acted.elapsed()
            self.start(max(0, GATHER - rested))

    def now(self) -> None:
        """Act at once."""
        self.stop()
        self._act()
        self._acted.start()  # from its end: what takes long is not done all the time

    def _on_time(self) -> None:
        if Gathering._acting:
            self.start(0)
            return
        Gathering._acting = True
        QTimer.singleShot(0, _let_another)
        self.now()


def _let_another() -> None:
    Gathering._acting = False
