"""A call to a server, a line at a time: the smallest client there is, that blocks and knows no reactor.

To other machines, and wherever a fingerprint is known, it speaks TLS and nothing is said before it is
known who answers; in clear only on this machine.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from improtocol import codec, limits
from improtocol.commands import Quit
from improtocol.errors import Refusal
from improtocol.events import Bye, Hello
from improtocol.invite import PORT, BadInvite, Invite, is_here, looks_like_one, parse, shown
from improtocol.vocabulary import Command, Event, Item, Reply

from .saying import NotDone, Status

R = TypeVar("R", bound=Reply)

#: Seconds for a step of the network, and for an answer: a busy server asks for patience in words.
PATIENCE = 30.0
#: Seconds that a server has to say good-bye.
LEAVING = 2.0
#: A path is a Unix socket; anything else HOST, HOST:PORT, or an invite.
_PLACE = re.compile(r"(?:\[(?P<six>[^]]+)\]|(?P<host>[^:\[\]]+))(?::(?P<port>\d{1,5}))?")


def read_address(written: str) -> Invite | Path:
    """Read where a server is, as an operator types or pastes it; raises `NotDone`."""
    if looks_like_one(written):
        try:
            return parse(written)
        except BadInvite as bad:
            raise NotDone(str(bad), status=Status.MISTYPED, code="mistyped") from None
    if "/" in written:
        return Path(written)
    found = _PLACE.fullmatch(written)
    if found is None or not 0 < int(found["port"] or PORT) < 65536:
        raise NotDone(
            f"ADDRESS is HOST, HOST:PORT, imserver://..., or a socket's path, not {written}.",
            status=Status.MISTYPED,
            code="mistyped",
        )
    return Invite(found["six"] or found["host"], int(found["port"] or PORT))


class Call:
    """One connection; ``heard`` is handed whatever is told unasked."""

    def __init__(self, where: Invite | Path, heard: Callable[[Event], None] = lambda event: None) -> None:
        self._heard = heard
        self._place = str(where) if isinstance(where, Path) else f"{where.host}:{where.port}"
        # Whoever waits to be greeted in clear where TLS is spoken hears nothing, and learns nothing of why.
        self._mistaken = " Where others can come it speaks TLS: give the line it shows, imserver://..."
        if isinstance(where, Path) or where.fingerprint is not None or not is_here(where.host):
            self._mistaken = ""
        self._tags = itertools.count(1)
        try:
            self._wire = _connected(where)
        except OSError as error:
            raise self._lost(f"cannot be reached: {_in_words(error)}", nearer(where)) from None
        self._lines = _lines(self._wire)
        self.hello = self._greeted()
        self._mistaken = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None or kind is KeyboardInterrupt:
            self._leave()
        self._wire.close()

    def _leave(self) -> None:
        """Go with a word, so that nobody takes it for a drop-out."""
        with suppress(OSError, StopIteration):
            self._wire.settimeout(LEAVING)
            self._wire.sendall(f"{codec.write(Quit())}\n".encode())
            while True:
                next(self._lines)

    def ask(self, command: Command[R]) -> R:
        """Say a command and wait for its whole answer; raises the refusal."""
        tag = f"@{next(self._tags)}"
        try:
            line = codec.write(command, tag)
        except Refusal as refused:
            raise NotDone(str(refused), code=refused.code, status=Status.MISTYPED) from None
        try:
            self._wire.sendall(f"{line}\n".encode())
        except OSError as error:
            raise self._lost(f"is gone: {_in_words(error)}") from None
        items: list[Item] = []
        while True:
            said = self.next()
            if said.tag != tag:
                continue
            if isinstance(said.what, Item):
                items.append(said.what)
            elif isinstance(said.what, Refusal):
                raise said.what
            elif isinstance(said.what, Reply):
                reply: Any = said.what
                return reply.behind(*items)  # type: ignore[no-any-return]

    def ask_all(self, command: Command[R]) -> tuple[R, list[Item]]:
        """Ask on until there is no more (language, R12); give the last answer, and all lines."""
        items: list[Item] = []
        while True:
            reply = self.ask(command)
            items += reply.items
            more = {
                key: value for key in ("after", "before") if (value := getattr(reply, key, None)) is not None
            }
            if not more or not reply.items:
                return reply, items
            command = type(command)(**{**vars(command), **more})

    def take_time(self) -> None:
        """Wait for what comes, however long."""
        self._wire.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._wire.settimeout(None)

    def wait(self) -> None:
        """Wait for what is told, however long."""
        self.take_time()
        while True:
            self.next()

    def next(self) -> codec.Heard:
        """Read a line; what is told unasked is handed on."""
        try:
            raw = next(self._lines)
        except StopIteration:
            raise self._lost("has closed the connection") from None
        except TimeoutError:
            raise self._lost(f"has not answered for {PATIENCE:.0f} s") from None
        except OSError as error:
            raise self._lost(f"is gone: {_in_words(error)}") from None
        said = codec.parse_from_server(raw)
        if isinstance(said.what, Bye):
            raise NotDone(f"The server ended the connection: {said.what.line}", code=said.what.reason)
        if isinstance(said.what, Event):
            self._heard(said.what)
        return said

    def _greeted(self) -> Hello:
        said = self.next().what
        if not isinstance(said, Hello):
            raise self._lost("is no imserver")
        return said

    def _lost(self, what: str, advice: str = "") -> NotDone:
        return NotDone(
            f"The server at {self._place} {what}. Does it run, and is the address right?"
            f"{self._mistaken}{advice}",
            code="not-reached",
            status=Status.NOT_REACHED,
        )


def nearer(where: Invite | Path) -> str:
    """Say how a server is reached from its own machine, which may not know the name that others use."""
    if isinstance(where, Path) or where.fingerprint is None or is_here(where.host):
        return ""
    return f" On its own machine give '{replace(where, host='127.0.0.1')}'."


def _lines(wire: socket.socket) -> Iterator[bytes]:
    gathered = b""
    while True:
        *lines, gathered = gathered.split(b"\n")
        yield from (line.removesuffix(b"\r") for line in lines)
        if len(gathered) > limits.CLIENT_LINE:
            return
        more = wire.recv(65536)
        if not more:
            return
        gathered += more


def _connected(where: Invite | Path) -> socket.socket:
    if isinstance(where, Path):
        wire = socket.socket(socket.AF_UNIX)
        wire.settimeout(PATIENCE)
        wire.connect(str(where))
        return wire
    wire = socket.create_connection((where.host, where.port), PATIENCE)
    if where.fingerprint is None and is_here(where.host):
        return wire
    try:
        return _encrypted(wire, where)
    except BaseException:
        wire.close()
        raise


def _encrypted(wire: socket.socket, where: Invite) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    if where.fingerprint is not None:  # then it is known by this, and by nobody's word
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        encrypted = context.wrap_socket(wire, server_hostname=where.host)
    except ssl.SSLCertVerificationError as error:
        raise NotDone(
            f"Nobody vouches for the server at {where.host}:{where.port} ({error.verify_message}), so "
            "nothing was sent. Give its address as the line that it shows at its start: 'imserver://...'.",
            code="not-known",
            status=Status.NOT_REACHED,
        ) from None
    fingerprint = hashlib.sha256(encrypted.getpeercert(binary_form=True) or b"").hexdigest()
    if where.fingerprint is not None and not hmac.compare_digest(fingerprint, where.fingerprint):
        encrypted.close()
        raise NotDone(
            f"Another server answers at {where.host}:{where.port} than the one that is known, so nothing was "
            f"sent. Known: {shown(where.fingerprint)}. Shown: {shown(fingerprint)}. "
            "If whoever looks after it says that its certificate is another now, log in again with the line "
            "that it shows.",
            code="not-known",
            status=Status.NOT_REACHED,
        )
    return encrypted


def _in_words(error: OSError) -> str:
    return (error.strerror or str(error) or type(error).__name__).lower()
