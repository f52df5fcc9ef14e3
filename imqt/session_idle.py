"""How long nobody has touched this session, in whatever window, where the desktop tells it.

On X11 the server counts it (the MIT-SCREEN-SAVER extension, by libXss, which is loaded if it is there); on
Wayland GNOME tells it over the bus.  Elsewhere nobody does: what org.freedesktop.ScreenSaver calls idle time
is seconds with one desktop and milliseconds with another.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from typing import Any

from PyQt5.QtCore import QObject
from PyQt5.QtGui import QGuiApplication

from .bus import Place

#: Gives seconds; None: not known, or not yet.
Session = Callable[[], "float | None"]

MONITOR = ("org.gnome.Mutter.IdleMonitor", "/org/gnome/Mutter/IdleMonitor/Core")


def of_the_desktop(parent: QObject) -> Session:
    """Find who tells it here."""
    if QGuiApplication.platformName() == "xcb":
        try:
            return XScreenSaver()
        except (OSError, AttributeError):
            return lambda: None
    if QGuiApplication.platformName().startswith("wayland"):
        return Mutter(parent)
    return lambda: None


class _Info(ctypes.Structure):
    """XScreenSaverInfo, as <X11/extensions/scrnsaver.h> has it."""

    _fields_ = (
        ("window", ctypes.c_ulong),
        ("state", ctypes.c_int),
        ("kind", ctypes.c_int),
        ("til_or_since", ctypes.c_ulong),
        ("idle", ctypes.c_ulong),  # milliseconds
        ("event_mask", ctypes.c_ulong),
    )


class XScreenSaver:
    """Asks the X server, over a connection of its own; raises OSError where it cannot."""

    def __init__(self) -> None:
        x, saver = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXss.so.1")
        x.XOpenDisplay.restype = ctypes.c_void_p
        x.XDefaultRootWindow.argtypes = (ctypes.c_void_p,)
        x.XDefaultRootWindow.restype = ctypes.c_ulong
        saver.XScreenSaverQueryExtension.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
        saver.XScreenSaverQueryInfo.argtypes = (ctypes.c_void_p, ctypes.c_ulong, ctypes.c_void_p)
        self._display: Any = x.XOpenDisplay(None)
        unused = ctypes.c_int(), ctypes.c_int()
        if not self._display:
            raise OSError("no display")
        if not saver.XScreenSaverQueryExtension(self._display, *map(ctypes.byref, unused)):
            raise OSError("the X server does not count it")
        self._root, self._query = x.XDefaultRootWindow(self._display), saver.XScreenSaverQueryInfo
        self._info = _Info()

    def __call__(self) -> float | None:
        """Ask."""
        if not self._query(self._display, self._root, ctypes.byref(self._info)):
            return None
        return float(self._info.idle) / 1000


class Mutter:
    """Asks GNOME's window manager, which answers later: what is given is its last answer, grown older."""

    def __init__(self, parent: QObject, now: Callable[[], float] = time.monotonic) -> None:
        service, path = MONITOR
        self._place = Place(service, path, service, parent)
        self._now = now
        self._touched: float | None = None
        self._asks = self._place.reachable

    def __call__(self) -> float | None:
        """Give it, and ask anew."""
        if not self._asks:
            return None
        self._place.ask("GetIdletime", then=self._answered, failed=self._failed)
        return None if self._touched is None else self._now() - self._touched

    def _answered(self, said: list[Any]) -> None:
        self._touched = self._now() - float(said[0]) / 1000

    def _failed(self) -> None:
        self._asks, self._touched = False, None  # another desktop's
