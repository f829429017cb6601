"""What counts as one address."""

from __future__ import annotations

from ipaddress import ip_address, ip_network


def origin(address: str) -> str:
    """What counts as one address: whoever has one of IPv6 has the 2**64 of its network, and
    whoever is on this machine has all of 127.0.0.0/8.
    """
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 4:
        return "127.0.0.1" if parsed.is_loopback else address
    return str(ip_network((parsed, 64), strict=False))
