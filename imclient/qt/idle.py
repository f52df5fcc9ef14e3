"""Away by itself: nobody touched this computer for a while; back at once when somebody does.

The mouse is looked at wherever it is, since who works in another window is not away; of the keys only those
pressed in this program are known.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PyQt5.QtCore import QObject, QPoint, QTimer
from PyQt5.QtGui import QCursor

from imclient.core.client import Client
from imclient.core.showing import Shown

#: Seconds between two looks.
EVERY = 10
#: So many seconds that the clock on the wall is ahead are a sleep, not a correction.
SLEPT = 20


class Idle(QObject):
    """Shows its user as away, and as back."""

    def __init__(
        self,
        client: Client,
        show: Callable[[Shown, str], None],
        parent: QObject | None = None,
        now: Callable[[], float] = time.monotonic,
        pointer: Callable[[], QPoint] = QCursor.pos,
        wall: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(parent)
        self._client, self._show, self._now, self._pointer = client, show, now, pointer
        self._seen_at, self._at = now(), pointer()
        # What stands still while the computer sleeps, and what does not: they part by the time it slept.
        self._wall, self._apart = wall, wall() - now()
        self._away = False  #: by itself, not by its user's wish
        self._looking = QTimer(self)
        self._looking.setInterval(EVERY * 1000)
        self._looking.timeout.connect(self.look)
        self._looking.start()

    def touched(self) -> None:
        """Note that somebody is there."""
        self._seen_at = self._now()
        if self._away:
            self._away = False
            if self._client.showing.presence is Shown.AWAY:
                self._show(Shown.ONLINE, self._client.showing.text)

    def look(self) -> None:
        """Look whether somebody is there, and whether the computer slept meanwhile."""
        apart = self._wall() - self._now()
        if apart - self._apart > SLEPT:
            self._client.link.woke()
        self._apart = apart
        at = self._pointer()
        if at != self._at:
            self._at = at
            self.touched()
            return
        patience = self._client.settings.preferences.away_after * 60
        if patience and self._now() - self._seen_at >= patience:
            self._go_away()

    def _go_away(self) -> None:
        if not self._away and self._client.showing.presence is Shown.ONLINE:
            self._away = True
            self._show(Shown.AWAY, self._client.showing.text)

    def close(self) -> None:
        """Look no more."""
        self._looking.stop()
