"""The way to a server: in clear on this machine alone, else by TLS to one that is vouched for."""

from __future__ import annotations

from hashlib import sha256
from ipaddress import ip_address
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.error import ConnectionRefusedError, DNSLookupError, TimeoutError
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator, IStreamClientEndpoint
from twisted.internet.ssl import optionsForClientTLS
from twisted.protocols.tls import TLSMemoryBIOProtocol
from twisted.python.failure import Failure
from zope.interface import implementer

from improtocol.invite import PORT, BadInvite, Invite, is_here, looks_like_one, parse
from imtongue import tr

#: Seconds for a server to be found and to answer.
PATIENCE = 10


class NoWay(Exception):
    """What was typed names no server."""


def read_address(written: str) -> Invite:
    """Read HOST, HOST:PORT, or the line of an invite; raises `NoWay`."""
    written = written.strip()
    if looks_like_one(written):
        try:
            return parse(written)
        except BadInvite as bad:
            raise NoWay(bad.sentence(tr)) from None
    host, colon, port = _parted(written)
    bad_port = colon and not (port.isascii() and port.isdecimal() and 0 < int(port) < 65536)
    if not host or bad_port or (":" in host and not _is_address(host)):
        raise NoWay(tr("A server is HOST or HOST:PORT, or the line of an invite."))
    return Invite(host, int(port) if colon else PORT)


def _parted(written: str) -> tuple[str, str, str]:
    """Part HOST from PORT; an address with colons in it stands in brackets where a port stands behind."""
    if written.startswith("["):
        host, _, rest = written[1:].partition("]")
        return host, rest[:1], rest[1:]
    return written.rpartition(":") if written.count(":") == 1 else (written, "", "")


def _is_address(written: str) -> bool:
    try:
        return bool(ip_address(written.partition("%")[0]))
    except ValueError:
        return False


def way_to(reactor: Any, server: Invite) -> IStreamClientEndpoint:
    """Give the way to it."""
    way = HostnameEndpoint(reactor, server.host, server.port, timeout=PATIENCE)
    if server.fingerprint is not None:
        return wrapClientTLS(Pinned(server.fingerprint), way)
    if is_here(server.host):
        return way
    return wrapClientTLS(optionsForClientTLS(server.host), way)


def way_in_words(server: Invite) -> str:
    """Say how it is reached."""
    if server.fingerprint is not None:
        return tr("by TLS, known by its fingerprint")
    return tr("on this machine") if is_here(server.host) else tr("by TLS, vouched for by an authority")


@implementer(IOpenSSLClientConnectionCreator)
class Pinned:
    """Speaks only to the certificate of this fingerprint; the handshake fails with any other."""

    def __init__(self, fingerprint: str) -> None:
        self._fingerprint = fingerprint
        self._context = SSL.Context(SSL.TLS_CLIENT_METHOD)
        self._context.set_min_proto_version(SSL.TLS1_2_VERSION)
        self._context.set_verify(SSL.VERIFY_PEER, self._judge)

    def clientConnectionForTLS(self, protocol: TLSMemoryBIOProtocol) -> SSL.Connection:
        """Make a connection."""
        return SSL.Connection(self._context, None)

    def _judge(self, _connection: object, shown: Any, _error: int, depth: int, _good: int) -> bool:
        """Take the server's own certificate if it is the one; who signed it does not matter then."""
        der = shown.to_cryptography().public_bytes(Encoding.DER)
        return depth > 0 or sha256(der).hexdigest() == self._fingerprint


def why(failure: Failure, server: Invite) -> str:
    """Say in a sentence why there is no connection."""
    place = f"{server.host}:{server.port}"
    if failure.check(DNSLookupError):
        return tr("There is no computer called {host}.", host=server.host)
    if failure.check(ConnectionRefusedError):
        return tr("{host} answers, but nobody listens at port {port}.", host=server.host, port=server.port)
    if failure.check(TimeoutError):
        return tr("{place} does not answer.", place=place)
    if failure.check(SSL.Error):
        if server.fingerprint is not None:
            return tr(
                "{place} is not the server whose fingerprint this is, so nothing was sent.", place=place
            )
        return tr(
            "Nobody whom this machine trusts vouches for {place}, so nothing was sent. Paste the line of an "
            "invite that ends in its fingerprint, #sha256:…; or let this machine trust who signed for it.",
            place=place,
        )
    return str(failure.value) or tr("{place} cannot be reached.", place=place)
