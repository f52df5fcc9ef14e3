"""A text of any length to be read, any part of which can be chosen and copied."""

from __future__ import annotations

from collections.abc import Iterator

from PyQt5.QtCore import QMimeData, QSize, Qt, QTimer
from PyQt5.QtGui import QTextBlock, QTextCursor
from PyQt5.QtWidgets import QFrame, QPlainTextEdit, QWidget

from imqt.clamping import harmless, pieces

#: What a block notes of itself: its line goes on in the next one.
GOES_ON = 1


class WholeText(QPlainTextEdit):
    """It scrolls, and comes a piece a turn, so that no window waits: Qt lays out a block when it is seen.

    A line that is too costly for one turn is parted in blocks; what is copied of it is one line again.
    """

    def __init__(self, text: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("wholeText")
        self.setAccessibleName(name)
        self.setProperty("role", "quiet")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # From the beginning: one that comes later makes it narrower, and all that is seen is laid out again.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        ways = Qt.TextInteractionFlags()
        ways |= Qt.TextInteractionFlag.TextSelectableByMouse
        ways |= Qt.TextInteractionFlag.TextSelectableByKeyboard
        self.setTextInteractionFlags(ways)
        self._pieces = pieces(harmless(text))
        self._next = QTimer(self)
        self._next.timeout.connect(self._add_piece)
        self._add_piece()
        self.moveCursor(QTextCursor.MoveOperation.Start)  # whoever reads by key begins there
        self._next.start(0)

    def sizeHint(self) -> QSize:
        """Ask for room for some lines."""
        return QSize(520, 360)

    def _add_piece(self) -> None:
        piece = next(self._pieces, None)
        if piece is None:
            self._next.stop()
            return
        end = QTextCursor(self.document())
        end.movePosition(QTextCursor.MoveOperation.End)
        if end.block().length() > 1:
            end.block().setUserState(GOES_ON)
            end.insertBlock()
        end.insertText(piece)

    # What is copied

    def createMimeDataFromSelection(self) -> QMimeData:
        """Give what is chosen, as it was said."""
        chosen = QMimeData()
        chosen.setText("".join(self._chosen()))
        return chosen

    def _chosen(self) -> Iterator[str]:
        cursor, document = self.textCursor(), self.document()
        assert document is not None
        end = cursor.selectionEnd()
        block = document.findBlock(cursor.selectionStart())
        part = QTextCursor(document)
        part.setPosition(cursor.selectionStart())
        while block.isValid():
            last = block.position() + block.length() - 1
            part.setPosition(min(end, last), QTextCursor.MoveMode.KeepAnchor)
            yield part.selectedText()
            if end <= last:
                return
            yield _parting(block)
            block = block.next()
            part.setPosition(block.position())


def _parting(block: QTextBlock) -> str:
    """Say what stands between a block and the next one."""
    return "" if block.userState() == GOES_ON else "\n"
