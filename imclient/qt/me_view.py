"""Oneself, at the head of the roster: avatar, name, whether others can reach one now."""

from __future__ import annotations

from PyQt5.QtCore import QPointF, QRectF, QSize, pyqtSignal
from PyQt5.QtGui import QPainter, QPaintEvent
from PyQt5.QtWidgets import QHBoxLayout, QToolButton, QWidget

from imclient.core.client import Client, LinkState
from imqt import icons, plain, theme
from imqt.layout import col
from imqt.plain import ElidedLabel

_WORDS = {
    LinkState.ONLINE: "Online",
    LinkState.CONNECTING: "Connecting…",
    LinkState.WAITING: "Offline",
    LinkState.OFFLINE: "Offline",
    LinkState.REPLACED: "In use elsewhere",
    LinkState.SIGNED_OUT: "Signed out",
}


class Avatar(QWidget):
    """A user's disc, with a dot that tells their presence."""

    def __init__(self, name: str, presence: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._presence = name, presence
        self.setAccessibleName(f"{name}, {presence}")

    def show_presence(self, presence: str) -> None:
        """Show another presence."""
        self._presence = presence
        self.setAccessibleName(f"{self._name}, {presence}")
        self.update()

    def sizeHint(self) -> QSize:
        """Be as large as in the roster."""
        across = theme.heights().avatar
        return QSize(across + 2, across + 2)

    def minimumSizeHint(self) -> QSize:
        """Never be cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paint it."""
        across = theme.heights().avatar
        painter = QPainter(self)
        icons.draw_avatar(painter, QRectF(0, 0, across, across), self._name)
        corner = QPointF(across - 4, across - 4)
        icons.draw_presence(painter, corner, self._presence, theme.colour("side"))


class MeView(QWidget):
    """Who is logged in here."""

    menu_wanted = pyqtSignal()

    def __init__(self, client: Client, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._link = client.link
        name = client.name or ""
        self._avatar = Avatar(name, "offline")
        self._state = ElidedLabel("", "caption")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self._avatar)
        layout.addLayout(col(ElidedLabel(name, "strong"), self._state, gap=2), 1)
        self.menu_button: QToolButton = plain.tool_button("What you can do with your account", "down")
        self.menu_button.setObjectName("account")
        self.menu_button.clicked.connect(self.menu_wanted)
        layout.addWidget(self.menu_button)
        self._link.changed.connect(self._show_state)
        self._show_state()

    def close_view(self) -> None:
        """Stop listening: the window was closed."""
        self._link.changed.disconnect(self._show_state)

    def _show_state(self) -> None:
        online = self._link.state is LinkState.ONLINE
        self._avatar.show_presence("online" if online else "offline")
        self._state.setText(_WORDS[self._link.state])
