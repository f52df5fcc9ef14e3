"""Which server this is: known by a fingerprint, vouched for, or on this computer; else nothing is said.

Between the socket and the connection stands a gate.  It makes the connection only when the handshake is
done and the certificate was judged, so nothing is there before that could send a byte of ours.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from ipaddress import ip_address
from typing import Protocol

import idna
import service_identity.pyopenssl
from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL
from OpenSSL.crypto import X509
from service_identity import CertificateError, VerificationError
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import (
    IAddress,
    IHandshakeListener,
    IOpenSSLClientConnectionCreator,
    IProtocol,
    IProtocolFactory,
    IReactorTime,
    IStreamClientEndpoint,
)
from twisted.internet.protocol import Factory, connectionDone
from twisted.internet.protocol import Protocol as TwistedProtocol
from twisted.protocols.tls import TLSMemoryBIOFactory, TLSMemoryBIOProtocol
from twisted.python.failure import Failure
from zope.interface import implementer

from improtocol.invite import Invite, is_here, shown
from imtongue import phrase, tr

from .reaching import Unreachable

#: Gives the way to a server, in clear.
Dial = Callable[[str, int], IStreamClientEndpoint]
#: Looks at what a server shows; raises `Unknown` if it is not the one that is wanted.
Judge = Callable[[SSL.Connection], None]


class NotKnown(Unreachable):
    """It is not sure who answers there; nothing was sent."""

    def __init__(self, host: str, port: int, fingerprint: str, sentence: str) -> None:
        super().__init__(sentence)
        self.host, self.port = host, port
        self.fingerprint = fingerprint  #: of the certificate that was shown


class Stranger(NotKnown):
    """A server that nobody vouches for and that was never met: its user may know the fingerprint."""

    def __init__(self, host: str, port: int, fingerprint: str, why: str) -> None:
        super().__init__(
            host,
            port,
            fingerprint,
            tr(
                "Nobody vouches for the server at {place} ({why}), so nothing was sent to it. "
                "Paste its invite, or ask whoever runs it whether this is its fingerprint: "
                "{fingerprint}; if it is, paste this: {invite}",
                place=_place(host, port),
                why=why,
                fingerprint=shown(fingerprint),
                invite=Invite(host, port, fingerprint=fingerprint),
            ),
        )


class AnotherServer(NotKnown):
    """The certificate is not the one that is known for this server."""

    def __init__(self, host: str, port: int, fingerprint: str, known: str) -> None:
        super().__init__(
            host,
            port,
            fingerprint,
            tr(
                "Another server answers at {place} than the one that is known, so nothing was "
                "sent. Known: {known}. Shown: {shown}. "
                "Ask whoever runs it, by another way; if it is right, paste its new invite.",
                place=_place(host, port),
                known=shown(known),
                shown=shown(fingerprint),
            ),
        )
        self.known = known


class Known(Protocol):
    """By what servers are known: a profile's settings."""

    def fingerprint(self, host: str, port: int) -> str | None:
        """Give the fingerprint a server is known by; None: by those who vouch for it."""

    def know(self, host: str, port: int, fingerprint: str | None) -> None:
        """Know a server by this from now on."""


class OnlyNow:
    """Nothing is known but what this program was told since it began."""

    def fingerprint(self, host: str, port: int) -> str | None:
        """Know none."""
        return None

    def know(self, host: str, port: int, fingerprint: str | None) -> None:
        """Keep nothing: an invite goes on saying it."""


class Trust:
    """By what each server is known, and the way to it."""

    def __init__(self, clock: IReactorTime, dial: Dial, known: Known) -> None:
        self._clock = clock
        self._dial = dial
        self._known = known
        self._invites: dict[tuple[str, int], Invite] = {}  # taken, and not confirmed by a connection yet
        self._codes: dict[tuple[str, int], str] = {}  # not used yet

    def take(self, invite: Invite) -> None:
        """Know a server by what an invite says, from the next attempt on."""
        self._invites[_key(invite.host, invite.port)] = invite
        if invite.code is not None:
            self._codes[_key(invite.host, invite.port)] = invite.code

    def code(self, host: str, port: int) -> str | None:
        """Give the code by which one may take a name at a server."""
        return self._codes.get(_key(host, port))

    def used(self, host: str, port: int) -> None:
        """Forget a code that has let its bearer in."""
        self._codes.pop(_key(host, port), None)

    def confirm(self, host: str, port: int) -> bool:
        """Keep what an invite said, now that the server was reached by it; say whether that is new."""
        invite = self._invites.pop(_key(host, port), None)
        if invite is None or invite.fingerprint == self._known.fingerprint(host, port):
            return False
        self._known.know(host, port, invite.fingerprint)
        return True

    def reach(self, host: str, port: int) -> IStreamClientEndpoint:
        """Give the way to a server: in clear on this computer alone, else by TLS."""
        invite = self._invites.get(_key(host, port))
        known = invite.fingerprint if invite else self._known.fingerprint(host, port)
        way = self._dial(host, port)
        if known is None and is_here(host):
            return way
        return _Encrypted(self._clock, way, _Certificate(host, port, known))


@implementer(IOpenSSLClientConnectionCreator)
class _Certificate:
    """What a server shows, and what it must be."""

    def __init__(self, host: str, port: int, known: str | None) -> None:
        self._host, self._port, self._known = host, port, known
        self._doubts: list[str] = []
        self._context = SSL.Context(SSL.TLS_CLIENT_METHOD)
        self._context.set_min_proto_version(SSL.TLS1_2_VERSION)
        self._context.set_options(SSL.OP_NO_COMPRESSION | SSL.OP_NO_RENEGOTIATION)
        if known is None:
            self._context.set_default_verify_paths()
            self._context.set_verify(SSL.VERIFY_PEER, self._looked_at)

    @property
    def place(self) -> str:
        """Where the server is."""
        return _place(self._host, self._port)

    def clientConnectionForTLS(self, protocol: TLSMemoryBIOProtocol) -> SSL.Connection:
        """Make a connection that says whom it wants."""
        connection = SSL.Connection(self._context, None)
        if not _is_address(self._host):
            connection.set_tlsext_host_name(_ascii(self._host).encode())
        return connection

    def _looked_at(self, _connection: object, _shown: X509, error: int, _depth: int, good: int) -> bool:
        """Note what OpenSSL doubts; the handshake goes on, so that the fingerprint can be shown."""
        if not good:
            self._doubts.append(tr(_DOUBTS.get(error, NOT_VALID)))
        return True

    def judge(self, connection: SSL.Connection) -> None:
        """Compare what was shown with what is known; raises `NotKnown`."""
        fingerprint = fingerprint_shown(connection)
        if self._known is not None:
            if fingerprint != self._known:
                raise AnotherServer(self._host, self._port, fingerprint, self._known)
            return
        doubts = [*self._doubts, *self._doubts_of_name(connection)]
        if doubts:
            raise Stranger(self._host, self._port, fingerprint, doubts[0])

    def _doubts_of_name(self, connection: SSL.Connection) -> list[str]:
        verify = service_identity.pyopenssl
        try:
            if _is_address(self._host):
                verify.verify_ip_address(connection, self._host)
            else:
                verify.verify_hostname(connection, self._host)
        except (VerificationError, CertificateError):
            return [tr("its certificate is not for {host}", host=self._host)]
        return []


NOT_VALID = phrase("its certificate is not valid")
_ITSELF = phrase("it made its certificate itself")
_NOBODY = phrase("nobody this computer trusts has signed its certificate")
#: By OpenSSL's numbers.
_DOUBTS = {
    7: phrase("its certificate was not signed by the one it names"),
    9: phrase("its certificate is not valid yet"),
    10: phrase("its certificate has expired"),
    18: _ITSELF,
    19: _ITSELF,
    20: _NOBODY,
    21: _NOBODY,
}


def fingerprint_shown(connection: SSL.Connection) -> str:
    """Give the SHA-256 of the certificate that the other end has shown; nothing, if it showed none."""
    found = connection.get_peer_certificate(as_cryptography=True)
    return sha256(found.public_bytes(Encoding.DER) if found is not None else b"").hexdigest()


@implementer(IStreamClientEndpoint)
class _Encrypted:
    """The way to a server by TLS; whoever connects by it knows who is there."""

    def __init__(self, clock: IReactorTime, way: IStreamClientEndpoint, certificate: _Certificate) -> None:
        self._clock, self._way, self._certificate = clock, way, certificate

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[IProtocol]:
        """Connect, shake hands, and judge."""
        gates = _Gates(protocolFactory, self._certificate)
        encrypted = TLSMemoryBIOFactory(self._certificate, True, gates, self._clock)
        encrypted.protocol = TLSMemoryBIOProtocol
        return self._way.connect(encrypted).addCallback(_opened)


def _opened(encrypted: IProtocol) -> Deferred[IProtocol]:
    assert isinstance(encrypted, TLSMemoryBIOProtocol)
    gate = encrypted.wrappedProtocol
    assert isinstance(gate, _Gate)
    return gate.opened


class _Gates(Factory):
    """Builds a gate for each attempt that reaches somebody."""

    noisy = False

    def __init__(self, connections: IProtocolFactory, certificate: _Certificate) -> None:
        self._connections, self._certificate = connections, certificate

    def buildProtocol(self, addr: IAddress | None) -> _Gate:
        """Build one."""
        assert addr is not None
        return _Gate(lambda: self._connections.buildProtocol(addr), self._certificate)


@implementer(IHandshakeListener)
class _Gate(TwistedProtocol):
    """Stands where the connection will be, until it is known who is at the other end."""

    transport: TLSMemoryBIOProtocol

    def __init__(self, build: Callable[[], IProtocol | None], certificate: _Certificate) -> None:
        #: Fires with the connection, or fails: why there is none.
        self.opened: Deferred[IProtocol] = Deferred(lambda _: self._cut())
        self._build = build
        self._certificate = certificate
        self._inner: IProtocol | None = None

    def handshakeCompleted(self) -> None:
        """Judge, and make the connection."""
        try:
            self._certificate.judge(self.transport.getHandle())
        except Unreachable as trouble:
            self._fail(trouble)
            return
        self._inner = self._build()
        if self._inner is None:
            self._cut()
            return
        self._inner.makeConnection(self.transport)
        self.opened.callback(self._inner)

    def dataReceived(self, data: bytes) -> None:
        """Pass it on."""
        if self._inner is not None:
            self._inner.dataReceived(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Pass it on, or say why no connection came to be."""
        if self._inner is not None:
            self._inner.connectionLost(reason)
        elif not self.opened.called:
            self.opened.errback(Unreachable(_why_closed(self._certificate.place, reason)))

    def _fail(self, trouble: Unreachable) -> None:
        self._cut()
        if not self.opened.called:
            self.opened.errback(trouble)

    def _cut(self) -> None:
        self.transport.abortConnection()


def _why_closed(place: str, reason: Failure) -> str:
    if reason.check(SSL.Error):
        return tr(
            "Whoever answers at {place} does not speak TLS, so nothing was sent. Is the port right? "
            "A server is reached in clear only at 127.0.0.1, on its own computer.",
            place=place,
        )
    return tr(
        "The server at {place} closed during the TLS handshake, so nothing was sent. "
        "Perhaps too many come from here; try again in a while.",
        place=place,
    )


def _is_address(host: str) -> bool:
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _ascii(host: str) -> str:
    try:
        return host if host.isascii() else idna.encode(host).decode()
    except idna.IDNAError:
        raise Unreachable(tr("There is no computer called {host}.", host=host)) from None


def _key(host: str, port: int) -> tuple[str, int]:
    return host.lower(), port


def _place(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
