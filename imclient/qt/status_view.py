"""The two ends of the status bar: the state of the link, and what waits in the outbox."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import QPointF, QRectF, Qt, QTimer, pyqtSignal
from PyQt5.QtGui import QMouseEvent, QPainter
from PyQt5.QtWidgets import QWidget

from imclient.core.client import Client, LinkState
from improtocol.invite import is_here
from imqt import icons, plain, theme
from imqt.colours import Token
from imqt.layout import row
from imqt.plain import ElidedLabel, PlainLabel
from imqt.sign import Sign
from imtongue import number, tr, trn

NEWS_STAYS = 8000  #: milliseconds

#: The sign of each state, by its shape: full, half, a ring.
_SIGNS = {LinkState.ONLINE: "online", LinkState.CONNECTING: "away", LinkState.WAITING: "away"}


class _Segment(QWidget):
    """A sign and a sentence that give way together."""

    def __init__(
        self, paint: Callable[[QPainter, QRectF], None], label: PlainLabel, parent: QWidget | None
    ) -> None:
        super().__init__(parent)
        self.sign, self.label = Sign(paint), label
        self.setLayout(row(self.sign, (self.label, 1), margins=(8, 0, 8, 0)))


class LinkStatus(_Segment):
    """Whether the connection is active, and if not, what happens next."""

    def __init__(self, client: Client, parent: QWidget | None = None) -> None:
        super().__init__(self._paint_sign, ElidedLabel("", "caption"), parent)
        self._link, self._settings = client.link, client.settings
        self.label.setObjectName("linkState")
        self._link.changed.connect(self.refresh)
        self.refresh()

    def close_view(self) -> None:
        """Stop listening: the window was closed."""
        self._link.changed.disconnect(self.refresh)

    def refresh(self) -> None:
        """Say how the link is now."""
        words = ", ".join(filter(None, (self._link.sentence, self._how())))
        self.label.setText(words)
        self.label.setAccessibleName(words)
        self.label.set_role("caption" if self._link.state is LinkState.ONLINE else "waiting")
        self.sign.update()

    def _how(self) -> str:
        """Say how what is said is kept from others on the way."""
        host, port = self._link.host, self._link.port
        if self._link.state is not LinkState.ONLINE or not host:
            return ""
        if self._settings.fingerprint(host, port) is not None:
            return tr("TLS, known by its fingerprint")
        return "" if is_here(host) else "TLS"

    def _paint_sign(self, painter: QPainter, place: QRectF) -> None:
        sign = _SIGNS.get(self._link.state, "offline")
        icons.draw_presence(painter, QPointF(place.center()), sign, theme.colour("side"))


class NewsStatus(PlainLabel):
    """What has just come of something, such as a ping; it goes by itself."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", "caption", parent=parent)
        self.setObjectName("news")
        self._ending = QTimer(self)
        self._ending.setSingleShot(True)
        self._ending.setInterval(NEWS_STAYS)
        self._ending.timeout.connect(self.clear)

    def show_news(self, text: str) -> None:
        """Say it for a while."""
        self.setText(text)
        self._ending.start()


class OutboxStatus(_Segment):
    """How many messages have no OK yet; a click lists them."""

    opened = pyqtSignal()

    def __init__(self, client: Client, parent: QWidget | None = None) -> None:
        super().__init__(self._paint_sign, PlainLabel("", "caption"), parent)
        self._outbox = client.outbox
        self.label.setObjectName("outboxState")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        plain.set_tooltip(self, tr("What waits to be sent (Ctrl+Shift+O)"))
        self._outbox.changed.connect(self.refresh)
        self.refresh()

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """Show what waits."""
        super().mouseReleaseEvent(event)
        self.opened.emit()

    def close_view(self) -> None:
        """Stop listening: the window was closed."""
        self._outbox.changed.disconnect(self.refresh)

    def refresh(self) -> None:
        """Say what waits now."""
        waiting = self._outbox.waiting
        refused = len(self._outbox.refused())
        if refused and waiting:
            words = tr(
                "{refused} not sent, {waiting} waiting", refused=number(refused), waiting=number(waiting)
            )
        elif refused:
            words = tr("{refused} not sent", refused=number(refused))
        elif waiting:
            words = trn("{count} message waits in the outbox", "{count} messages wait in the outbox", waiting)
        else:
            words = tr("Outbox empty")
        self.label.setText(words)
        self.sign.update()

    def _paint_sign(self, painter: QPainter, place: QRectF) -> None:
        token: Token = "error" if self._outbox.refused() else "waiting" if self._outbox.waiting else "dim"
        icons.draw(painter, "outbox", place, theme.colour(token))
