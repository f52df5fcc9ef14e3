"""What is said on the desktop itself: a note by D-Bus, else a balloon of the tray; a click leads on.

A note's body may be markup where the desktop says so: then what would be markup is a quotation (promise E1).
"""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

from PyQt5.QtCore import QObject, pyqtSignal
from PyQt5.QtWidgets import QApplication

from imqt import bus, plain
from imtongue import tr

SERVICE, PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
#: So much of a text stands in a note.
LONGEST = 200


def short(text: str) -> str:
    """Give the beginning of a text, as one line."""
    line = " ".join(text[: 2 * LONGEST].split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


class Notes(QObject):
    """The notes of this program; one of a kind takes the place of the one before."""

    clicked = pyqtSignal(str)  #: the kind of the note

    def __init__(self, balloon: Callable[[str, str], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._balloon = balloon
        self._place = bus.Place(SERVICE, PATH, SERVICE, self)
        self._place.told.connect(self._on_told)
        self._place.listen("ActionInvoked", "NotificationClosed")
        self._markup = True  # until the desktop says that it has none
        self._known: dict[str, int] = {}
        self._last_balloon = ""
        self._place.ask("GetCapabilities", then=self._on_capabilities, failed=lambda: None)

    def say(self, kind: str, heading: str, text: str, *, sound: bool) -> None:
        """Say something; `kind` tells what a click means."""
        body = html.escape(short(text), quote=False) if self._markup else short(text)
        hints = {"category": "im.received", "desktop-entry": "imclient"}
        hints |= {"sound-name": "message-new-instant"} if sound else {"suppress-sound": True}  # type: ignore[dict-item]
        if not self._place.reachable:
            self._say_in_tray(kind, heading, text, sound)
            return
        self._place.ask(
            "Notify",
            *("imclient", bus.number(self._known.get(kind, 0)), "imclient", short(heading), body),
            *(bus.words(["default", tr("Open")]), hints, -1),
            then=lambda answer: self._known.__setitem__(kind, int(answer[0])),
            failed=lambda: self._say_in_tray(kind, heading, text, sound),
        )

    def take_back(self, kind: str) -> None:
        """Take a note away: what it told was read."""
        known = self._known.pop(kind, None)
        if known is not None:
            self._place.ask("CloseNotification", bus.number(known), then=lambda _: None, failed=lambda: None)

    def click_balloon(self) -> None:
        """Go where the balloon came from."""
        if self._last_balloon:
            self.clicked.emit(self._last_balloon)

    def _say_in_tray(self, kind: str, heading: str, text: str, sound: bool) -> None:
        self._last_balloon = kind
        self._balloon(plain.elsewhere(short(heading)), plain.elsewhere(short(text)))
        if sound:
            QApplication.beep()

    def _on_capabilities(self, answer: list[Any]) -> None:
        self._markup = "body-markup" in answer[0]

    def _on_told(self, signal: str, said: list[Any]) -> None:
        kind = next((kind for kind, known in self._known.items() if known == said[0]), None)
        if kind is None:
            return
        if signal == "NotificationClosed":
            del self._known[kind]
        else:
            self.clicked.emit(kind)
