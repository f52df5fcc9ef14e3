"""Which ports a server takes, and what it says of those it does not."""

from __future__ import annotations

import errno
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

from OpenSSL import SSL
from twisted.internet.interfaces import IProtocolFactory
from twisted.internet.protocol import Factory, Protocol
from twisted.trial.unittest import SynchronousTestCase

from improtocol.invite import Invite, parse
from imserver.cannot_start import CannotStart
from imserver.certificate import Papers
from imserver.listening import HERE, Door, described, entrance, listen, place, ways_in

from .harbour import Harbour

PIN = "ab" * 32
CLEAR, TLS = Protocol, type("TLS", (Protocol,), {})


def papers(*names: str, self_signed: bool = True) -> Papers:
    """Make up what a certificate says."""
    return Papers(SSL.Context(SSL.TLS_METHOD), PIN, names, datetime(2030, 1, 1, tzinfo=UTC), self_signed)


def encrypt(factory: IProtocolFactory) -> IProtocolFactory:
    """Put another protocol in the place of TLS."""
    return Factory.forProtocol(TLS)


class ListenCase(SynchronousTestCase):
    """Ports in memory."""

    def setUp(self) -> None:
        self.reactor = Harbour()

    def listen(self, description: str, *, clear_outside: bool = False) -> Door:
        factory = Factory.forProtocol(CLEAR)
        return listen(self.reactor, description, factory, encrypt, clear_outside=clear_outside)

    def spoken(self, description: str, **keys: bool) -> Any:
        """Say what somebody who connects there speaks with."""
        door = self.listen(description, **keys)
        protocol = self.reactor.ports[-1].factory.buildProtocol(None)
        protocol = getattr(protocol, "_connection", protocol)  # of a proxy
        self.assertEqual(type(protocol) is TLS, door.encrypted)
        return type(protocol)

    def refused(self, description: str) -> str:
        return str(self.assertRaises(CannotStart, self.listen, description))


class ListenTests(ListenCase):
    """Who is let in, and how."""

    def test_here(self) -> None:
        """Without a word it is port 12000 of this machine."""
        self.assertEqual("127.0.0.1 port 12000", place(self.listen(HERE).port))

    def test_ways_in(self) -> None:
        """It says the very lines that lead in; through a Unix socket there is only nc."""
        self.assertEqual(
            ["nc 127.0.0.1 12001", "imclient 127.0.0.1 12001"],
            [way for _, way in ways_in(self.listen("tcp:12001:interface=127.0.0.1"), None)],
        )
        door = self.listen("unix:/run/door")
        self.assertEqual(["nc -U /run/door"], [way for _, way in ways_in(door, None)])
        self.assertEqual("the socket /run/door", place(door.port))
        self.assertEqual(
            ["openssl s_client -quiet -connect [fd00::1]:5", "imclient 'imserver://[fd00::1]:5/'"],
            [way for _, way in ways_in(self.listen("tcp6:5:interface=fd00\\:\\:1"), Invite("fd00::1", 5))],
        )

    def test_every_loopback(self) -> None:
        """What only this machine can reach is in clear."""
        for description in (
            "tcp:1:interface=127.8.9.10",
            "tcp6:1:interface=\\:\\:1",
            "tcp6:1:interface=\\:\\:ffff\\:127.0.0.1",
            "tcp:1:interface=127.0.0.1:backlog=7",
            "unix:/run/door",
        ):
            self.assertIs(CLEAR, self.spoken(description), description)
            self.assertIn("(this machine alone)", described(self.listen(description)))

    def test_beyond(self) -> None:
        """What others can reach is TLS, from the first byte (promise C7)."""
        for description in (
            "tcp:1",
            "tcp:1:interface=0.0.0.0",
            "tcp:1:interface=192.0.2.1",
            "tcp6:1:interface=\\:\\:",
            "tcp6:1:interface=fe80\\:\\:1%eth0",
            "tcp6:1:interface=\\:\\:ffff\\:10.0.0.1",
            "ssl:1",
        ):
            self.assertIs(TLS, self.spoken(description), description)
            self.assertIn("(other machines, by TLS)", described(self.listen(description)))

    def test_by_name(self) -> None:
        """Only who says so by name lets others in without it, and is told so loudly."""
        self.assertIs(CLEAR, self.spoken("tcp:1", clear_outside=True))
        self.assertIn("IN CLEAR", described(self.listen("tcp:1", clear_outside=True)))
        self.assertIs(TLS, self.spoken("ssl:1", clear_outside=True))

    def test_tls_here(self) -> None:
        """Who wants TLS on this machine has it."""
        self.assertIs(TLS, self.spoken("ssl:1:interface=127.0.0.1"))

    def test_proxy(self) -> None:
        """Who comes through a proxy comes from outside; one that anybody may be is not believed."""
        self.assertIs(TLS, self.spoken("haproxy:tcp:1:interface=127.0.0.1"))
        self.assertIs(TLS, self.spoken("haproxy:unix:/run/door"))
        self.assertIs(CLEAR, self.spoken("haproxy:tcp:1:interface=127.0.0.1", clear_outside=True))
        self.assertIn("would believe anybody", self.refused("haproxy:tcp:1"))
        self.assertFalse(self.reactor.ports[-1].open)

    def test_certificates_of_their_own(self) -> None:
        """A certificate is given for all ports at once: the fingerprint that is told is the one shown."""
        for description in ("ssl:1:privateKey=a.pem", "ssl:1:certKey=a.pem", "tls:/etc/pems:1"):
            self.assertIn("with --certificate and --key", self.refused(description))

    def test_taken(self) -> None:
        """A port of somebody else's is told with what to do, one for root with another thing to do."""
        self.reactor.taken = {7: errno.EADDRINUSE, 8: errno.EACCES, 9: errno.EADDRNOTAVAIL}
        said = [self.refused(f"tcp:{port}:interface=127.0.0.1") for port in (7, 8, 9)]
        self.assertIn("Address already in use. Is another server running?", said[0])
        self.assertIn("Permission denied. A port below 1024 is for root", said[1])
        self.assertEqual(
            "imserver: Cannot listen on tcp:9:interface=127.0.0.1: Cannot assign requested address.", said[2]
        )

    def test_nonsense(self) -> None:
        """What is no endpoint is named, with one that is; no traceback, whatever it was."""
        for description in ("", "nonsense:1", "tcp", "tcp:one", "tcp:1:colour=red", "ssl:1:privateKey=/none"):
            sentence = self.refused(description)
            self.assertIn(HERE, sentence)
            self.assertTrue(sentence.endswith("."), sentence)


class EntranceTests(ListenCase):
    """What an invite says of this server."""

    def told(self, *descriptions: str, shows: Papers | None = None, address: str | None = None) -> str:
        doors = [self.listen(description) for description in descriptions]
        return str(entrance(doors, shows or papers(), address))

    def test_own(self) -> None:
        """A certificate of one's own is known by its fingerprint, at the address that is bound."""
        self.assertEqual(f"imserver://192.0.2.7:5/#sha256:{PIN}", self.told("tcp:5:interface=192.0.2.7"))

    def test_the_farthest(self) -> None:
        """Of several ports it names the one that others can reach."""
        two = ("tcp:5:interface=127.0.0.1", "tcp:6:interface=192.0.2.7")
        self.assertEqual(f"imserver://192.0.2.7:6/#sha256:{PIN}", self.told(*two))
        self.assertEqual("imserver://127.0.0.1:5/", self.told(*two[:1]))

    def test_zone(self) -> None:
        """The zone of an address is this machine's own affair."""
        self.assertEqual("fe80::1", parse(self.told("tcp6:5:interface=fe80\\:\\:1%eth0")).host)

    def test_vouched_for(self) -> None:
        """One that others vouch for needs no fingerprint, and is known by its name."""
        shows = papers("lab.example", "www.lab.example", self_signed=False)
        self.assertEqual("imserver://lab.example:5/", self.told("tcp:5", shows=shows))

    def test_every_address(self) -> None:
        """A port that is bound to all addresses is told by one that others can use."""
        host = parse(self.told("tcp:5")).host
        self.assertNotIn(host, ("0.0.0.0", ""))
        if host[0].isdigit():
            self.assertFalse(ip_address(host).is_unspecified)

    def test_address(self) -> None:
        """The operator knows better how others call this machine."""
        for address, expected in (
            ("lab.example", "lab.example:5"),
            ("lab.example:443", "lab.example:443"),
            ("[fd00::1]:443", "[fd00::1]:443"),
            ("[fd00::1]", "[fd00::1]:5"),
        ):
            self.assertEqual(
                f"imserver://{expected}/#sha256:{PIN}", self.told("tcp:5", address=address), address
            )
        for address in ("", ":5", "lab:x", "lab:²"):
            if address:
                self.assertRaises(CannotStart, self.told, "tcp:5", address=address)

    def test_socket_only(self) -> None:
        """A Unix socket cannot be told to anybody else."""
        self.assertIsNone(entrance([self.listen("unix:/run/door")], None, None))
