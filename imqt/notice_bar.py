"""A strip over the conversations that says something one should know, until it is closed; it stops nobody."""

from __future__ import annotations

from PyQt5.QtWidgets import QWidget

from imqt import plain
from imqt.layout import box, col, row, rule
from imqt.plain import PlainLabel
from imqt.sign import IconSign
from imtongue import tr

#: So many sentences are kept, the newest: whoever sends many must not fill the window.
MOST = 3


class NoticeBar(QWidget):
    """Hidden while there is nothing to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sentences: list[str] = []
        self._words = PlainLabel("", wrap=True)
        self._words.setObjectName("notice")
        self._words.setMinimumWidth(1)
        close = plain.tool_button(tr("Close this notice"), "close")
        close.setObjectName("closeNotice")
        close.clicked.connect(self.close_notice)
        line = row(
            IconSign("warning", "waiting", 16), (self._words, 1), close, margins=(16, 8, 12, 8), gap=10
        )
        self.setLayout(col(box(col(line, rule(), gap=0), "side")))
        self.hide()

    def tell(self, sentence: str) -> None:
        """Say something, below what was said and not closed."""
        if sentence in self._sentences:
            return
        self._sentences = [*self._sentences, sentence][-MOST:]
        self._show_sentences()

    def take_back(self, sentence: str) -> None:
        """Say a sentence no more: it is so no longer."""
        self._sentences = [one for one in self._sentences if one != sentence]
        self._show_sentences()

    def _show_sentences(self) -> None:
        self._words.setText("\n".join(self._sentences))
        self._words.setAccessibleName(self._words.text())
        self.setVisible(bool(self._sentences))

    def close_notice(self) -> None:
        """Say no more of it."""
        self._sentences = []
        self.hide()
