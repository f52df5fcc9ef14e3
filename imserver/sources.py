"""Where a connection comes from, as far as anything is counted by it."""

from __future__ import annotations

from ipaddress import IPv6Address, IPv6Network, ip_address

from .bounds import Bounds

#: One customer of a provider has a network of this size: as many addresses as the whole of IPv4, squared.
IPV6_PREFIX = 64


def source_of(peer: object, bounds: Bounds) -> str | None:
    """Name the source of a peer: its IPv4 address, or its IPv6 /64; None: nothing is counted for it.

    What comes over a socket of this machine's file system has none; its own addresses have one only
    if the limit ``loopback-sources`` is on.
    """
    host = getattr(peer, "host", None)
    if not isinstance(host, str):
        return None
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    if address.is_loopback and not bounds.loopback_sources:
        return None
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, IPV6_PREFIX), strict=False))
    return str(address)
