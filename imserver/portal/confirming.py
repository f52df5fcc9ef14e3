"""What needs more than a session: that its password was said lately."""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime

from improtocol import limits
from improtocol.errors import Unconfirmed

from ..avatar import Avatar


class Confirming:
    """Remembers when a session's password was said last."""

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock

    def was_said(self, avatar: Avatar) -> None:
        """Note that it was said just now, and was right."""
        avatar.confirmed = self._clock.seconds()

    def check(self, avatar: Avatar) -> None:
        """Raise ``Unconfirmed`` unless it was said lately."""
        if self._clock.seconds() - avatar.confirmed > limits.CONFIRMED:
            raise Unconfirmed()
