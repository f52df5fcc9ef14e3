"""The pages of the open conversations, each with its tab."""

from __future__ import annotations

from PyQt5.QtCore import QObject, pyqtSignal
from PyQt5.QtWidgets import QStackedWidget, QWidget

from .conversation_view import ConversationView
from .tab_bar import TabBar


class Pages(QObject):
    """The nth page is the nth tab's: there is no moment in which a tab shows another's."""

    moved = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tabs = TabBar()
        self.stack = QStackedWidget()
        self.tabs.tabMoved.connect(self._on_moved)

    def put(self, index: int, page: QWidget, title: str, icon: str) -> None:
        """Put a page and its tab here."""
        # First the page, then the tab: a tab never shows the page of another.
        self.stack.insertWidget(index, page)
        self.tabs.put(index, title, icon)

    def take(self, page: QWidget) -> None:
        """Take a page and its tab away."""
        # First the page, then the tab: what the tab bar then shows is there.
        index = self.stack.indexOf(page)
        self.stack.removeWidget(page)
        self.tabs.take(index)
        self.stack.setCurrentIndex(self.tabs.currentIndex())

    def _on_moved(self, source: int, target: int) -> None:
        """Let the pages follow the tabs; which one is on the screen stays."""
        page = self.stack.widget(source)
        assert page is not None
        self.stack.removeWidget(page)
        self.stack.insertWidget(target, page)
        self.stack.setCurrentIndex(self.tabs.currentIndex())
        self.moved.emit()

    def views(self) -> list[ConversationView]:
        """Give the pages that are conversations, in the order of the tabs."""
        pages = [self.stack.widget(index) for index in range(self.stack.count())]
        return [page for page in pages if isinstance(page, ConversationView)]

    @property
    def current(self) -> ConversationView | None:
        """The conversation on the screen."""
        page = self.stack.currentWidget()
        return page if isinstance(page, ConversationView) else None

    def step(self, by: int) -> None:
        """Go to the next tab, or back."""
        if self.tabs.count():
            self.tabs.setCurrentIndex((self.tabs.currentIndex() + by) % self.tabs.count())

    def move_current(self, by: int) -> None:
        """Move the tab on the screen to the left or the right."""
        place = self.tabs.currentIndex()
        if 0 <= place + by < self.tabs.count():
            self.tabs.moveTab(place, place + by)

    def go_to(self, page: QWidget) -> None:
        """Bring a page on the screen."""
        self.tabs.setCurrentIndex(self.stack.indexOf(page))

    def show_unread(self, view: ConversationView) -> None:
        """Show in its tab how many are unread."""
        self.tabs.show_unread(self.stack.indexOf(view), view.conversation.unread)
