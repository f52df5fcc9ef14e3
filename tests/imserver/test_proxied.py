"""Connections through a proxy: they are counted by who is behind it."""

from __future__ import annotations

import struct

from twisted.trial.unittest import SynchronousTestCase

from imserver.proxied import ProxiedFactory
from tests.stage import Stage

from .peer import NarrowWire

V1 = b"PROXY TCP4 192.0.2.7 127.0.0.1 40000 12000\r\n"
V2 = (
    b"\r\n\r\n\x00\r\nQUIT\n"
    + bytes([0x21, 0x11])
    + struct.pack("!H4s4sHH", 12, bytes([192, 0, 2, 8]), bytes([127, 0, 0, 1]), 40000, 12000)
)


class ProxiedTests(SynchronousTestCase):
    """A server in memory, and a proxy on its machine."""

    def setUp(self) -> None:
        self.stage = Stage()

    def call(self) -> NarrowWire:
        """Have the proxy connect."""
        protocol = ProxiedFactory(self.stage.server).buildProtocol(None)
        assert protocol is not None
        wire = NarrowWire(self.stage, protocol)  # type: ignore[arg-type]
        wire.proxy = protocol  # type: ignore[attr-defined]
        protocol.makeConnection(wire)
        self.stage.settle()
        return wire

    def send(self, wire: NarrowWire, data: bytes) -> bytes:
        wire.proxy.dataReceived(data)  # type: ignore[attr-defined]
        self.stage.wait(1)
        return wire.take()

    def test_whose_it_is(self) -> None:
        """Nothing begins before the proxy has said whose it is; then it is theirs, in log and limits."""
        for header, source in ((V1, "192.0.2.7"), (V2, "192.0.2.8")):
            wire = self.call()
            self.assertEqual(b"", wire.take())
            self.assertTrue(self.send(wire, header).startswith(b"* HELLO"))
            self.assertIn(f"where={source}:40000", self.stage.logged[-1])
            self.assertIn(source, self.stage.server.strangers._by_source)

    def test_at_once(self) -> None:
        """What came with the proxy's line is not lost."""
        self.assertIn(b"OK PING", self.send(self.call(), V1 + b"PING\n"))

    def test_by_bytes(self) -> None:
        """Nor is what comes later, byte by byte."""
        wire = self.call()
        self.send(wire, V1)
        said = b"".join(self.send(wire, bytes([byte])) for byte in b"PING\n")
        self.assertEqual(b"OK PING\n", said)

    def test_too_many(self) -> None:
        """One who comes too often through the proxy keeps nobody else out."""
        last = b""
        for _ in range(9):
            last = self.send(self.call(), V1)
        self.assertIn(b"* BYE too-many", last)
        self.assertIn(b"* HELLO", self.send(self.call(), V2))

    def test_no_header(self) -> None:
        """Who comes past the proxy is nobody."""
        wire = self.call()
        self.assertEqual(b"", self.send(wire, b"REGISTER mallory :correct horse\n"))
        self.assertTrue(wire.disconnecting)
        wire.drop()
        self.assertEqual([], self.stage.logged)
