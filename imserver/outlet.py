"""What is said to a peer: gathered for a turn, written at once, and no more of it kept than it may owe."""

from __future__ import annotations

from typing import Any

from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

from improtocol import codec
from improtocol.fields import Way
from improtocol.framing import Overlong
from improtocol.vocabulary import Event

from .shared import Shared
from .transports import waiting


@implementer(IPushProducer)
class Outlet:
    """The way out to one peer, who may be slow or read nothing at all.

    What one turn brings goes out as one write.  Once the transport is full, what is written is counted:
    past a soft bound (of a stranger: at once) the peer is taken for slow, past a hard one it is cut.
    It is inherited, not held, so that a delivery costs not one call more, and what is gone is no ring.
    """

    transport: Any

    def __init__(self, server: Shared[Any]) -> None:
        self._server = server
        self._out: list[bytes] = []
        self._out_size = 0
        self._noted = False  # the end of this turn is waited for
        self._full = False  # the transport has as much to write as it takes
        self._slow = False  # and so have we: the peer does not read
        self._owed = 0  # bytes written since the transport was full
        self._closing = False  # nothing more is said
        self._reason = "dropped"

    # --- what it must be told, and tells ---

    @property
    def _known(self) -> bool:
        """Whether the peer has logged in."""
        raise NotImplementedError

    def _watched(self, way: Way, lines: bytes | Overlong) -> None:
        """Show lines to the administrators who watch."""
        raise NotImplementedError

    def _filled(self) -> None:
        """Note that the peer's socket takes no more for now."""
        raise NotImplementedError

    def _emptied(self) -> None:
        """Note that it has taken all there was."""
        raise NotImplementedError

    def _slowed(self) -> None:
        """Note that the peer has become slow."""
        raise NotImplementedError

    def _drained(self) -> None:
        """Note that a slow peer has taken all there was."""
        raise NotImplementedError

    def flush(self) -> None:
        """Note the end of a turn."""
        raise NotImplementedError

    # --- gathering and writing ---

    def tell(self, event: Event) -> None:
        """Say something unasked."""
        self.write(codec.write(event).encode() + b"\n")

    def write(self, lines: bytes) -> None:
        """Have whole lines written at the end of this turn."""
        if self._closing:
            return
        self._wait_for_the_end_of_the_turn()
        self._out.append(lines)
        self._out_size += len(lines)
        if self._full:
            self._owe(len(lines))
        elif self._out_size > self.transport.bufferSize:
            self._write_out()

    def _wait_for_the_end_of_the_turn(self) -> None:
        if not self._noted:
            self._noted = True
            self._server.turn.at_end(self)

    def _write_out(self) -> None:
        if self._out:
            out, size, self._out, self._out_size = self._out, self._out_size, [], 0
            lines = out[0] if len(out) == 1 else b"".join(out)
            if self._server.watching.lines:
                self._watched(Way.OUT, lines)
            self.transport.write(lines)
            self._server.queues.written(size)
            self._server.counters.bytes_written += size

    def _drop(self, reason: str) -> None:
        """Cut the connection without a word."""
        self._closing, self._reason = True, reason
        self.transport.abortConnection()

    # --- a slow reader (IPushProducer: the transport says when) ---

    def pauseProducing(self) -> None:
        """Count from now on what the peer has not taken."""
        self._full = True
        self._owe(0)
        self._filled()

    def _owe(self, size: int) -> None:
        """Hold back what a slow reader would only have to wait for; cut one for whom too much waits."""
        self._owed += size
        bounds = self._server.bounds
        if self._owed > bounds.queue_hard:
            self._drop("too-slow")
        elif self._owed > bounds.queue_soft or not self._known:
            # Of a stranger it is the TLS handshake, or answers: nobody is told anything yet.
            self._server.counters.held_back += self._known and not self._slow
            self._slow = True
            self._slowed()

    def resumeProducing(self) -> None:
        """Go on: the peer has taken it."""
        self._full, self._owed = False, 0
        if self._closing:
            return
        self._emptied()
        if self._slow:
            self._slow = False
            self._drained()

    def stopProducing(self) -> None:
        """Do nothing: the connection is lost, and connectionLost follows."""

    # --- all readers together ---

    @property
    def unread(self) -> int:
        """How many bytes the peer has not taken yet, as the transport keeps them."""
        return self._out_size + waiting(self.transport)

    def shed(self) -> None:
        """Cut it: more waits for all readers together than there is room for, and most of it for this one."""
        self._out, self._out_size = [], 0
        self._drop("shed")
