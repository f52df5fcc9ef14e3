"""TLS around a connection, from its first byte: what comes in clear is nobody's command."""

from __future__ import annotations

import math
from typing import Any

from OpenSSL import SSL
from twisted.internet.interfaces import (
    IDelayedCall,
    IOpenSSLServerConnectionCreator,
    IProtocolFactory,
    IReactorTime,
)
from twisted.internet.protocol import connectionDone
from twisted.protocols.tls import TLSMemoryBIOFactory, TLSMemoryBIOProtocol
from twisted.python.failure import Failure
from zope.interface import implementer

from improtocol import codec
from improtocol.events import Bye

from .bounds import BOUNDS, Bounds
from .certificate import Certificate, reason_of
from .transports import waiting
from .vestibule import Vestibule

#: Seconds a peer that ended TLS has to take what is left.
GOODBYE = 4
#: Bytes that TLS itself may have waiting for one reader, who never asked the connection for anything.
ANSWERS = 2 * 1024 * 1024

_HANDSHAKE_RECORD = b"\x16"
NEEDS_TLS = Bye(
    "needs-tls",
    line="This port speaks TLS: paste an invite's whole line, or openssl s_client -quiet.",
)


class NoTLS(Exception):
    """The peer did not do what TLS asks; ``str`` says what it did."""


@implementer(IOpenSSLServerConnectionCreator)
class Creator:
    """Makes the server's end of each connection by the certificate as it stands now."""

    def __init__(self, certificate: Certificate) -> None:
        self._certificate = certificate

    def serverConnectionForTLS(self, protocol: TLSMemoryBIOProtocol) -> Any:
        """Make what stands in for one until somebody speaks."""
        return Unspoken()

    def connection(self, protocol: TLSMemoryBIOProtocol) -> SSL.Connection:
        """Make one."""
        connection = SSL.Connection(self._certificate.papers.context, None)
        connection.set_accept_state()
        connection.set_app_data(protocol)
        return connection


class Unspoken:
    """A connection on which nothing was said yet: OpenSSL would hold 33 KiB ready for what may never come."""

    __slots__ = ()

    def set_accept_state(self) -> None:
        """Be the server's."""

    def set_app_data(self, protocol: TLSMemoryBIOProtocol) -> None:
        """Be nobody's: the one that takes its place is told whose it is."""

    def do_handshake(self) -> None:
        """Want to read."""
        raise SSL.WantReadError

    def send(self, data: bytes) -> int:
        """Want to read first: what is to be said waits for the handshake."""
        raise SSL.WantReadError

    def bio_read(self, most: int) -> bytes:
        """Have nothing to say."""
        raise SSL.WantReadError

    def bio_shutdown(self) -> None:
        """Take it that nothing comes."""

    def recv(self, most: int) -> bytes:
        """Hear nothing, for ever."""
        raise SSL.ZeroReturnError

    def shutdown(self) -> bool:
        """Be closed at once."""
        return True


class Encrypted(TLSMemoryBIOProtocol):
    """One connection's TLS.

    A handshake is begun as one, done soon, and small; else the connection is cut.  As long as it
    takes it has a place in the vestibule.  After it TLS never waits for a peer without end, and never
    gathers for one that does not read.
    """

    factory: EncryptedFactory
    transport: Any
    _ending: IDelayedCall | None = None
    _tlsConnection: Any
    _came = 0  # bytes, as long as the handshake is not done
    _held = False  # the connection wants to read no more
    _unheard: bytes | None = None  # what came first, as long as there is no place for it

    def makeConnection(self, transport: Any) -> None:
        """Wait for a handshake."""
        seconds = self.factory.bounds.handshake_seconds
        if not math.isinf(seconds):
            why = f"no handshake in {seconds:.0f} s"
            self._ending = self.factory.clock.callLater(seconds, self._refuse, why)
        TLSMemoryBIOProtocol.makeConnection(self, transport)

    def dataReceived(self, data: bytes) -> None:
        """Take what arrived, if it is TLS."""
        if self._lostTLSConnection:
            return
        if not self._handshakeDone:
            self._shake_hands(data)
            return
        TLSMemoryBIOProtocol.dataReceived(self, data)
        if waiting(self) > ANSWERS:
            self._refuse("asks TLS for more than it reads")

    def _shake_hands(self, data: bytes) -> None:
        self._came += len(data)
        if self._came == len(data) and not data.startswith(_HANDSHAKE_RECORD):
            self._turn_away()
            return
        if isinstance(self._tlsConnection, Unspoken):
            self._unheard = data
            self.factory.vestibule.come(self)
            if self._unheard is not None:
                self.transport.pauseProducing()
        else:
            self._go_on_shaking(data)

    def hear(self) -> None:
        """Begin with what came first, now that there is a place."""
        data, self._unheard = self._unheard or b"", None
        if self._aborted:
            return
        self._tlsConnection = self.factory.creator.connection(self)
        self.transport.resumeProducing()
        self._go_on_shaking(data)

    def make_way(self) -> None:
        """Go at once: others wait for this place."""
        self._refuse("a handshake that lingered while others waited")

    def _go_on_shaking(self, data: bytes) -> None:
        TLSMemoryBIOProtocol.dataReceived(self, data)
        if self._handshakeDone:
            self.factory.vestibule.leave(self)
            if not self._lostTLSConnection:
                self._no_ending()
            if self._held:
                self.transport.pauseProducing()
        elif self._came > self.factory.bounds.handshake_bytes:
            self._refuse("a handshake without end")

    def _turn_away(self) -> None:
        """Tell who speaks in clear, in clear, that this is TLS; nothing of what they said is read."""
        self._reason = Failure(NoTLS("speaks in clear to a port that is encrypted"))
        self._lostTLSConnection = True
        self._no_ending()
        self._ending = self.factory.clock.callLater(GOODBYE, self.transport.abortConnection)
        self.transport.write(codec.write(NEEDS_TLS).encode() + b"\n")
        self.transport.loseConnection()

    # While hands are shaken what was written waits, so the connection holds its peer for slow, and
    # would read no more: but then they would never be done.

    def pauseProducing(self) -> None:
        """Read no more, once the handshake is done."""
        self._held = True
        if self._handshakeDone:
            self.transport.pauseProducing()

    def resumeProducing(self) -> None:
        """Read again."""
        self._held = False
        if self._unheard is None:
            self.transport.resumeProducing()

    def loseConnection(self) -> None:
        """Close in order; before the handshake is done at once: to tell somebody why would cost one."""
        if self._handshakeDone:
            TLSMemoryBIOProtocol.loseConnection(self)
        else:
            TLSMemoryBIOProtocol.abortConnection(self)

    def _refuse(self, why: str) -> None:
        TLSMemoryBIOProtocol.failVerification(self, Failure(NoTLS(why)))

    def _no_ending(self) -> None:
        if self._ending is not None and self._ending.active():
            self._ending.cancel()

    def _tlsShutdownFinished(self, reason: Failure | None) -> None:
        """Have the connection end for good: what the socket has left would be waited for without end."""
        self._no_ending()
        self._ending = self.factory.clock.callLater(GOODBYE, self.transport.abortConnection)
        if reason is not None:
            # Its frames would hold it, and all that OpenSSL had ready, until rings are looked for.
            reason.cleanFailure()
        failed = reason.value if reason is not None else None
        if isinstance(failed, SSL.Error) and not self._handshakeDone and self._reason is None:
            self._reason = Failure(NoTLS(f"the handshake failed: {reason_of(failed)}"))
        TLSMemoryBIOProtocol._tlsShutdownFinished(self, reason)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Take note that the socket is gone."""
        TLSMemoryBIOProtocol.connectionLost(self, reason)
        self._no_ending()
        self.factory.vestibule.leave(self)


class EncryptedFactory(TLSMemoryBIOFactory):
    """Puts TLS around each connection of another factory."""

    protocol = Encrypted

    def __init__(
        self,
        certificate: Certificate,
        factory: IProtocolFactory,
        clock: IReactorTime,
        bounds: Bounds = BOUNDS,
        vestibule: Vestibule | None = None,
    ) -> None:
        self.creator = Creator(certificate)
        super().__init__(self.creator, False, factory, clock)
        self.clock = clock
        self.bounds = bounds
        self.vestibule = Vestibule(clock, bounds) if vestibule is None else vestibule  #: for all ports
