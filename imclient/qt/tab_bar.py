"""The tabs of the open conversations: an icon, a name, and a cross or how many are unread."""

from __future__ import annotations

from PyQt5.QtCore import QEvent, QPoint, QSize, Qt, QTimer, pyqtSignal
from PyQt5.QtGui import QContextMenuEvent, QMouseEvent, QResizeEvent
from PyQt5.QtWidgets import QTabBar, QWidget

from imclient.core import wording
from improtocol.audience import Audience
from imqt import icons, painting, plain, theme
from imqt.plain import PlainLabel
from imtongue import tr

_RIGHT = QTabBar.ButtonPosition.RightSide
#: Longer titles are shortened, and in a narrow window more so; the tooltip says all.
_LONGEST = 28
#: What stands in a tab beside its title, in pixels: icon, cross, and the gaps between.
_BESIDE = 84


class TabBar(QTabBar):
    """One tab for each open conversation."""

    close_wanted = pyqtSignal(int)
    menu_wanted = pyqtSignal(int, QPoint)
    changed = pyqtSignal()  #: tabs came, went, or are wider

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tabs")
        self.setAccessibleName(tr("Conversations"))
        self.setExpanding(False)
        self.setDrawBase(False)
        self.setIconSize(QSize(16, 16))
        self.setElideMode(Qt.TextElideMode.ElideNone)
        self.setUsesScrollButtons(True)
        self.setMovable(True)
        # Its arrows are small and say nothing; `TabMenu` lists what has no room.
        self.setStyleSheet("QTabBar::scroller, QTabBar::tear { width: 0; }")
        self._titles: list[tuple[str, str, int]] = []  #: icon, title and unread of each tab
        self.currentChanged.connect(self._show_current)
        self.tabMoved.connect(self._on_moved)

    def put(self, index: int, title: str, icon: str) -> None:
        """Put a tab here."""
        self._titles.insert(index, (icon, title, 0))
        self.insertTab(index, icons.icon(icon), plain.literal(self._shortened(title)))
        plain.set_tab_tooltip(self, index, title)
        self.show_unread(index, 0)
        self._show_current()

    def _on_moved(self, source: int, target: int) -> None:
        self._titles.insert(target, self._titles.pop(source))
        self._show_current()

    def contextMenuEvent(self, event: QContextMenuEvent | None) -> None:
        """Offer what can be done with a tab, by mouse or by key."""
        assert event is not None
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.tabAt(event.pos())
        if index >= 0:
            at = self.tabRect(index).bottomLeft() if by_key else event.pos()
            self.menu_wanted.emit(index, self.mapToGlobal(at))

    def take(self, index: int) -> None:
        """Take a tab away."""
        del self._titles[index]
        self.removeTab(index)
        self.changed.emit()

    def show_unread(self, index: int, unread: int) -> None:
        """Show how many are unread, or else the cross that closes the tab."""
        icon, title, _ = self._titles[index]
        self._titles[index] = (icon, title, unread)
        button = self.tabButton(index, _RIGHT)
        if unread and (not isinstance(button, PlainLabel) or button.text() != count(unread)):
            # A new one each time: the bar gives a button its room only once.
            self._set_button(index, PlainLabel(count(unread), "badge"))
        elif not unread and (button is None or isinstance(button, PlainLabel)):
            self._set_button(index, self._cross(title))
        else:
            return
        self.setAccessibleTabName(index, f"{title}, {wording.unread(unread)}" if unread else title)
        self.changed.emit()

    def _set_button(self, index: int, button: QWidget) -> None:
        old = self.tabButton(index, _RIGHT)
        # As large as its look wants it, from the beginning.
        button.setParent(self)
        button.ensurePolished()
        button.adjustSize()
        self.setTabButton(index, _RIGHT, button)
        if old is not None:
            old.deleteLater()

    def _cross(self, title: str) -> QWidget:
        cross = plain.tool_button(tr("Close {title}", title=title), "close")
        cross.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Ctrl+W closes by key
        side = round(painting.sign_side())
        cross.setFixedSize(side + 6, side + 6)
        cross.setIconSize(QSize(side, side))
        cross.setStyleSheet("padding: 0; border: none;")
        cross.clicked.connect(lambda: self._close_of(cross))
        return cross

    def _close_of(self, cross: QWidget) -> None:
        for index in range(self.count()):
            if self.tabButton(index, _RIGHT) is cross:
                self.close_wanted.emit(index)
                return

    def _show_current(self) -> None:
        for index, (icon, _, _) in enumerate(self._titles):
            if index < self.count():
                self.setTabIcon(index, icons.icon(icon, "accent" if index == self.currentIndex() else "dim"))

    def changeEvent(self, event: QEvent | None) -> None:
        """Make room for badges and icons when the type is another."""
        super().changeEvent(event)
        if theme.has_changed(event):
            QTimer.singleShot(0, self._measure)

    def _measure(self) -> None:
        icon = theme.heights().icon
        self.setIconSize(QSize(icon, icon))
        for index, (_, title, unread) in enumerate(self.titles()):
            if unread:
                self._set_button(index, PlainLabel(count(unread), "badge"))
                self.setAccessibleTabName(index, f"{title}, {wording.unread(unread)}")
            else:
                self._set_button(index, self._cross(title))

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """Close on a click with the middle button."""
        super().mouseReleaseEvent(event)
        assert event is not None
        if event.button() == Qt.MouseButton.MiddleButton and self.tabAt(event.pos()) >= 0:
            self.close_wanted.emit(self.tabAt(event.pos()))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Let no tab be wider than the bar: the beginning of its title would be cut."""
        for index, (_, title, _) in enumerate(self._titles):
            if index < self.count() and self.tabText(index) != plain.literal(self._shortened(title)):
                self.setTabText(index, plain.literal(self._shortened(title)))
        super().resizeEvent(event)

    def _shortened(self, title: str) -> str:
        short = title if len(title) <= _LONGEST else title[: _LONGEST - 1] + "…"
        room = max(40, self.width() - _BESIDE)
        return self.fontMetrics().elidedText(short, Qt.TextElideMode.ElideRight, room)

    def crowded(self) -> bool:
        """Tell whether not all tabs have room."""
        return sum(self.tabSizeHint(index).width() for index in range(self.count())) > self.width()

    def unread_out_of_sight(self) -> int:
        """Count what is unread in tabs that have no room."""
        others = (index for index in range(self.count()) if index != self.currentIndex())
        return sum(self._titles[at][2] for at in others if not self.rect().contains(self.tabRect(at)))

    def titles(self) -> list[tuple[str, str, int]]:
        """Give icon, title and unread of each tab."""
        return list(self._titles)

    def minimumSizeHint(self) -> QSize:
        """Give way: tabs that have no room are scrolled to."""
        return QSize(80, super().minimumSizeHint().height())


def icon_of(audience: Audience, me: str) -> str:
    """Name the icon of a conversation."""
    if audience.everyone:
        return "everyone"
    if audience.names == (me,):
        return "note"
    return "person" if len(audience.names) == 1 else "people"


def count(unread: int) -> str:
    """Write how many are unread, in little room."""
    return "99+" if unread > 99 else str(unread)
