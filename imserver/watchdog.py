"""Watches the turns of the reactor: one that took too long is noted with what it was doing.

While a turn lasts nobody else is heard.  It begins when somebody first has something to say or to be told
(see `Turn`), and ends when all of that is written; whatever else the reactor did in between is in it.  Each
step says what it is and reads the clock once, so the longest of them can be named.
"""

from __future__ import annotations

from typing import Protocol

from .counters import Counters

#: Seconds; a person notices a tenth.
TOO_LONG = 0.1

#: What is done in a step, the verb and the session it is done for, if any.
Step = tuple[str, str | None, int | None]
OTHER: Step = ("other", None, None)
TELL: Step = ("tell", None, None)
WRITE: Step = ("write", None, None)


class Log(Protocol):
    """Where it is noted."""

    def note(self, event: str, **facts: object) -> None:
        """Note an event."""


class Watchdog:
    """Knows what this turn is doing, and since when."""

    def __init__(self, counters: Counters, log: Log, too_long: float = TOO_LONG) -> None:
        self._counters = counters
        self._log = log
        self._too_long = too_long
        self._began: float | None = None  # the turn; None: there is none
        self._lines = 0  # begun in it
        self._step = self._longest_step = OTHER
        self._since = self._longest = 0.0  # when the step under way began; how long the longest was

    def began(self) -> None:
        """Note that a turn begins, if none is under way."""
        if self._began is None:
            self._began = self._since = self._counters.seconds()
            self._lines, self._longest, self._step = 0, 0.0, OTHER

    def line(self, now: float, verb: str, session: int) -> None:
        """Note that a line is begun now."""
        self._lines += 1
        self.step(("begin", verb, session), now)

    def tells(self) -> None:
        """Note that what was committed is told to whom it is for."""
        self.step(TELL)

    def writes(self) -> None:
        """Note that what was gathered is written to the sockets."""
        self.step(WRITE)

    def step(self, step: Step, now: float | None = None) -> None:
        """Note what is done from now on."""
        now = self._counters.seconds() if now is None else now
        if now - self._since > self._longest:
            self._longest, self._longest_step = now - self._since, self._step
        self._since, self._step = now, step

    def ended(self) -> None:
        """Note that the turn ends."""
        began, self._began = self._began, None
        if began is None:
            return
        now = self._counters.seconds()
        self._counters.written(now)
        if now - began > self._too_long:
            self.step(OTHER, now)
            self._counters.slow_turns += 1
            step, verb, session = self._longest_step
            self._log.note(
                "slow-turn",
                took=round((self._since - began) * 1000),
                lines=self._lines,
                step=step,
                longest=round(self._longest * 1000),
                verb=verb,
                session=session,
            )
