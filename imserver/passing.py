"""Moves a device's cursor on over what a block leaves out, as if it had been told and held.

Whoever is blocked shall not find it out from a receipt that says *waiting* of somebody who is there.  A
device that has said ACK for the last it was told holds all of its stream; nothing of what lies behind
that is its own, so a cursor there and one at the log's last stand at the same place of the stream: what is
told next is the same, and nothing is told twice or never (language, R16, R24 to R27; decision 18).
"""

from __future__ import annotations

from functools import partial

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from .avatar import Stream
from .mailroom import Mailroom
from .receipts import ReceiptNews
from .storage.interface import Devices, StorageError
from .storage.records import Held
from .users import User, Users

#: Seconds between two rounds: a client says ACK as often (R27).
PAUSE = 1.0


class Passing:
    """Who has been left out of something, and whose cursor is to be moved for it."""

    log = Logger()

    def __init__(
        self, clock: IReactorTime, devices: Devices, users: Users, mailroom: Mailroom, receipts: ReceiptNews
    ) -> None:
        self._clock = clock
        self._devices = devices
        self._users = users
        self._mailroom = mailroom
        self._receipts = receipts
        self._left_out: dict[Stream, None] = {}
        self._last_round = -PAUSE
        self._waits = False

    def reach(self, stream: Stream, number: int) -> int:
        """Say how far a device's cursor goes with an ACK."""
        holds_all = stream.live and number >= stream.told
        return self._mailroom.last if holds_all and self._user(stream).blocks else number

    def was_held(self, account: int, held: Held) -> None:
        """Note how far an account holds its stream, and have those told who said what lies there."""
        self._users.of(account).held = held.after
        self._receipts.was_held(account, held.before, held.after)

    def left_out(self, stream: Stream) -> None:
        """Note that a stream lacks something; its device passes over it if it holds all else."""
        self._left_out[stream] = None
        if not self._waits:
            self._waits = True
            wait = self._last_round + PAUSE - self._clock.seconds()
            self._clock.callLater(max(0.0, wait), self._go_round)

    def _go_round(self) -> None:
        self._waits, self._last_round = False, self._clock.seconds()
        streams, self._left_out = self._left_out, {}
        for stream in streams:
            avatar = stream.avatar
            if avatar.stream is stream and self.reach(stream, stream.held) > stream.held:
                account = avatar.account.id
                moved = self._devices.hold(account, avatar.device, self._mailroom.last)
                moved.addCallback(partial(self.was_held, account)).addErrback(self._stumbled)

    def _stumbled(self, failure: Failure) -> None:
        if not failure.check(StorageError):  # else the next ACK moves it
            self.log.failure("A cursor could not be moved on", failure)

    def _user(self, stream: Stream) -> User:
        return self._users.of(stream.avatar.account.id)
