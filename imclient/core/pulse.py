"""Whether a silent server is still there: asked after a while, and given up when it does not answer."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime

#: Seconds of silence after which the server is asked, and those it has to answer.
IDLE, ANSWER = 60, 20


class Pulse:
    """Watches how long ago something was heard."""

    def __init__(self, clock: IReactorTime, ask: Callable[[], object], give_up: Callable[[], object]) -> None:
        self._clock = clock
        self._ask = ask
        self._give_up = give_up
        self._heard_at = clock.seconds()
        self._asked = False
        self._next: IDelayedCall | None = clock.callLater(IDLE, self._look)

    def heard(self) -> None:
        """Note that the server is there."""
        # Only the time is noted: a timer moved for each packet would cost more than the packet.
        self._heard_at = self._clock.seconds()
        self._asked = False

    def look_now(self) -> None:
        """Ask at once: something happened after which it may be gone, such as a sleep of this computer."""
        if self._next is not None and not self._asked:
            self._next.cancel()
            self._asked = True
            self._next = self._clock.callLater(ANSWER, self._look)
            self._ask()

    def stop(self) -> None:
        """Watch no more."""
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def _look(self) -> None:
        self._next = None
        if self._asked:
            self._give_up()
            return
        silent = self._clock.seconds() - self._heard_at
        self._asked = silent >= IDLE
        self._next = self._clock.callLater(ANSWER if self._asked else IDLE - silent, self._look)
        if self._asked:
            self._ask()
