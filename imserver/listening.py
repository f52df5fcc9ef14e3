"""The ports a server takes: for this machine alone, until what is said on them is encrypted."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any

from twisted.internet.address import UNIXAddress
from twisted.internet.endpoints import serverFromString
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IListeningPort, IProtocolFactory
from twisted.python.failure import Failure

from .cannot_start import CannotStart
from .portal.enrolling import Policy

PORT = 12000
HERE = f"tcp:{PORT}:interface=127.0.0.1"
#: Connections that may wait to be accepted; Twisted's 50 are gone at once when everybody comes back.
BACKLOG = 1024

_ADVICE: dict[int | None, str] = {
    errno.EADDRINUSE: " Is another server running? Stop it, or choose another port "
    "with --listen tcp:PORT:interface=127.0.0.1.",
    errno.EACCES: f" A port below 1024 is for root; choose one above, as in {HERE}.",
}


def listen(reactor: Any, description: str, factory: IProtocolFactory) -> IListeningPort:
    """Open a port for this machine, or say why it cannot be."""
    is_tcp = description.partition(":")[0] in ("tcp", "tcp4", "tcp6")
    backlog = f":backlog={BACKLOG}" if is_tcp and "backlog=" not in description else ""
    outcomes: list[Any] = []
    try:
        serverFromString(reactor, description + backlog).listen(factory).addBoth(outcomes.append)
    except Exception as error:  # whatever reading a description, or the files it names, may bring
        why = _in_words(error)
        raise CannotStart(f"--listen takes an endpoint such as {HERE}, not {description}: {why}.") from None
    outcome: Any = outcomes[0] if outcomes else None
    if isinstance(outcome, Failure):
        raise CannotStart(_why_not(description, outcome)) from None
    if outcome is None:
        raise CannotStart(f"--listen {description} does not say at once whether it can be had.")
    if not _is_of_this_machine(outcome):
        raise CannotStart(
            f"--listen {description} would be open to other machines, and nothing here is encrypted yet. "
            f"Add interface=127.0.0.1, as in {HERE}."
        )
    port: IListeningPort = outcome
    return port


def policy_for(written: str | None, ports: Sequence[IListeningPort]) -> Policy:
    """Say who may take a name: as it is written; else anybody of this machine, or who has an invite."""
    if written is not None:
        return Policy(written)
    return Policy.OPEN if all(map(_is_of_this_machine, ports)) else Policy.INVITE


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
    host = getattr(port.getHost(), "host", None)
    return host is None or ip_address(host.partition("%")[0]).is_loopback


def place(port: IListeningPort) -> str:
    """Say where a port is."""
    where: Any = port.getHost()
    return (
        f"the socket {_path(where)}" if isinstance(where, UNIXAddress) else f"{where.host} port {where.port}"
    )


def ways_in(port: IListeningPort) -> list[str]:
    """Give the lines to type to get in: to talk to it by hand, and with a window."""
    where: Any = port.getHost()
    if isinstance(where, UNIXAddress):
        return [f"nc -U {_path(where)}"]
    return [f"nc {where.host} {where.port}", f"imclient {where.host} {where.port}"]


def _path(where: UNIXAddress) -> str:
    return (where.name or b"").decode(errors="replace")
