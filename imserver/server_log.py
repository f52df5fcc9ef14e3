"""``server.log``: who came and went and why, who sent to whom, what went wrong; one event, one line.

What can stand in it is declared in `log_vocabulary`; how a line is written, in `log_lines`.  Secrets are
never handed to it, and texts only if the operator asked for them.
"""

from __future__ import annotations

import math
import secrets
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Protocol

from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import ILogObserver, LogEvent, globalLogPublisher
from twisted.python.failure import Failure
from zope.interface import implementer

from .counters import Counters
from .log_lines import Write, plain
from .log_vocabulary import EVENTS, FAULTS_SHARE, Cause
from .storage.records import Entry
from .turn import Turn

#: Bytes of lines kept while the disk is full; of what comes then only the number is kept.
KEPT = 256 * 1024


class Sink(Protocol):
    """A file, as much of it as is used here."""

    @property
    def closed(self) -> bool:
        """Whether it was let go of."""

    def write(self, data: bytes, /) -> int | None:
        """Write as much as there is room for; raises ``OSError``."""

    def close(self) -> None:
        """Let go of it."""


@implementer(ILogObserver)
class ServerLog:
    """Notes events, and what Twisted logs as failures, as lines of a file.

    ``now`` gives milliseconds since 1970, UTC.  With a clock, of what anybody can cause no more than ``most``
    lines are written in a second, and one more says how many were not; so a flood fills no disk.  What is
    said and done by those who were let in is always there.
    """

    def __init__(
        self,
        file: Sink,
        turn: Turn,
        now: Callable[[], int],
        clock: IReactorTime | None = None,
        most: float = math.inf,
        *,
        counters: Counters | None = None,
        write: Write = plain,
        texts: bool = False,
    ) -> None:
        self.told: Callable[[str], None] | None = None  #: who is told each line, too
        self._file = file
        self._turn = turn
        self.now = now
        self._clock = clock
        self.limit(most)
        self._counters = counters or Counters()
        self.write_line = write
        self.texts = texts
        self._second = 0.0  # when the second began that is counted
        self._noted: Counter[Cause] = Counter()  # lines in it
        self._suppressed = 0  # lines beyond those
        self._timer: IDelayedCall | None = None
        self._gathered: list[tuple[int, str, Mapping[str, object]]] = []
        self._unwritten = b""  # what the disk had no room for
        self._lost = 0  # lines beyond that

    def limit(self, most: float) -> None:
        """Say how many lines that anybody can cause are written in a second."""
        self._most = {Cause.ANYBODY: most, Cause.FAULT: max(1, most / FAULTS_SHARE)}

    def note(self, event: str, **facts: object) -> None:
        """Note a declared event and its facts; those that are None are left out."""
        self._counters.noted[event] += 1
        # A test sees to it that each is declared; if one is not, that is no reason to fail here.
        cause = EVENTS[event].cause if event in EVENTS else Cause.ANYBODY
        if cause is Cause.INSIDE or self._has_room(cause):
            self._gather(event, facts)

    def said(self, session: int, entry: Entry) -> None:
        """Note a message: who to whom, when, how long; its line is written with those of its batch."""
        text = entry.text.encode(errors="surrogatepass")
        self.note(
            "sent",
            session=session,
            user=entry.sender,
            to=entry.audience,
            number=entry.number,
            bytes=len(text),
            announce="yes" if entry.announce else None,
            text=entry.text if self.texts else None,
        )

    def _gather(self, event: str, facts: Mapping[str, object]) -> None:
        if not self._gathered:
            self._turn.at_end(self)
        self._gathered.append((self.now(), event, facts))

    def _has_room(self, cause: Cause) -> bool:
        """Count a line, and say whether it is one too many."""
        if self._clock is None:
            return True
        now = self._clock.seconds()
        if now >= self._second + 1:
            self._second = now
            self._noted.clear()
        self._noted[cause] += 1
        if self._noted[cause] <= self._most[cause]:
            return True
        if self._timer is None:
            self._timer = self._clock.callLater(self._second + 1 - now, self._tell_suppressed)
        self._suppressed += 1
        self._counters.suppressed += 1
        return False

    def _tell_suppressed(self) -> None:
        """Say how many lines of the second that is over were not written."""
        self._timer = None
        suppressed, self._suppressed = self._suppressed, 0
        self.note("suppressed", lines=suppressed)

    def incident(
        self,
        failure: Failure,
        *,
        session: int | None = None,
        verb: str | None = None,
        where: str | None = None,
    ) -> str:
        """Note that something broke, and give the number it is found under."""
        number = secrets.token_hex(4)
        self.note(
            "broke",
            incident=number,
            session=session,
            verb=verb,
            where=where,
            error=failure.getErrorMessage(),
            trace=failure.getTraceback(),
        )
        return number

    def flush(self) -> None:
        """Write what has gathered; what there is no room for on the disk is tried again, up to a bound."""
        if self._file.closed:
            return
        noted, self._gathered = self._gathered, []
        self._write(b"")
        if self._lost and self._unwritten:
            self._lose(len(noted))  # nothing stands behind a hole before the hole is told
            return
        if self._lost:
            noted.insert(0, (self.now(), "lost", {"lines": self._lost}))
            self._lost = 0
        self._write("".join([self.write_line(*line) for line in noted]).encode())
        if (told := self.told) is not None:
            for line in noted:
                told(plain(*line).rstrip())
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
            self._lose(self._unwritten.count(b"\n", end))
            self._unwritten = self._unwritten[:end]

    def _lose(self, lines: int) -> None:
        self._lost += lines
        self._counters.lost += lines

    def watch(self) -> None:
        """Note the failures that Twisted logs, too."""
        globalLogPublisher.addObserver(self)

    def close(self) -> None:
        """Write the rest and let go of the file."""
        globalLogPublisher.removeObserver(self)
        if self._timer is not None:
            self._timer.cancel()
            self._tell_suppressed()
        self.flush()
        self._file.close()

    def __call__(self, event: LogEvent) -> None:
        """Observe what Twisted logs."""
        failure = event.get("log_failure")
        if failure is not None:
            self.incident(failure, where=event.get("log_namespace"))
