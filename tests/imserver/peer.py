"""Somebody at a wire that is as narrow as a socket: it takes so much at a time, and no more than is taken."""

from __future__ import annotations

from ..stage import Stage, Wire


class NarrowWire(Wire):
    """A wire that tells its producer when it is full, and when what it had has been taken."""

    def write(self, data: bytes) -> None:
        """Take bytes; a socket that has more than its measure of them says so."""
        super().write(data)
        if self.producer is not None and self.waiting > self.bufferSize:
            self.producer.pauseProducing()

    @property
    def waiting(self) -> int:
        """How many bytes the peer has not taken."""
        return self.io.tell()

    def take(self) -> bytes:
        """Take all there is, and let the producer go on."""
        taken: bytes = self.value()
        self.clear()
        if taken and self.producer is not None:
            self.producer.resumeProducing()
        return taken


class Peer:
    """Somebody at the other end of a narrow wire."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.connection = stage.server.buildProtocol(None)
        self.wire = NarrowWire(stage, self.connection)
        self.connection.makeConnection(self.wire)
        stage.settle()

    def give(self, data: bytes) -> int:
        """Write as long as the other end reads; say how many bytes it has read."""
        given = 0
        while given < len(data) and self._is_read:
            part = data[given : given + self.wire.bufferSize]
            given += len(part)
            self.connection.dataReceived(part)
            self.stage.settle()
        return given

    @property
    def _is_read(self) -> bool:
        return not self.wire.closed and self.wire.producerState == "producing"

    def take(self) -> list[str]:
        """Read all that comes, until nothing more does."""
        heard = b""
        while taken := self.wire.take():
            heard += taken
            self.stage.settle()
        return heard.decode().splitlines()

    @property
    def kept(self) -> int:
        """How many bytes the server keeps for this connection, the socket's own buffers left out."""
        connection = self.connection
        return connection._framer.held + connection._out_size + self.wire.waiting
