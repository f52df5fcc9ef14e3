"""What counts as one source."""

from __future__ import annotations

from dataclasses import replace

from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.trial.unittest import SynchronousTestCase

from imserver.bounds import Bounds
from imserver.sources import source_of

LOOPBACK_TOO = replace(Bounds(), loopback_sources=True)


class SourceTests(SynchronousTestCase):
    def test_sources(self) -> None:
        """An IPv4 address is one source, however it is written, and so is the /64 of an IPv6 address."""
        for host, source in {
            "192.0.2.7": "192.0.2.7",
            "::ffff:192.0.2.7": "192.0.2.7",
            "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
            "2001:db8:1:2:ffff::": "2001:db8:1:2::/64",
            "2001:db8:1:3::1": "2001:db8:1:3::/64",
            "fe80::1%eth0": "fe80::/64",
        }.items():
            kind = IPv6Address if ":" in host else IPv4Address
            self.assertEqual(source_of(kind("TCP", host, 40000), Bounds()), source)

    def test_this_machine(self) -> None:
        """Its own addresses are not counted, unless the limit loopback-sources is on."""
        for host, source in {
            "127.0.0.1": "127.0.0.1",
            "127.9.9.9": "127.9.9.9",
            "::ffff:127.0.0.1": "127.0.0.1",
        }.items():
            peer = IPv4Address("TCP", host, 40000)
            self.assertEqual((source_of(peer, Bounds()), source_of(peer, LOOPBACK_TOO)), (None, source))
        self.assertIsNone(source_of(IPv6Address("TCP", "::1", 40000), Bounds()))
        self.assertEqual(source_of(IPv6Address("TCP", "::1", 40000), LOOPBACK_TOO), "::/64")

    def test_no_address(self) -> None:
        """What comes over a socket of the file system, or from nowhere, is not counted."""
        for peer in (UNIXAddress(b"/run/im"), None, IPv4Address("TCP", "not an address", 1)):
            self.assertIsNone(source_of(peer, LOOPBACK_TOO))
