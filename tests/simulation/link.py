"""A connection through a network: bytes take their time, come in any pieces, and are lost when it breaks."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from twisted.internet.error import ConnectionDone

from imserver.connection import Connection
from tests.stage import Stage, Wire

#: Bytes that the network takes from the server before it must wait for its reader.
CAPACITY = 500


def pause(chance: random.Random, longest: float) -> float:
    """Choose how long something takes: mostly next to nothing."""
    return float(round(longest * chance.random() ** 3, 4))


class Link(Wire):
    """The server's transport, the network behind it, and the client's ear at its other end."""

    producer: Any

    def __init__(
        self,
        stage: Stage,
        connection: Connection,
        chance: random.Random,
        heard: Callable[[bytes], None],
        ended: Callable[[], None],
    ) -> None:
        super().__init__(stage, connection)
        self._chance = chance
        self._heard = heard
        self._ended = ended
        self._down = b""  # on its way to the client
        self._up = b""  # on its way to the server
        self._falling = False
        self._rising = False
        self._full = False
        self.times_full = 0  #: how often the server was asked to wait

    # --- from the server ---

    def write(self, data: bytes) -> None:
        """Take what the server says; ask it to wait when too much is under way."""
        self._down += data
        if len(self._down) > CAPACITY and not self._full and self.producer is not None:
            self._full = True
            self.times_full += 1
            self.producer.pauseProducing()
        self._fall()

    def _fall(self) -> None:
        if self._down and not (self._falling or self.stuck or self.closed):
            self._falling = True
            self._stage.clock.callLater(pause(self._chance, 0.1), self._arrive)

    def _arrive(self) -> None:
        self._falling = False
        if self.stuck or self.closed:
            return
        piece, self._down = self._cut(self._down)
        self._heard(piece)
        self._fall()
        if self._full and not self._down and self.producer is not None:
            self._full = False
            self.producer.resumeProducing()
        self._end_if_empty()

    def read_again(self) -> None:
        """Let a reader that was stuck go on."""
        self.stuck = False
        self._fall()

    # --- from the client ---

    def send(self, data: bytes) -> None:
        """Send the server something."""
        self._up += data
        self._rise()

    def _rise(self) -> None:
        if self._up and not (self._rising or self.closed):
            self._rising = True
            self._stage.clock.callLater(pause(self._chance, 0.1), self._reach)

    def _reach(self) -> None:
        self._rising = False
        if self._up and self.producerState == "producing" and not (self.closed or self.disconnecting):
            piece, self._up = self._cut(self._up)
            self._connection.dataReceived(piece)
            self._rise()

    def resumeProducing(self) -> None:
        """Let the server read on."""
        super().resumeProducing()
        self._rise()

    def _cut(self, data: bytes) -> tuple[bytes, bytes]:
        at = len(data) if self._chance.random() < 0.7 else self._chance.randint(1, len(data))
        return data[:at], data[at:]

    # --- its beginning and end ---

    def begin(self) -> None:
        """Connect."""
        self._connection.makeConnection(self)

    def drop(self) -> None:
        """Break; some of what was on its way to the server may still arrive."""
        if self._chance.random() < 0.5 and not self.closed:
            self._reach()
        super().drop()

    def vanish(self) -> None:
        """Be gone with the server."""
        self.closed = True
        self._ended()

    def loseConnection(self) -> None:
        """Close when everything has arrived."""
        self.disconnecting = True
        self._end_if_empty()

    def _end_if_empty(self) -> None:
        if self.disconnecting and not self._down:
            self._close(ConnectionDone())

    def _close(self, why: Exception) -> None:
        if not self.closed:
            super()._close(why)
            self._ended()
