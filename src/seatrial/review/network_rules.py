"""Rules over one network event of the kernel: is it an attempt to get out?"""

import ipaddress
from collections.abc import Mapping

from seatrial.core.canonical import Json

_OUTWARD_BY_KIND = frozenset({"vsock", "packet", "bluetooth", "can", "tipc", "xdp"})
"""Socket families with no use inside a sealed sandbox: making one is an attempt."""

_INTERNET = frozenset({"inet", "inet6"})


def is_outward(facts: Mapping[str, Json]) -> bool:
    """Tell whether the facts of a NETWORK entry show an attempt to leave the sandbox.

    No attempt: local sockets, netlink (as used for user look-ups), loopback, binding, and an
    internet socket that is made and never aimed at anything. Raw internet sockets are one.
    """
    family = facts.get("family")
    if family in _OUTWARD_BY_KIND:
        return True
    if family not in _INTERNET or facts.get("call") == "bind":
        return False
    if facts.get("type") == "raw":
        return True
    address = facts.get("address")
    ip = address.get("ip") if isinstance(address, Mapping) else None
    return isinstance(ip, str) and not _stays_inside(ip)


def _stays_inside(ip: str) -> bool:
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    real = mapped or address
    # On Linux a connection to 0.0.0.0 or :: reaches the sender itself.
    return real.is_loopback or real.is_unspecified
