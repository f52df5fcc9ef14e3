"""Why a server cannot be reached, each reason in one sentence that says what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet import error
from twisted.internet.defer import CancelledError
from twisted.internet.defer import TimeoutError as DeferredTimeoutError
from twisted.internet.endpoints import HostnameEndpoint
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.python.failure import Failure

from imtongue import tr

#: Seconds for a server to be found, to answer, and to say HELLO.
PATIENCE = 10


class Unreachable(Exception):
    """There is no connection; ``str`` gives the sentence that says why."""


class NotConnected(Unreachable):
    """It was asked while there was no connection."""

    def __str__(self) -> str:
        return tr("Not connected.")


class NoSuchHost(Unreachable):
    """There is no computer of that name."""


class NobodyListens(Unreachable):
    """The computer answers; there is no server at that port."""


class Unable(Unreachable):
    """The server is of an edition that does not know what it would be asked."""

    def __str__(self) -> str:
        return tr("This server is of an older version and cannot do that.")


class LinkLost(Unreachable):
    """The connection was lost before the answer came; nobody knows whether it was done."""

    def __str__(self) -> str:
        return tr("The connection was lost before the answer came.")


class NotAnImserver(Unreachable):
    """Somebody listens there, who speaks another language."""

    def __str__(self) -> str:
        return tr("That is not an imserver: it did not say HELLO.")


class Silent(NotAnImserver):
    """Somebody listens there and says nothing, as one who speaks TLS does until it is spoken to."""

    def __str__(self) -> str:
        return tr("That is not an imserver: it did not say HELLO. If it speaks TLS here, paste its invite.")


class NeedsTLS(NotAnImserver):
    """Who listens there speaks TLS, and was spoken to in clear."""

    def __str__(self) -> str:
        return tr("The server speaks TLS here, and was spoken to in clear: paste its invite.")


class Odd(Unreachable):
    """The server said something that this client cannot take for an answer."""

    def __str__(self) -> str:
        return tr("The server's answer cannot be understood; a newer imclient may know it.")


def by_tcp(reactor: Any) -> Callable[[str, int], IStreamClientEndpoint]:
    """Give the way to servers over TCP."""
    return lambda host, port: HostnameEndpoint(reactor, host, port, timeout=PATIENCE)


def why(failure: Failure, host: str, port: int) -> Unreachable:
    """Say why an attempt to connect failed."""
    found = failure.value
    if isinstance(found, Unreachable):
        return found
    if isinstance(found, (error.DNSLookupError, ValueError, UnicodeError)):
        return NoSuchHost(tr("There is no computer called {host}.", host=host))
    if isinstance(found, error.ConnectionRefusedError):
        return NobodyListens(tr("{host} answers, but nobody listens at port {port}.", host=host, port=port))
    if isinstance(found, (error.TimeoutError, DeferredTimeoutError, CancelledError)):
        return Unreachable(tr("{host} did not answer within {seconds} seconds.", host=host, seconds=PATIENCE))
    if isinstance(found, error.NoRouteError):
        return Unreachable(tr("There is no way from here to {host}; is this computer connected?", host=host))
    return Unreachable(
        tr("{host} cannot be reached at port {port}: {why}.", host=host, port=port, why=_short(found))
    )


def _short(found: BaseException | None) -> str:
    told = getattr(found, "osError", None) or found
    reason = getattr(told, "strerror", None) or str(told).partition("\n")[0] or type(told).__name__
    return str(reason).rstrip(".")
