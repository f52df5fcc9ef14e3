"""Oneself, at the head of the roster: avatar, name, and how others see one: online, away, a line of text."""

from __future__ import annotations

from PyQt5.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PyQt5.QtWidgets import QLineEdit, QToolButton, QWidget

from imclient.core import wording
from imclient.core.client import Client, LinkState
from imclient.core.showing import Shown
from improtocol import limits
from imqt import icons, plain, theme
from imqt.layout import col, row
from imqt.plain import ElidedLabel
from imtongue import phrase, tr

_WORDS = {
    LinkState.CONNECTING: phrase("Connecting…"),
    LinkState.WAITING: phrase("Offline"),
    LinkState.OFFLINE: phrase("Offline"),
    LinkState.REPLACED: phrase("In use elsewhere"),
    LinkState.SIGNED_OUT: phrase("Signed out"),
}


class Avatar(QWidget):
    """A user's disc, with a dot that tells their presence."""

    def __init__(self, name: str, presence: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._presence = name, presence
        self.show_presence(presence)

    def show_presence(self, presence: str) -> None:
        """Show another presence."""
        self._presence = presence
        self.setAccessibleName(f"{self._name}, {wording.presence(presence)}")
        self.update()

    def sizeHint(self) -> QSize:
        """Be as large as in the roster."""
        across = theme.heights().avatar
        rim = round(icons.presence_radius() / 2)
        return QSize(across + rim, across + rim)

    def minimumSizeHint(self) -> QSize:
        """Never be cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paint it."""
        across = theme.heights().avatar
        painter = QPainter(self)
        icons.draw_avatar(painter, QRectF(0, 0, across, across), self._name)
        corner = QPointF(1, 1) * (across - icons.presence_radius() + 0.5)
        icons.draw_presence(painter, corner, self._presence, theme.colour("side"))


class LineEdit(QLineEdit):
    """Where one writes the line of text that others see beside one's name."""

    left = pyqtSignal()  #: it was given up, or something else has the focus

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("statusLine")
        self.setAccessibleName(tr("A line of text that others see beside your name"))
        self.setPlaceholderText(tr("A line of text for others"))
        self.setMaxLength(limits.STATUS)
        self.setProperty("role", "onside")

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Escape leaves it as it was."""
        assert event is not None
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        """Leave it as it was."""
        super().focusOutEvent(event)
        self.left.emit()


class MeView(QWidget):
    """Who is logged in here, and how the others see it."""

    menu_wanted = pyqtSignal()
    line_written = pyqtSignal(str)  #: show this line of text to the others

    def __init__(self, client: Client, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._link, self._showing = client.link, client.showing
        name = client.name or ""
        self._avatar = Avatar(name, "offline")
        self._state = ElidedLabel("", "caption")
        self._state.setObjectName("meState")
        self._line = LineEdit()
        self.edit_button: QToolButton = plain.tool_button(tr("Write a line of text that others see"), "edit")
        self.edit_button.setObjectName("editLine")
        self.menu_button: QToolButton = plain.tool_button(tr("What you can do with your account"), "down")
        self.menu_button.setObjectName("account")
        words = col(ElidedLabel(name, "strong"), self._state, self._line, gap=2)
        self.setLayout(row(self._avatar, (words, 1), self.edit_button, self.menu_button, gap=10))
        self._line.hide()
        self._listen()
        self._show_state()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Leave the room to the name; the menu and F2 begin the line too."""
        super().resizeEvent(event)
        self._show_edit_button()

    def _show_edit_button(self) -> None:
        roomy = self.width() >= theme.heights().avatar * 5
        self.edit_button.setVisible(roomy and self._line.isHidden())

    def _listen(self) -> None:
        self.edit_button.clicked.connect(self.begin_line)
        self.menu_button.clicked.connect(self.menu_wanted)
        self._line.returnPressed.connect(self._on_written)
        self._line.left.connect(self._end_line)
        self._link.changed.connect(self._show_state)
        self._showing.changed.connect(self._show_state)

    def close_view(self) -> None:
        """Stop listening: the window was closed."""
        self._link.changed.disconnect(self._show_state)
        self._showing.changed.disconnect(self._show_state)

    def begin_line(self) -> None:
        """Let the line of text be written."""
        self._line.setText(self._showing.text)
        self._line.selectAll()
        self._state.hide()
        self.edit_button.hide()  # the line has their room
        self.menu_button.hide()
        self._line.show()
        self._line.setFocus()

    def _end_line(self) -> None:
        self._line.hide()
        self._state.show()
        self.menu_button.show()
        self._show_edit_button()

    def _on_written(self) -> None:
        text = self._line.text().strip()
        self._end_line()
        self.line_written.emit(text)

    def _show_state(self) -> None:
        online = self._link.state is LinkState.ONLINE
        self._avatar.show_presence(self._showing.presence.value if online else "offline")
        away = self._showing.presence is Shown.AWAY
        words = wording.shown_as(away, self._showing.text) if online else tr(_WORDS[self._link.state])
        self._state.setText(words)
        self._state.setAccessibleName(tr("You are shown as: {words}", words=words))
