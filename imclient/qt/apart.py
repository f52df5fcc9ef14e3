"""The conversations that have a window of their own."""

from __future__ import annotations

from PyQt5.QtCore import QObject, pyqtSignal

from imclient.core.client import Client

from .conversation_view import ConversationView
from .talk_window import TalkWindow


class Apart(QObject):
    """Takes pages that were among the tabs, and gives each back when its window is closed."""

    put_back = pyqtSignal(ConversationView)
    looked = pyqtSignal(ConversationView, bool)  #: its reader looks at it, or no longer

    def __init__(self, client: Client, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._windows: list[TalkWindow] = []

    def take(self, view: ConversationView) -> TalkWindow:
        """Make a window for a page; it is not shown yet."""
        window = TalkWindow(self._client, view)
        self._windows.append(window)
        window.put_back.connect(lambda: self._on_put_back(window))
        window.looked.connect(lambda looks: self.looked.emit(view, looks))
        window.resize(window.sizeHint())
        return window

    def _on_put_back(self, window: TalkWindow) -> None:
        self._windows.remove(window)
        self.put_back.emit(window.view)
        window.deleteLater()

    def views(self) -> list[ConversationView]:
        """Give the pages that are here."""
        return [window.view for window in self._windows]

    def bring(self, view: ConversationView) -> bool:
        """Bring a page's window before the eyes; say whether it is here."""
        window = next((window for window in self._windows if window.view is view), None)
        if window is None:
            return False
        window.raise_()
        window.activateWindow()
        window.composer.edit.setFocus()
        return True

    def show_unread(self) -> None:
        """Let each window say how many are unread."""
        for window in self._windows:
            window.show_unread()

    def close(self) -> None:
        """Close them all; none comes back among the tabs."""
        for window in self._windows:
            window.put_back.disconnect()
            window.close()
            window.deleteLater()
