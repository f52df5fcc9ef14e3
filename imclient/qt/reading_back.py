"""Reading back in one conversation: page by page, from this device's disk or the server."""

from __future__ import annotations

from PyQt5.QtCore import QObject, pyqtSignal
from twisted.python.failure import Failure

from imclient.core import wording
from imclient.core.conversations import Conversation
from imclient.core.refusals import why_not
from imtongue import phrase, tr

LOADING = phrase("Loading what was said before…")
BEGINNING = phrase("This is the beginning.")
ELSEWHERE = phrase("What was said before is not on this device. It can be read with a connection.")


class ReadingBack(QObject):
    """Fetches what was said before, and says what stands above the oldest message there is."""

    told = pyqtSignal(str)
    came = pyqtSignal()  #: a page is there

    def __init__(self, conversation: Conversation, parent: QObject) -> None:
        super().__init__(parent)
        self._conversation = conversation
        self._begun = False  #: something was read back here
        self._words = ""
        self._gone = False
        self.busy = False
        self.failed = False  #: and is not tried again before something has changed

    def go_on(self) -> None:
        """Fetch the next page, if there is one."""
        if self.busy or self.failed:
            return
        if not self._conversation.more:
            self._tell(self._at_the_top())
            return
        self.busy = True
        self._tell(tr(LOADING))
        self._conversation.earlier().addCallbacks(self._on_page, self._on_failed)

    def close(self) -> None:
        """Hear no more answers: the tab was closed."""
        self._gone = True

    def _on_page(self, count: int) -> None:
        self.busy, self._begun = False, self._begun or count > 0
        if not self._gone:
            self._tell("" if self._conversation.more else self._at_the_top())
            self.came.emit()

    def _on_failed(self, failure: Failure) -> None:
        self.busy, self.failed = False, True
        if not self._gone:
            why = why_not(failure.value) or tr("The server did not tell.")
            self._tell(tr("What was said before cannot be loaded now. {why}", why=why))

    def _at_the_top(self) -> str:
        """Say why nothing comes before; of what never was longer than the window nothing need be said."""
        if self._conversation.held_from:
            return tr(ELSEWHERE)
        if self._conversation.gone:
            return wording.no_longer_kept()
        return tr(BEGINNING) if self._begun else ""

    def _tell(self, words: str) -> None:
        if words != self._words:
            self._words = words
            self.told.emit(words)
