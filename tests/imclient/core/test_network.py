"""Noticing that this computer is on another network: what the kernel says, and what the link does then."""

from __future__ import annotations

import struct
from random import Random

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from imclient.core import network
from imclient.core.client import Client, LinkState
from imclient.core.network import (
    DEL_ADDRESS,
    DEL_LINK,
    NEW_ADDRESS,
    NEW_LINK,
    RUNNING,
    SETTLED,
    SPREAD,
    Network,
)

from .case import FakeCase
from .fake_server import FakeServer

UP = 0x1
#: As a kernel said it when 127.0.0.1 and ::1 came.
RECORDED = (
    "4c000000140000000000000000000000020880fe01000000080001007f000001080002007f000001070003006c6f000008000800"
    "8000000014000600ffffffffffffffff360c3700360c3700",
    "500000001400000000000000000000000a8080fe0100000014000100000000000000000000000000000000011400060"
    "0ffffffffffffffff360c3700360c3700080008008000000005000b0001000000",
)


def link(kind: int, index: int, flags: int) -> bytes:
    """Say of a network card what the kernel does."""
    return struct.pack("=IHHIIBxHiII", 32, kind, 0, 0, 0, 0, 1, index, flags, 0xFFFFFFFF)


def address(kind: int, index: int, written: bytes, flags: int = 0x80) -> bytes:
    """Say of an address what the kernel does."""
    return struct.pack("=IHHIIBBBBIHH", 32, kind, 0, 0, 0, 2, 24, flags, 0, index, 8, 1) + written


HERE, THERE = b"\xc0\xa8\x01\x07", b"\x0a\x00\x00\x05"


class NewsTests(SynchronousTestCase):
    """What is news, and what the kernel repeats."""

    def setUp(self) -> None:
        self.clock, self.told = Clock(), 0
        self.network = Network(self.clock, Random(1), self.changed)

    def changed(self) -> None:
        self.told += 1

    def hear(self, *said: bytes) -> int:
        """Hear this, let it settle, and say how often it was told on."""
        before = self.told
        for each in said:
            self.network.heard(each)
        self.clock.advance(SETTLED + SPREAD)
        return self.told - before

    def test_an_address(self) -> None:
        """An address that comes or goes is news; said again it is none."""
        self.assertEqual(1, self.hear(address(NEW_ADDRESS, 2, HERE)))
        self.assertEqual(0, self.hear(address(NEW_ADDRESS, 2, HERE), address(NEW_ADDRESS, 2, HERE, flags=0)))
        self.assertEqual(1, self.hear(address(DEL_ADDRESS, 2, HERE)))
        self.assertEqual(1, self.hear(address(NEW_ADDRESS, 2, HERE)), "it came back")

    def test_a_card(self) -> None:
        """A cable that is put in or pulled out is news; a card that scans, or one that is down, is none."""
        self.assertEqual(0, self.hear(link(NEW_LINK, 2, UP)))
        self.assertEqual(1, self.hear(link(NEW_LINK, 2, UP | RUNNING)))
        self.assertEqual(0, self.hear(link(NEW_LINK, 2, UP | RUNNING)))
        self.assertEqual(1, self.hear(link(NEW_LINK, 2, UP)))
        self.assertEqual(1, self.hear(link(NEW_LINK, 2, UP | RUNNING)))
        self.assertEqual(1, self.hear(link(DEL_LINK, 2, UP | RUNNING)))

    def test_once(self) -> None:
        """One change is many messages, in one reading or several, and is told once, when it is over."""
        self.network.heard(link(NEW_LINK, 2, UP | RUNNING) + address(NEW_ADDRESS, 2, HERE))
        self.network.heard(address(NEW_ADDRESS, 2, THERE))
        self.clock.advance(SETTLED - 0.01)
        self.assertEqual(0, self.told)
        self.clock.advance(SPREAD + 0.01)
        self.assertEqual(1, self.told)

    def test_recorded(self) -> None:
        """What a real kernel said is understood: two addresses, each news once."""
        for said in map(bytes.fromhex, RECORDED):
            self.assertEqual([1, 0], [self.hear(said), self.hear(said)])

    def test_spread(self) -> None:
        """Clients that hear of the same change do not come back in the same moment."""
        clock, at = Clock(), []
        for seed in range(50):
            heard = Network(clock, Random(seed), lambda: at.append(clock.seconds()))
            heard.heard(address(NEW_ADDRESS, 2, HERE))
        for _ in range(40):
            clock.advance(0.1)
        self.assertEqual(50, len(at))
        self.assertTrue(min(at) >= SETTLED and max(at) - min(at) > SPREAD / 2, at)

    def test_any_bytes(self) -> None:
        """Whatever is heard is harmless."""
        said = bytes.fromhex(RECORDED[0])
        for end in range(len(said)):
            self.network.heard(said[:end])
            self.network.heard(said[:end] + b"\xff" * 8)
            self.network.heard(struct.pack("=I", end) + said[4:])
        self.network.heard(Random(1).randbytes(4096))

    def test_closed(self) -> None:
        """Nothing is told any more when nobody listens."""
        self.network.heard(address(NEW_ADDRESS, 2, HERE))
        self.network.close()
        self.assertEqual(0, self.hear())

    def test_nowhere(self) -> None:
        """Where there is nothing to listen to, nothing happens."""
        network.listen(Clock(), Random(1), self.changed)()


class LinkTests(FakeCase):
    """What the link does."""

    def come_in_to(self) -> tuple[Client, FakeServer]:
        """Have a client logged in; give it and its server."""
        client = self.client()
        self.come_in(client)
        return client, self.server

    def test_alive(self) -> None:
        """A link that looks alive is not dropped: the server is asked, and given up if it does not answer."""
        client, server = self.come_in_to()
        news = Network(self.clock, Random(1), client.link.woke)
        news.heard(address(NEW_ADDRESS, 2, HERE))
        self.net.wait(SETTLED + SPREAD)
        self.assertEqual(["PING"], server.asked("PING"))
        self.assertEqual((LinkState.ONLINE, 1), (client.link.state, self.net.attempts))

    def test_lost(self) -> None:
        """A link that waits, or that tries on the network before, tries at once."""
        client, server = self.come_in_to()
        news = Network(self.clock, Random(1), client.link.woke)
        server.say("* BYE stopping retry-after=300 :Back soon.")
        server.transport.loseConnection()  # type: ignore[union-attr]
        self.net.wait(1)
        self.assertEqual((LinkState.WAITING, 1), (client.link.state, self.net.attempts))
        self.net.silent = True
        news.heard(address(NEW_ADDRESS, 2, HERE))
        self.net.wait(SETTLED + SPREAD)
        self.assertEqual((LinkState.CONNECTING, 2), (client.link.state, self.net.attempts))
        self.net.silent = False
        news.heard(address(NEW_ADDRESS, 2, THERE))
        self.net.wait(SETTLED + SPREAD)
        self.assertEqual(3, self.net.attempts)
        self.assertTrue(self.servers[-1].heard[0].startswith("LOGIN alice"))
