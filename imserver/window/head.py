"""The head of the window: which server, how it is, and what one does with all of it."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt5.QtCore import QPointF, QRectF, QTimer
from PyQt5.QtGui import QPainter
from PyQt5.QtWidgets import QWidget

from imqt import icons, painting, plain, theme
from imqt.layout import box, col, row
from imqt.plain import ElidedLabel
from imqt.sign import IconSign, Sign
from imtongue import phrase, tr, trn

from .fitting import Fitting
from .link import Link, State

_SIGNS = {State.ONLINE: "online", State.CONNECTING: "away", State.WAITING: "away", State.ENDED: "offline"}
#: Pixels that name and state have at least, and whose words give way to that, one after the other.
STATE = 280
GIVE_WAY = ("backUp", "announce", "stop", "invite", "connect")
#: What the button that stops it says besides, where the server is not the window's own.
STOPS = phrase("The server runs on when this window is closed; this stops it for everybody.")


class Head(Fitting):
    """Name, state, and the buttons for the whole server."""

    def __init__(self, place: str, way: str = "", *, own: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._own, self._way = own, way
        self._link: Link | None = None
        self._figures: Mapping[str, int] = {}
        self._counting = QTimer(self)
        self._counting.setInterval(1000)
        self._counting.timeout.connect(self._tell)
        self._state = State.CONNECTING
        self._dot = Sign(self._paint_dot, 12)
        self._words = ElidedLabel("", "caption")
        self._words.setObjectName("linkState")
        self.connect_ = plain.button(tr("Connect now"), icon_name="wire")
        self.invite = plain.button(tr("Invite"), "primary", icon_name="invite")
        self.announce = plain.button(tr("Announce"), icon_name="announce")
        self.back_up = plain.button(tr("Back up"), icon_name="save")
        self.stop = plain.button(tr("Stop"), "danger", icon_name="stop")
        names = {
            "connect": self.connect_, "invite": self.invite, "announce": self.announce,
            "backUp": self.back_up, "stop": self.stop,
        }  # fmt: skip
        for name, button in names.items():
            button.setObjectName(name)
        self._why = dict.fromkeys(names, "")
        self._buttons = names
        who = col(ElidedLabel(place, "strong"), row(self._dot, (self._words, 1), gap=4), gap=0)
        line = row(
            IconSign("server", "accent", 20), (who, 1),
            self.connect_, self.invite, self.announce, self.back_up, 8, self.stop,
            margins=(16, 10, 16, 10), gap=8,
        )  # fmt: skip
        self.setLayout(col(box(line)))

    def show_link(self, link: Link, figures: Mapping[str, int]) -> None:
        """Say how the server and the link to it are."""
        self._link, self._figures = link, figures
        self._state = link.state
        online = link.state is State.ONLINE
        self.connect_.setVisible(link.state in (State.WAITING, State.ENDED))
        self._tell()
        if link.state is State.WAITING:
            self._counting.start()
        else:
            self._counting.stop()
        stops = () if self._own else (self.stop,)  # our own can be stopped whatever the link does
        for button in (self.invite, self.announce, self.back_up, *stops):
            button.setEnabled(online)
            why = tr(STOPS) if button is self.stop and not self._own else ""
            self._why[button.objectName()] = why if online else tr("There is no connection to the server.")
        self.fit()
        self._dot.update()

    def fit(self) -> None:
        """Where there is no room for all words beside the state, let signs stand for some of them."""
        seen = [button for button in self._buttons.values() if not button.isHidden()]
        for button in seen:
            plain.show_words(button, True)
        room = self.width() - painting.sign_side(STATE)
        for name in GIVE_WAY:
            if sum(button.sizeHint().width() + 8 for button in seen) <= room:
                break
            plain.show_words(self._buttons[name], False)
        for name, button in self._buttons.items():
            plain.set_tooltip(button, self._why[name] or ("" if button.text() else button.accessibleName()))

    def _tell(self) -> None:
        """Say it in words, the seconds to go among them."""
        if self._link is None:
            return
        link, uptime = self._link, self._figures.get("uptime")
        if link.state is State.ONLINE:
            runs = tr("Running for {ago}", ago=ago(uptime)) if uptime is not None else tr("Running")
            words = " · ".join(filter(None, (runs, self._way, tr("you are {name}", name=link.entered))))
        elif link.state is State.CONNECTING:
            words = tr("Connecting…")
        elif link.state is State.WAITING:
            words = tr("Not connected, trying again in {seconds} s.", seconds=link.again_in)
        else:
            words = tr("Not connected.")
        self._words.setText(f"{words} {link.why}".rstrip())

    def _paint_dot(self, painter: QPainter, place: QRectF) -> None:
        middle = QPointF(place.center())
        radius = painting.sign_side(9) / 2
        icons.draw_presence(painter, middle, _SIGNS[self._state], theme.colour("surface"), radius)


def ago(seconds: float) -> str:
    """Say how long something lasts; in German it stands behind ``seit``."""
    if seconds >= 86400:
        return trn("{count} day", "{count} days", int(seconds // 86400))
    if seconds >= 3600:
        return trn("{count} hour", "{count} hours", int(seconds // 3600))
    if seconds >= 60:
        return trn("{count} minute", "{count} minutes", int(seconds // 60))
    return tr("under a minute")
