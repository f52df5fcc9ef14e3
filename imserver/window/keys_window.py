"""Which keys do what, side by side."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QKeySequence
from PyQt5.QtWidgets import QGridLayout, QSizePolicy, QWidget

from imqt import plain, theme
from imqt.layout import STRETCH, col, fit, row
from imqt.plain import PlainLabel
from imqt.small_window import SmallWindow
from imtongue import phrase, tr

#: The keys as `QKeySequence` reads them, and what they do.
KEYS: Sequence[tuple[Sequence[str], str]] = (
    (("Ctrl+F",), phrase("find a name; Enter goes to the list")),
    (("Return",), phrase("in the list: write to who is chosen")),
    (("Ctrl+L",), phrase("the line to type in; Up and Down bring back what was typed")),
    (("Ctrl+I", "Ctrl+E", "Ctrl+B"), phrase("invite, announce, back up")),
    (("Ctrl+R", "Ctrl+U", "Ctrl+D"), phrase("reset the password, suspend, disconnect who is chosen")),
    (("Ctrl+T", "Ctrl+P"), phrase("show what people say, hold the wire still")),
    (("F6", "Shift+F6"), phrase("from one part to the next, to the one before")),
    (("F5",), phrase("connect now")),
    (("Ctrl++", "Ctrl+-", "Ctrl+0"), phrase("larger type, smaller type, as it was")),
    (("Ctrl+Q",), phrase("stop the server, or close the window on one that runs elsewhere")),
)
#: Pixels, beside type of the usual size.
WIDE = 620
TOP = Qt.AlignmentFlag.AlignTop


class KeysWindow(SmallWindow):
    """Stands over the window it tells of."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, tr("Keys"))
        self.setObjectName("keysWindow")
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(10)
        grid.setColumnStretch(1, 10)
        for place, (keys, meaning) in enumerate(KEYS):
            caps = [_cap(QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)) for key in keys]
            grid.addLayout(col(row(*caps, STRETCH, gap=4), STRETCH, gap=0), place, 0)
            grid.addWidget(PlainLabel(tr(meaning), wrap=True), place, 1, TOP)
        close = plain.button(tr("Close"))
        close.clicked.connect(self.reject)
        close.setDefault(True)
        self.put(PlainLabel(tr("Keys"), "heading"), 4, grid, 12, row(STRETCH, close))
        self.resize(min(theme.grown(WIDE), parent.width() - 16), 0)
        fit(self)


def _cap(key: str) -> PlainLabel:
    cap = PlainLabel(key, "key")
    cap.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return cap
