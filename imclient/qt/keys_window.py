"""What the keys do and which commands there are, side by side."""

from __future__ import annotations

from collections.abc import Collection

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QKeyEvent, QKeySequence
from PyQt5.QtWidgets import QGridLayout, QScrollArea, QSizePolicy, QWidget

from imclient.core import slash
from imqt import plain, theme
from imqt.layout import STRETCH, box, col, row
from imqt.plain import PlainLabel
from imqt.small_window import SmallWindow
from imtongue import tr

from . import texts
from .scrolled import scrolled

#: In pixels, beside type of the usual size: how wide it is, and from where on two columns have room.
WIDE, TWO = 1040, 800
#: How much of the window below it is left free.
FREE = 48
_TOP = Qt.AlignmentFlag.AlignTop
_SCROLL: dict[int, int] = {
    Qt.Key.Key_Up: -40,
    Qt.Key.Key_Down: 40,
    Qt.Key.Key_PageUp: -400,
    Qt.Key.Key_PageDown: 400,
}


class KeysWindow(SmallWindow):
    """Stands over the window it tells of."""

    def __init__(self, window: QWidget, rights: Collection[str]) -> None:
        super().__init__(window, tr("Keys and commands"))
        self.setObjectName("keysWindow")
        width = min(theme.grown(WIDE), window.width() - 16)
        close = plain.button(tr("Close"))
        close.clicked.connect(self.reject)
        page = self._page(two=width >= theme.grown(TWO), commands=_commands(rights))
        area = scrolled(page)
        assert isinstance(area, QScrollArea)
        self._area = area
        foot = row(STRETCH, close, margins=(24, 0, 24, 20))
        self.setLayout(col((area, 1), foot, margins=(0, 0, 0, 0), gap=12))
        high = page.heightForWidth(width) if page.hasHeightForWidth() else page.sizeHint().height()
        self.resize(width, min(high + foot.sizeHint().height() + 16, window.height() - FREE))

    @staticmethod
    def _page(*, two: bool, commands: QWidget) -> QWidget:
        keys, heading = _keys(), PlainLabel(tr("Keys and commands"), "heading", wrap=True)
        both = row((keys, 1), (commands, 1), gap=40) if two else col(keys, 16, commands, gap=0)
        return box(col(heading, 8, both, STRETCH, margins=(24, 20, 24, 8), gap=4))

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Scroll; Escape closes it."""
        assert event is not None
        bar = self._area.verticalScrollBar()
        if event.key() in _SCROLL and bar is not None:
            bar.setValue(bar.value() + _SCROLL[event.key()])
        else:
            super().keyPressEvent(event)


def _keys() -> QWidget:
    """List the keys, in groups."""
    grid = _grid()
    for group, lines in texts.KEYS.items():
        grid.addWidget(_heading(tr(group)), grid.rowCount(), 0, 1, 2)
        for keys, meaning in lines:
            place = grid.rowCount()
            caps = [_cap(QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)) for key in keys]
            grid.addLayout(row(*caps, STRETCH, gap=4), place, 0, _TOP)
            grid.addWidget(PlainLabel(tr(meaning), wrap=True), place, 1, _TOP)
        grid.setRowMinimumHeight(grid.rowCount(), 4)
    return box(col(grid, STRETCH, gap=0))


def _commands(rights: Collection[str]) -> QWidget:
    """List the commands that somebody with these rights can give."""
    grid = _grid()
    grid.addWidget(_heading(tr("Commands, typed where one writes")), 0, 0, 1, 2)
    for command in slash.known().values():
        if command.is_for(rights):
            usage, place = PlainLabel(command.usage, "mono", wrap=True), grid.rowCount()
            usage.setContentsMargins(0, 3, 0, 0)
            usage.setFixedWidth(theme.grown(150))
            grid.addWidget(usage, place, 0, _TOP)
            grid.addWidget(PlainLabel(tr(command.does), wrap=True), place, 1, _TOP)
    return box(col(grid, STRETCH, gap=0))


def _grid() -> QGridLayout:
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(6)
    grid.setColumnStretch(1, 1)
    return grid


def _heading(words: str) -> PlainLabel:
    return PlainLabel(words, "group", wrap=True)


def _cap(words: str) -> PlainLabel:
    cap = PlainLabel(words, "key")
    cap.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return cap
