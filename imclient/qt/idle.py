"""Away by itself: nobody touched this computer for a while; back at once when somebody does.

Who works in another window is not away: the desktop is asked how long nobody has touched the session.  Where
it does not tell, the mouse is looked at wherever it is, and of the keys those pressed in this program count.
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
#: Two touches less apart are one.
SAME = 0.5


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
        session: Callable[[], float | None] | None = None,
    ) -> None:
        super().__init__(parent)
        self._client, self._show, self._now, self._pointer = client, show, now, pointer
        self._seen_at, self._at = now(), pointer()
        self._session = session  #: found when it is first needed
        # What stands still while the computer sleeps, and what does not: they part by the time it slept.
        self._wall, self._apart = wall, wall() - now()
        self._away = False  #: by itself, not by its user's wish
        self._looking = QTimer(self)
        self._looking.setInterval(EVERY * 1000)
        self._looking.timeout.connect(self.look)
        self._looking.start()

    def touched(self) -> None:
        """Note that somebody is there."""
        self._seen(self._now())

    def _seen(self, at: float) -> None:
        self._seen_at = max(at, self._seen_at)
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
        self._look_for_somebody()
        patience = self._client.settings.preferences.away_after * 60
        if patience and self._now() - self._seen_at >= patience:
            self._go_away()

    def _look_for_somebody(self) -> None:
        if self._session is None:
            from imqt.session_idle import of_the_desktop  # noqa: PLC0415  (not before a window stands there)

            self._session = of_the_desktop(self)
        idle, at = self._session(), self._pointer()
        moved, self._at = at != self._at, at
        if idle is None:
            if moved:
                self.touched()
        elif self._now() - idle > self._seen_at + SAME:
            self._seen(self._now() - idle)

    def _go_away(self) -> None:
        if not self._away and self._client.showing.presence is Shown.ONLINE:
            self._away = True
            self._show(Shown.AWAY, self._client.showing.text)

    def close(self) -> None:
        """Look no more."""
        self._looking.stop()
