"""Who may take a name here, and how often that may be asked."""

from __future__ import annotations

import enum
import math

from twisted.internet.interfaces import IReactorTime

from improtocol.errors import TooOften

from ..bounds import Bounds
from ..tallies import Tallies


class Policy(enum.StrEnum):
    """Who may take a name."""

    OPEN = "open"  #: anybody
    INVITE = "invite"  #: whoever has an invite
    CLOSED = "closed"  #: nobody


class Enrolling:
    """How many accounts may be asked for, by one source and by all, and how many wrong invites tried."""

    def __init__(self, clock: IReactorTime, bounds: Bounds, policy: Policy = Policy.OPEN) -> None:
        self.policy = policy
        each, most = lambda: bounds.registrations_per_source, lambda: bounds.remembered
        self._of_source: Tallies[str] = Tallies(clock.seconds, each, most)
        self._of_all: Tallies[None] = Tallies(clock.seconds, lambda: bounds.registrations, most)
        self._wrong: Tallies[str] = Tallies(clock.seconds, each, most)

    def ask(self, source: str | None) -> None:
        """Count one more, or raise ``TooOften``; it counts also if the name is taken (R39)."""
        wait = self._of_all.wait(None)
        if source is not None:
            wait = max(wait, self._of_source.wait(source))
        _refuse(wait)
        self._of_all.count(None)
        if source is not None:
            self._of_source.count(source)

    def show_invite(self, source: str | None) -> None:
        """Raise ``TooOften`` for whoever tried too many that were not good: no other is looked at."""
        if source is not None:
            _refuse(self._wrong.wait(source))

    def wrong_invite(self, source: str | None) -> None:
        """Count one that was not good."""
        if source is not None:
            self._wrong.count(source)


def _refuse(wait: float) -> None:
    if wait:
        raise TooOften(retry_after=math.ceil(wait))
