"""A strip over the line to type in: what came of it, as long as there is room; the rest by scrolling."""

from __future__ import annotations

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QResizeEvent, QTextCursor
from PyQt5.QtWidgets import QPlainTextEdit, QWidget

from imqt import clamping, plain
from imqt.layout import STRETCH, box, col, row, rule
from imqt.sign import IconSign
from imtongue import tr

#: Lines that are seen at once; and signs of a line, however long it is.
SEEN, LONGEST = 9, 600
#: A line is seen for each so many pixels of the window, which shows other things, too.
A_LINE = 100
#: Pixels over and under them: the edge, the style's padding, the margin of a text.
EDGES = 24


class News(QWidget):
    """Hidden while there is nothing to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = QPlainTextEdit()
        self._words.setObjectName("news")
        self._words.setReadOnly(True)
        self._words.setTabChangesFocus(True)
        self._words.setProperty("role", "quiet")
        self._words.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        document = self._words.document()
        layout = document.documentLayout() if document is not None else None
        assert layout is not None
        layout.documentSizeChanged.connect(lambda _: self._fit())
        self._sign = IconSign("note", "accent", 16)
        close = plain.tool_button(tr("Close this answer"), "close")
        close.setObjectName("closeNews")
        close.clicked.connect(self.forget)
        # Sign and button stand beside the first line.
        sign, button = col(EDGES // 2, self._sign, STRETCH, gap=0), col(EDGES // 4, close, STRETCH, gap=0)
        strip = row(sign, (self._words, 1), button, margins=(16, 4, 12, 4), gap=6)
        self.setLayout(col(box(col(strip, rule(), gap=0), "side")))
        self.hide()

    def tell(self, *lines: str, wrong: bool = False) -> None:
        """Say something in the place of what was said."""
        shown = "\n".join(clamping.clamped(line[:LONGEST]) for line in lines)
        self._words.setPlainText(shown)
        self._words.moveCursor(QTextCursor.MoveOperation.Start)
        self._words.setAccessibleName(shown.partition("\n")[0])
        self._sign.show_icon("warning" if wrong else "note", "error" if wrong else "accent")
        self.setVisible(bool(lines))
        self._fit()

    def forget(self) -> None:
        """Say no more of it."""
        self.tell()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Be as high as the lines are now."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        document = self._words.document()
        assert document is not None
        # A plain text's height is counted in lines, once it is known how they break.
        window = self.window()
        assert window is not None
        most = min(SEEN, window.height() // A_LINE)
        lines = min(most, max(document.blockCount(), round(document.size().height())))
        self._words.setFixedHeight(lines * self._words.fontMetrics().lineSpacing() + EDGES)
