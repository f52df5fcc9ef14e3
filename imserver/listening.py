"""The ports a server takes: in clear for this machine alone, by TLS for all others."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Any

from twisted.internet.address import UNIXAddress
from twisted.internet.endpoints import serverFromString
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IAddress, IListeningPort, ILoggingContext, IProtocol, IProtocolFactory
from twisted.python.failure import Failure
from zope.interface import implementer

from improtocol.invite import PORT, Invite

from .cannot_start import CannotStart
from .certificate import Papers
from .portal.enrolling import Policy
from .proxied import ProxiedFactory

HERE = f"tcp:{PORT}:interface=127.0.0.1"
#: Connections that may wait to be accepted; Twisted's 50 are gone at once when everybody comes back.
BACKLOG = 1024

#: Puts TLS around what another factory makes; the certificate is made or read only when it is needed.
Encrypt = Callable[[IProtocolFactory], IProtocolFactory]

_ADVICE: dict[int | None, str] = {
    errno.EADDRINUSE: " Is another server running? Stop it, or choose another port "
    "with --listen tcp:PORT:interface=127.0.0.1.",
    errno.EACCES: f" A port below 1024 is for root; choose one above, as in {HERE}.",
}
#: Towards no machine, but everybody's way out: asking the kernel for it sends nothing (RFC 5737, RFC 3849).
_OUT = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}


@dataclass(frozen=True)
class Door:
    """A port that was taken, and who can come to it, and how."""

    port: IListeningPort
    outside: bool  #: other machines can reach it
    encrypted: bool
    why: str = ""  #: what it is for, if nobody asked for it

    @property
    def in_clear_outside(self) -> bool:
        """Whether what is said there can be read on its way."""
        return self.outside and not self.encrypted


@implementer(IProtocolFactory, ILoggingContext)
class _Threshold:
    """Stands at a port from the beginning, and knows what to make of a connection when the port is bound."""

    inner: IProtocolFactory | None = None

    def buildProtocol(self, addr: IAddress) -> IProtocol | None:
        """Make a connection; none as long as nobody knows whether it must be encrypted."""
        return None if self.inner is None else self.inner.buildProtocol(addr)

    def logPrefix(self) -> str:
        """Give its name in twistd's log."""
        return "imserver"

    def doStart(self) -> None:
        """Do nothing when the port begins to listen."""

    def doStop(self) -> None:
        """Do nothing when it ends."""


def listen(
    reactor: Any,
    description: str,
    factory: IProtocolFactory,
    encrypt: Encrypt,
    *,
    clear_outside: bool = False,
    option: str = "--listen",
) -> Door:
    """Open a port that ``option`` asked for, or say why it cannot be.

    ``ssl:`` is TLS wherever it is; any other is if its address is not this machine's own, unless
    ``clear_outside``.
    """
    threshold = _Threshold()
    kind = description.partition(":")[0]
    proxied = kind == "haproxy"
    port = _bound(reactor, description, ProxiedFactory(threshold) if proxied else threshold, option)
    here = _is_of_this_machine(port)
    if proxied and not here:
        port.stopListening()
        raise CannotStart(
            f"{option} {description} would believe anybody who says where they come from. "
            "Let the proxy connect on this machine: add interface=127.0.0.1."
        )
    outside = proxied or not here
    encrypted = kind == "ssl" or (outside and not clear_outside)
    threshold.inner = encrypt(factory) if encrypted else factory
    return Door(port, outside, encrypted)


def _bound(reactor: Any, description: str, factory: IProtocolFactory, option: str) -> IListeningPort:
    outcomes: list[Any] = []
    try:
        read_endpoint(reactor, description).listen(factory).addBoth(outcomes.append)
    except Exception as error:  # whatever reading a description, or the files it names, may bring
        why = _in_words(error)
        raise CannotStart(f"{option} takes an endpoint such as {HERE}, not {description}: {why}.") from None
    outcome: Any = outcomes[0] if outcomes else None
    if isinstance(outcome, Failure):
        raise CannotStart(_why_not(description, outcome)) from None
    if outcome is None:
        raise CannotStart(f"{option} {description} does not say at once whether it can be had.")
    port: IListeningPort = outcome
    return port


def read_endpoint(reactor: Any, description: str) -> Any:
    """Read where to listen; whatever is wrong with a description comes as whichever error."""
    return serverFromString(reactor, _as_twisted_says_it(description))


def policy_for(written: str | None, doors: Sequence[Door]) -> Policy:
    """Say who may take a name: as it is written; else anybody of this machine, or who has an invite."""
    if written is not None:
        return Policy(written)
    return Policy.INVITE if any(door.outside for door in doors) else Policy.OPEN


def _as_twisted_says_it(description: str) -> str:
    """Have TLS made by us: Twisted's own would not see that a certificate was renewed."""
    kind, colon, rest = description.partition(":")
    if kind == "tls" or (kind == "ssl" and "ey=" in rest.lower()):
        raise ValueError("the certificate is given once for all ports, with --certificate and --key")
    if kind == "haproxy":
        return _as_twisted_says_it(rest)
    if kind not in ("tcp", "tcp4", "tcp6", "ssl"):
        return description
    backlog = f":backlog={BACKLOG}" if "backlog=" not in description else ""
    return ("tcp" if kind == "ssl" else kind) + colon + rest + backlog


def _why_not(description: str, failure: Failure) -> str:
    error = failure.value
    if not isinstance(error, CannotListenError):
        return f"Cannot listen on {description}: {_in_words(error)}."
    advice = _ADVICE.get(getattr(error.socketError, "errno", None), "")
    return f"Cannot listen on {description}: {_in_words(error.socketError)}.{advice}"


def _in_words(error: object) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).rstrip(".")


def _is_of_this_machine(port: IListeningPort) -> bool:
    """Whether only this machine can reach it: what counts is the address it got, not what was asked for."""
    where = port.getHost()
    if isinstance(where, UNIXAddress):
        return True
    try:
        address = ip_address(getattr(where, "host", "").partition("%")[0])
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


def place(port: IListeningPort) -> str:
    """Say where a port is."""
    where: Any = port.getHost()
    return (
        f"the socket {_path(where)}" if isinstance(where, UNIXAddress) else f"{where.host} port {where.port}"
    )


def described(door: Door) -> str:
    """Say where a port is, who can come there, and whether what is said can be read on its way."""
    if door.in_clear_outside:
        return f"{place(door.port)}  (other machines, IN CLEAR)"
    if door.encrypted:
        return f"{place(door.port)}  ({'other machines' if door.outside else 'this machine'}, by TLS)"
    return f"{place(door.port)}  (this machine alone{f', {door.why}' if door.why else ''})"


def entrance(doors: Sequence[Door], papers: Papers | None, address: str | None) -> Invite | None:
    """Say what leads in from the farthest, without a code; None: nothing but a Unix socket does.

    ``address`` is how others call this machine, HOST or HOST:PORT, where the operator knows it better.
    """
    found = [door for door in doors if not isinstance(door.port.getHost(), UNIXAddress)]
    if not found:
        return None
    door = max(found, key=lambda door: (door.outside, door.encrypted))
    where: Any = door.port.getHost()
    pin = papers.fingerprint if door.encrypted and papers is not None and papers.self_signed else None
    host, port = read_address(address) if address else (None, None)
    if host is None and pin is None and door.encrypted and papers is not None:
        host = next(iter(papers.names), None)  # it is vouched for under this name, and no other
    return Invite(host or _outward(where.host), port or where.port, fingerprint=pin)


def read_address(written: str) -> tuple[str, int | None]:
    """Read HOST or HOST:PORT, an IPv6 address in brackets."""
    if written.startswith("["):
        host, _, port = written[1:].partition("]")
        port = port.removeprefix(":")
    else:
        host, _, port = written.partition(":")
    if not host or (port and not (port.isascii() and port.isdecimal())):
        raise CannotStart(f"--address is HOST or HOST:PORT, as other machines call this one, not {written}.")
    return host, int(port) if port else None


def _outward(host: str) -> str:
    """Give the address by which others reach a port that is bound to all of them."""
    host = host.partition("%")[0]  # the zone means something on this machine alone
    if not ip_address(host).is_unspecified:
        return host
    for family in (socket.AF_INET, socket.AF_INET6):
        with socket.socket(family, socket.SOCK_DGRAM) as way:
            try:
                way.connect((_OUT[family], 9))
            except OSError:
                continue
            return str(way.getsockname()[0])
    return socket.gethostname()


def ways_in(door: Door, invite: Invite | None) -> list[tuple[str, str]]:
    """Give the lines to type to get in, each with what it is for: to talk to it by hand, with a window."""
    where: Any = door.port.getHost()
    if isinstance(where, UNIXAddress):
        return [("To talk to it", f"nc -U {_path(where)}")]
    if not door.encrypted or invite is None:
        return [
            ("To talk to it", f"nc {where.host} {where.port}"),
            ("With a window", f"imclient {where.host} {where.port}"),
        ]
    host = f"[{invite.host}]" if ":" in invite.host else invite.host
    return [
        ("To talk to it", f"openssl s_client -quiet -connect {host}:{invite.port}"),
        ("With a window", f"imclient '{invite}'"),
    ]


def _path(where: UNIXAddress) -> str:
    return (where.name or b"").decode(errors="replace")
