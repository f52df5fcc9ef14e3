"""Somebody at the other end of TLS, byte by byte: OpenSSL without a socket, on a narrow wire."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from OpenSSL import SSL

from imserver.certificate import Certificate, open_certificate
from imserver.tls import Encrypted, EncryptedFactory
from imserver.vestibule import Vestibule

from ..stage import Stage
from .peer import NarrowWire


def certificate_in(folder: Path) -> Certificate:
    """Make a server's own certificate."""
    folder.mkdir(parents=True, exist_ok=True)
    return open_certificate((None, None), folder, lambda *event, **facts: None)


def client_context(most: int | None = None) -> SSL.Context:
    """Give what a client needs that believes everybody."""
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    if most is not None:
        context.set_max_proto_version(most)
    return context


class Caller:
    """A client that can be stopped after any byte, and need not read."""

    def __init__(
        self,
        stage: Stage,
        certificate: Certificate,
        context: SSL.Context | None = None,
        vestibule: Vestibule | None = None,
    ) -> None:
        self.stage = stage
        factory = EncryptedFactory(certificate, stage.server, stage.clock, stage.server.bounds, vestibule)
        built = factory.buildProtocol(None)
        assert isinstance(built, Encrypted)
        self.encrypted = built
        self.connection: Any = built.wrappedProtocol
        self.wire = NarrowWire(stage, built)  # type: ignore[arg-type]
        self.tls = SSL.Connection(context or client_context(), None)
        self.tls.set_connect_state()
        self.sent = 0  #: bytes that went to the server
        built.makeConnection(self.wire)
        stage.settle()

    def shake_hands(self, most: int | None = None) -> Caller:
        """Make the handshake; or as many bytes of it as are said."""
        self._try_handshake()
        while self.give(None if most is None else most - self.sent) and self.sent != most:
            self.take()
            self._try_handshake()
        self.take()
        return self

    def _try_handshake(self) -> None:
        with suppress(SSL.WantReadError):
            self.tls.do_handshake()

    def give(self, most: int | None = None) -> int:
        """Send what OpenSSL has, or as many bytes of it; gives how many."""
        try:
            data = self.tls.bio_read(most if most is not None else 1 << 20) if most != 0 else b""
        except SSL.WantReadError:
            return 0
        self.send(data)
        self.sent += len(data)
        return len(data)

    def send(self, data: bytes) -> None:
        """Send bytes as they are, as far as the server reads."""
        if data and not self.wire.closed and self.wire.producerState == "producing":
            self.encrypted.dataReceived(data)
        self.stage.settle()

    def say(self, *lines: str, wait: float = 1.0) -> None:
        """Say lines, and wait for what comes of them; nothing is read."""
        self.tls.send("".join(line + "\n" for line in lines).encode())
        self.give()
        self.stage.wait(wait)

    def take(self) -> None:
        """Take what the server has written."""
        while taken := self.wire.take():
            self.tls.bio_write(taken)
            self.stage.settle()

    def heard(self) -> list[str]:
        """Give all lines that have come."""
        self.take()
        heard = b""
        while True:
            try:
                heard += self.tls.recv(1 << 16)
            except (SSL.WantReadError, SSL.ZeroReturnError):
                return heard.decode().splitlines()

    def enter(self, name: str) -> Caller:
        """Register and log in."""
        self.shake_hands()
        self.say(f"REGISTER {name} :correct horse")
        self.say(f"LOGIN {name} :correct horse")
        self.heard()
        return self

    def close(self) -> None:
        """End TLS in order."""
        self.tls.shutdown()
        self.give()
