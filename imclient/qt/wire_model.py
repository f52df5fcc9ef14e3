"""The rows of the wire view: the lines as they went, those that the filter lets through."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from PyQt5.QtCore import QModelIndex, QObject, Qt, pyqtSignal

from imclient.core.wire import Wire, WireLine
from imclient.core.wire_talk import About
from imqt import moments
from imqt.row_list import Gathering, RowList
from imtongue import tr


@dataclass(eq=False, slots=True)
class WireRow:
    """One line and what the painter measured of it."""

    line: WireLine
    shape: dict[object, object] = field(default_factory=dict)


class WireModel(RowList[WireRow]):
    """The newest lines, oldest first; held still, it shows none that come later."""

    counted = pyqtSignal()

    def __init__(self, wire: Wire, parent: QObject | None = None) -> None:
        super().__init__(lambda one, other: one.line is other.line, parent)
        self._wire = wire
        self._sought = ""
        self._about: Callable[[Iterable[WireLine]], list[WireLine]] = list
        self._held: list[WireLine] | None = None
        self._gathering = Gathering(self.refresh, self)
        wire.added.connect(self._gathering.soon)
        self.refresh()

    def close(self) -> None:
        """Stop listening: the window was closed."""
        self._wire.added.disconnect(self._gathering.soon)
        self._gathering.stop()

    def filter(self, sought: str) -> None:
        """Show only the lines that hold this."""
        self._sought = sought.strip().lower()
        self.refresh()

    def only(self, about: Callable[[], About] | None) -> None:
        """Show only what belongs to something, or all."""
        self._about = list if about is None else lambda lines: about().lines(lines)
        self.refresh()

    def hold(self, still: bool) -> None:
        """Hold the view still, or let it go on."""
        self._held = list(self._wire.lines) if still else None
        self.refresh()

    def lines(self) -> list[WireLine]:
        """Give the lines that are shown."""
        lines = self._about(self._wire.lines if self._held is None else self._held)
        return [line for line in lines if self._sought in line.line.lower()]

    def refresh(self) -> None:
        """Show the lines as they are now."""
        lines = self.lines()
        self._let_go(lines[0] if lines else None)
        self.replace([WireRow(line) for line in lines])
        self.counted.emit()

    def _let_go(self, oldest: WireLine | None) -> None:
        """Take away what stood before the oldest that is kept: all the others stay as they are."""
        places = (place for place, row in enumerate(self.rows) if row.line is oldest)
        self._remove(0, next(places, 0))

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give a line, or the whole row in words."""
        line = self.row(index).line
        if role == Qt.ItemDataRole.DisplayRole:
            return line.line
        if role == Qt.ItemDataRole.AccessibleTextRole:
            told = tr("{time} sent: {line}") if line.outgoing else tr("{time} received: {line}")
            return told.format(time=moments.seconds_clock(line.at), line=line.line)
        return None
