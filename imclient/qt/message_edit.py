"""Where the text of a message is typed; it grows with the text."""

from __future__ import annotations

from PyQt5.QtCore import QEvent, Qt, QTimer, pyqtSignal
from PyQt5.QtGui import QKeyEvent, QResizeEvent
from PyQt5.QtWidgets import QPlainTextEdit, QWidget

from imqt import theme

#: How many lines the text grows to before it scrolls.
LINES = (2, 7)
_ARROWS: dict[int, int] = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}
_HELD = (
    Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
)


class MessageEdit(QPlainTextEdit):
    """Enter sends, Shift+Enter begins a new line."""

    entered = pyqtSignal()
    let_go = pyqtSignal()
    recall = pyqtSignal(int)  #: what one said before (1), or behind that (-1)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("composer")
        self._invitation = ""
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Its room is kept free: a bar that comes would have all lines broken anew.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        bar, document = self.verticalScrollBar(), self.document()
        layout = document.documentLayout() if document is not None else None
        assert bar is not None and document is not None and layout is not None
        bar.rangeChanged.connect(lambda low, high: bar.setEnabled(high > low))
        bar.setEnabled(False)
        document.contentsChange.connect(self._keep_measures)
        layout.documentSizeChanged.connect(self._grow)
        self._grow()

    def _keep_measures(self, place: int, _gone: int, come: int) -> None:
        """Have Qt keep what it measures of a line: else it does so anew to paint it, and for each cursor.

        A picture costs 0.1 ms each time, since the font unpacks it: with a thousand of them a key took 0.3 s.
        """
        document = self.document()
        block = document.findBlock(place) if document is not None else None
        while block is not None and block.isValid() and block.position() <= place + come:
            layout = block.layout()
            if layout is not None:
                layout.setCacheEnabled(True)
            block = block.next()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Send on Enter."""
        assert event is not None
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.entered.emit()
        elif enter:
            self.insertPlainText("\n")
        elif event.key() == Qt.Key.Key_Escape:
            self.let_go.emit()
        elif event.key() in _ARROWS and not event.modifiers() & _HELD and self._at_edge(event.key()):
            self.recall.emit(_ARROWS[event.key()])
        else:
            super().keyPressEvent(event)

    def _at_edge(self, key: int) -> bool:
        """Tell whether an arrow would leave the text."""
        cursor = self.textCursor()
        return cursor.atStart() or cursor.atEnd() if key == Qt.Key.Key_Up else cursor.atEnd()

    def changeEvent(self, event: QEvent | None) -> None:
        """Measure anew when the type is another."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.FontChange:
            self._grow()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Wrap and grow with the width."""
        super().resizeEvent(event)
        QTimer.singleShot(0, self._grow)  # the lines are broken anew only when this event is over
        self.invite(self._invitation)

    def invite(self, words: str) -> None:
        """Say what can be written here, as far as there is room in one line."""
        self._invitation = words
        self.setAccessibleName(words)
        shown = self.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, max(80, self.width() - 32))
        self.setPlaceholderText(shown)

    def _grow(self, _size: object = None) -> None:
        """Be as high as the text, within bounds."""
        document = self.document()
        assert document is not None
        window = self.window()
        room = window.height() / 3 / theme.line_height(self.font()) if window is not None else LINES[0]
        most = min(LINES[1], int(room))  # a third of the window at most: the talk is above it
        lines = max(LINES[0], min(most, round(document.size().height())))
        self.setFixedHeight(round(lines * theme.line_height(self.font())) + 24)
