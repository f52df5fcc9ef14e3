"""``server.log``: who came and went and why, who sent to whom, what went wrong; one event, one line.

A line is a moment, an event and key=values, written with the escapes of the language, so that
nothing that comes from outside can end a line or look like another's key.  Secrets and texts are
never handed to it.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable
from contextlib import suppress
from io import RawIOBase

from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import ILogObserver, LogEvent, globalLogPublisher
from twisted.python.failure import Failure
from zope.interface import implementer

from improtocol.fields import escape, write_moment

from .turn import Turn

#: Bytes of lines kept while the disk is full; of what comes then only the number is kept.
KEPT = 256 * 1024


def _shown(fact: str) -> str:
    """Write a fact so that it cannot end the line, look like another, move a terminal or turn the writing."""
    written = escape(fact, value=True)
    return written if written.isprintable() else "".join(map(_sign, written))


def _sign(sign: str) -> str:
    if sign.isprintable():
        return sign
    return f"\\u{ord(sign):04x}" if sign <= "\uffff" else f"\\U{ord(sign):08x}"


@implementer(ILogObserver)
class ServerLog:
    """Notes events, and what Twisted logs as failures, as lines of a file.

    ``now`` gives milliseconds since 1970, UTC.  With a clock no more than ``most`` lines are written in
    a second, and the last of them says how many were not; so a flood fills no disk.
    """

    def __init__(
        self,
        file: RawIOBase,
        turn: Turn,
        now: Callable[[], int],
        clock: IReactorTime | None = None,
        most: float = math.inf,
    ) -> None:
        self._file = file
        self._turn = turn
        self._now = now
        self._clock = clock
        self._most = most
        self._second = 0.0  # when the second began that is counted
        self._noted = 0  # lines in it
        self._suppressed = 0  # lines beyond those
        self._timer: IDelayedCall | None = None
        self._gathered: list[str] = []
        self._unwritten = b""  # what the disk had no room for
        self._lost = 0  # lines beyond that

    def note(self, event: str, **facts: object) -> None:
        """Note an event and its facts; those that are None are left out."""
        if self._has_room():
            self._gather(event, **facts)

    def _gather(self, event: str, **facts: object) -> None:
        written = (f"{key}={_shown(str(fact))}" for key, fact in facts.items() if fact is not None)
        if not self._gathered:
            self._turn.at_end(self)
        self._gathered.append(" ".join([write_moment(self._now()), event, *written]) + "\n")

    def _has_room(self) -> bool:
        """Count a line, and say whether it is one too many."""
        if self._clock is None:
            return True
        now = self._clock.seconds()
        if now >= self._second + 1:
            self._second, self._noted = now, 0
        self._noted += 1
        if self._noted <= self._most:
            return True
        if self._timer is None:
            self._timer = self._clock.callLater(self._second + 1 - now, self._tell_suppressed)
        self._suppressed += 1
        return False

    def _tell_suppressed(self) -> None:
        """Say how many lines of the second that is over were not written."""
        self._timer = None
        suppressed, self._suppressed = self._suppressed, 0
        self.note("suppressed", lines=suppressed)

    def incident(self, failure: Failure, **facts: object) -> str:
        """Note that something broke, and give the number it is found under."""
        number = secrets.token_hex(4)
        self.note(
            "broke", incident=number, **facts, error=failure.getErrorMessage(), trace=failure.getTraceback()
        )
        return number

    def flush(self) -> None:
        """Write what has gathered; what there is no room for on the disk is tried again, up to a bound."""
        if self._file.closed:
            return
        lines, self._gathered = self._gathered, []
        self._write(b"")
        if self._lost and self._unwritten:
            self._lost += len(lines)  # nothing stands behind a hole before the hole is told
            return
        if self._lost:
            lines.insert(0, f"{write_moment(self._now())} lost lines={self._lost}\n")
            self._lost = 0
        self._write("".join(lines).encode())
        self._keep_within_bounds()

    def _write(self, lines: bytes) -> None:
        """Write lines behind those that wait."""
        self._unwritten += lines
        if self._unwritten:
            with suppress(OSError):  # a full disk ends no session
                self._unwritten = self._unwritten[self._file.write(self._unwritten) or 0 :]

    def _keep_within_bounds(self) -> None:
        if len(self._unwritten) > KEPT:
            end = self._unwritten.rfind(b"\n", 0, KEPT) + 1
            self._lost = self._unwritten.count(b"\n", end)
            self._unwritten = self._unwritten[:end]

    def watch(self) -> None:
        """Note the failures that Twisted logs, too."""
        globalLogPublisher.addObserver(self)

    def close(self) -> None:
        """Write the rest and let go of the file."""
        globalLogPublisher.removeObserver(self)
        if self._timer is not None:
            self._timer.cancel()
            self._gather("suppressed", lines=self._suppressed)
        self.flush()
        self._file.close()

    def __call__(self, event: LogEvent) -> None:
        """Observe what Twisted logs."""
        failure = event.get("log_failure")
        if failure is not None:
            self.incident(failure, where=event.get("log_namespace"))
