"""The panes of the main window side by side: how much room each has, and who moved a border."""

from __future__ import annotations

from PyQt5.QtCore import Qt, QTimer
from PyQt5.QtGui import QResizeEvent
from PyQt5.QtWidgets import QSplitter, QWidget

#: From this width on the wire stands beside the conversation, else below it.
WIDE = 900
#: How wide the roster is in a wide window, in one that shows the wire, in a narrow one.
ROSTER_WIDTHS = (288, 232, 190)
#: How wide the wire is at most, beside a conversation.
WIRE_WIDTH = 432


class Panes(QSplitter):
    """Roster, conversation, and the wire when it is watched."""

    def __init__(self, roster: QWidget, talk: QWidget, wire: QWidget, scale: float = 1.0) -> None:
        super().__init__()
        self._wire, self._scale = wire, scale
        self._roster_moved = False  #: by its reader, who knows better than we do
        self._talk_and_wire = QSplitter()
        _fill(self._talk_and_wire, talk, wire)
        _fill(self, roster, self._talk_and_wire)
        self._arranging = QTimer(self)
        self._arranging.setSingleShot(True)
        self._arranging.timeout.connect(self.arrange)
        self.splitterMoved.connect(self._on_moved)

    def show_wire(self, shown: bool) -> None:
        """Give the wire its room, or take it away."""
        self._wire.setVisible(shown)
        self.arrange()

    def show_scale(self, scale: float) -> None:
        """Know how large the type is: names want more room in larger type."""
        self._scale = scale
        self.arrange()

    def arrange(self) -> None:
        """Give each its room: beside each other if there is enough, else the wire below."""
        wide, watched = self.width() >= WIDE, self._wire.isVisibleTo(self)
        self._talk_and_wire.setOrientation(Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical)
        if not self._roster_moved:
            which = (1 if watched else 0) if wide else 2
            left = min(round(ROSTER_WIDTHS[which] * max(1.0, self._scale)), self.width() * 2 // 5)
            self.setSizes([left, max(1, self.width() - left - 1)])
        if watched:
            room = self._talk_and_wire.width() if wide else self._talk_and_wire.height()
            part = min(WIRE_WIDTH, room // 2) if wide else room * 3 // 8
            self._talk_and_wire.setSizes([room - part, part])

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Arrange for the new size."""
        super().resizeEvent(event)
        self.arrange()
        self._arranging.start()  # and again when the panes know how little room they can do with

    def _on_moved(self, _position: int, _index: int) -> None:
        self._roster_moved = True


def _fill(splitter: QSplitter, *widgets: QWidget) -> None:
    splitter.setChildrenCollapsible(False)
    splitter.setHandleWidth(1)
    for place, widget in enumerate(widgets):
        splitter.addWidget(widget)
        splitter.setStretchFactor(place, place)
