"""Whether the desktop is light or dark just now, as its portal tells, and when that changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PyQt5.QtCore import QObject

from imqt import bus
from imqt.colours import Scheme

_SERVICE, _PATH = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
_INTERFACE = "org.freedesktop.portal.Settings"
_WHAT = ("org.freedesktop.appearance", "color-scheme")
_DARK, _LIGHT = 1, 2


class SystemLook(QObject):
    """Asks once, and listens; where there is no portal the palette of the start stands."""

    def __init__(self, told: Callable[[Scheme], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._told = told
        self._place = bus.Place(_SERVICE, _PATH, _INTERFACE, self)
        self._place.told.connect(self._on_told)
        self._place.listen("SettingChanged")
        self._place.ask("Read", *_WHAT, then=lambda answer: self.take(answer[0]), failed=lambda: None)

    def _on_told(self, _signal: str, said: list[Any]) -> None:
        if tuple(said[:2]) == _WHAT:
            self.take(said[2])

    def take(self, value: Any) -> None:
        """Take what the portal says, wrapped as it may be; 0 is no wish."""
        while hasattr(value, "variant"):
            value = value.variant()
        if value in (_DARK, _LIGHT):
            self._told(Scheme.DARK if value == _DARK else Scheme.LIGHT)
