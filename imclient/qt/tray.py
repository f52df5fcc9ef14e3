"""The sign in the desktop's tray: how many are unread, and a menu for what one wants without the window."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import QObject
from PyQt5.QtWidgets import QAction, QMenu, QSystemTrayIcon

from imclient.core import wording
from imqt import menus, plain
from imtongue import tr

from . import emblem

#: Milliseconds that a balloon stays.
STAYS = 8000


class Tray(QObject):
    """Shown where the desktop has a tray; elsewhere it is only asked in vain."""

    def __init__(
        self,
        name: str,
        bring: Callable[[], None],
        acts: list[QAction],
        clicked: Callable[[], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._name, self._bring = name, bring
        self._unread = 0
        self._icon = QSystemTrayIcon(self)
        self._menu = QMenu()
        self._menu.setObjectName("trayMenu")
        self._put_together(acts)
        self._icon.activated.connect(self._on_activated)
        self._icon.messageClicked.connect(clicked)
        self.show_unread(0)
        if self.is_there():
            self._icon.show()

    @staticmethod
    def is_there() -> bool:
        """Tell whether this desktop has a tray."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    @property
    def menu(self) -> QMenu:
        """What it offers."""
        return self._menu

    @property
    def words(self) -> str:
        """What it says while the mouse rests on it."""
        told = f"imclient, {self._name}"
        return f"{told}: {wording.unread(self._unread)}" if self._unread else told

    def _put_together(self, acts: list[QAction]) -> None:
        self._open = menus.add(self._menu, tr("Open"), self._bring, name="trayOpen")
        self._menu.addSeparator()
        self._menu.addActions(acts)
        self._icon.setContextMenu(self._menu)

    def show_unread(self, unread: int) -> None:
        """Show how many messages are unread."""
        self._unread = unread
        self._icon.setIcon(emblem.icon(unread))
        plain.set_tray_tooltip(self._icon, self.words)
        self._open.setText(f"{tr('Open')} ({wording.unread(unread)})" if unread else tr("Open"))

    def balloon(self, heading: str, text: str) -> None:
        """Say something beside the sign."""
        if self._icon.isVisible():
            self._icon.showMessage(heading, text, emblem.icon(), STAYS)

    def close(self) -> None:
        """Take it away."""
        self._icon.hide()
        self._menu.deleteLater()

    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason == QSystemTrayIcon.ActivationReason.Trigger:
            self._bring()
