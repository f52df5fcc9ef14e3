"""Rows that cost much to measure: what one turn has no time for is guessed, and measured in the next."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from PyQt5.QtCore import QTimer, pyqtSignal
from PyQt5.QtWidgets import QListView, QStyledItemDelegate

T = TypeVar("T")


class MeasuringDelegate(QStyledItemDelegate):
    """Paints rows, for the measuring of which it takes so many milliseconds of a turn."""

    measured = pyqtSignal()  #: rows whose height was guessed can be measured now

    def __init__(self, view: QListView, most: float) -> None:
        super().__init__(view)
        self.most = most  #: milliseconds of a turn
        self._spent = 0.0  # in this turn, in milliseconds
        self._guessed = False
        self._turn = QTimer(self)
        self._turn.setSingleShot(True)
        self._turn.timeout.connect(self._on_turn)

    def in_time(self, measure: Callable[[], T]) -> T | None:
        """Measure, if this turn still has time for it; None: it has to be guessed."""
        if self._spent > self.most:
            self._guessed = True
            return None
        begun = time.perf_counter()
        made = measure()
        self._spent += 1000 * (time.perf_counter() - begun)
        if not self._turn.isActive():
            self._turn.start(0)
        return made

    def _on_turn(self) -> None:
        self._spent = 0.0
        if self._guessed:
            self._guessed = False
            self.measured.emit()
