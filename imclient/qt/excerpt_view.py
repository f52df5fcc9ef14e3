"""A place far back in a conversation: what stands around one message, to be read from there."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import QWidget

from imclient.core.excerpt import Excerpt
from imclient.core.said import Said
from imqt.layout import col
from imqt.row_list import Gathering

from .conversation_model import ConversationModel
from .reading_back import ReadingBack
from .transcript import NEAR, Transcript


class ExcerptView(QWidget):
    """Stands in the place of the conversation; what is read here counts as nothing new."""

    arrived = pyqtSignal(object, int)  #: at this message, its foot so low: the conversation goes on there

    def __init__(
        self, excerpt: Excerpt, me: str, gap: Callable[[], int] = lambda: 0, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.excerpt = excerpt
        self._gone = False
        self.model = ConversationModel(excerpt, None, me, gap=gap, parent=self, follows=False)
        self.transcript = Transcript(self.model)
        self._reading_back = ReadingBack(excerpt, self)
        self._looking = Gathering(self._look, self)
        self.transcript.looked.connect(self._looking.soon)
        self.transcript.edge_pressed.connect(self._retry)
        self._reading_back.told.connect(self._show_edge)
        self._reading_back.came.connect(self._on_came)
        self.setLayout(col(self.transcript))

    def close_view(self) -> None:
        """It is not looked at any more."""
        self._gone = True
        self._looking.stop()
        self._reading_back.close()
        self.model.close()
        self.excerpt.close()

    def _look(self) -> None:
        """Fetch what is missing before or behind what is on the screen, or go on in the conversation."""
        said, bottom = self.transcript.anchor()
        known = self._known(said)
        if known is not None:
            self.arrived.emit(known, bottom)
            return
        if self.transcript.near_top() and not self.transcript.page(self.model.older):
            self._reading_back.go_on()
        bar = self.transcript.bar
        if self.isVisible() and bar.value() > bar.maximum() - NEAR and self.model.at_end:
            self.excerpt.later().addCallbacks(self._on_later, lambda _: None)

    def _known(self, said: Said | None) -> Said | None:
        """Give a message as the conversation itself has it in memory, if it has."""
        number = None if said is None or not self.isVisible() else said.number
        return None if number is None else self.excerpt.whole.at(number)

    def _on_later(self, count: int) -> None:
        if count and not self._gone:
            self.model.soon()
            self._looking.soon()

    def _on_came(self) -> None:
        self.transcript.page(self.model.turn)
        self._looking.soon()

    def _retry(self) -> None:
        self._reading_back.failed = False
        self._looking.soon()

    def _show_edge(self, words: str) -> None:
        self.model.show_edge(words)
        self.transcript.page(self.model.turn)
