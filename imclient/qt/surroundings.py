"""What of the desktop around a window takes part in it: tray, notes, whether somebody is there."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import QObject, pyqtSignal
from PyQt5.QtWidgets import QAction, QApplication

from imclient.core.client import Client
from imclient.core.records import audience_of
from imclient.core.showing import Shown
from improtocol.audience import Audience

from .attention import MANY, Attention
from .idle import Idle
from .notes import Notes
from .tray import Tray


class Surroundings(QObject):
    """One window's."""

    went_to = pyqtSignal(Audience)  #: the note of a conversation was clicked
    brought = pyqtSignal()  #: the window is wanted
    counted = pyqtSignal(int)  #: so many are unread

    def __init__(
        self,
        client: Client,
        show: Callable[[Shown, str], None],
        acts: list[QAction],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.notes = Notes(self._balloon, self)
        self.tray = Tray(client.name or "", self.brought.emit, acts, self.notes.click_balloon, self)
        self.attention = Attention(client, self.notes, _somebody_looks, self)
        self.idle = Idle(client, show, self)
        self.notes.clicked.connect(self._on_clicked)
        self.attention.counted.connect(self.tray.show_unread)
        self.attention.counted.connect(self.counted)

    def close(self) -> None:
        """Take no more part."""
        self.attention.close()
        self.idle.close()
        self.tray.close()

    def _balloon(self, heading: str, text: str) -> None:
        self.tray.balloon(heading, text)

    def _on_clicked(self, kind: str) -> None:
        self.brought.emit()
        if kind != MANY:
            self.went_to.emit(audience_of(kind))


def _somebody_looks() -> bool:
    """Tell whether one of the program's windows is before somebody's eyes."""
    return QApplication.activeWindow() is not None
