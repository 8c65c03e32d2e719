"""Rules over one network event of the kernel: is it an attempt to get out?"""

import ipaddress
import re
from collections.abc import Mapping

from seatrial.core.canonical import Json

_OUTWARD_BY_KIND = frozenset({"vsock", "packet", "bluetooth", "can", "tipc", "xdp"})
"""Socket families with no use inside a sealed sandbox: making one is an attempt."""

_INTERNET = frozenset({"inet", "inet6"})
_ADDRESSED = frozenset({"connect", "sendto", "sendmsg", "sendmmsg"})
_NUMBERS = {2: "inet", 10: "inet6", 17: "packet", 29: "can", 30: "tipc", 31: "bluetooth",
            40: "vsock", 44: "xdp"}  # fmt: skip
_HOST = re.compile(r"\[?([0-9A-Fa-f:.]+?)\]?(?:[:/ ]\d+)?")


def is_outward(facts: Mapping[str, Json]) -> bool:
    """Tell whether a NETWORK entry shows an attempt to leave the sandbox.

    No attempt: local sockets, netlink (as used for user look-ups), loopback, binding, and an
    internet socket that is made and never aimed at anything.
    """
    family = _family(facts.get("family"))
    if family in _OUTWARD_BY_KIND:
        return True
    if family not in _INTERNET:
        return False
    if str(facts.get("type", "")).lower().removeprefix("sock_") == "raw":
        return True
    call = str(facts.get("call", "connect")).lower()
    if call not in _ADDRESSED:
        return False
    address = _address(facts.get("address"))
    return address is not None and not _stays_inside(address)


def _family(value: Json) -> str:
    if isinstance(value, int):
        return _NUMBERS.get(value, str(value))
    return str(value).lower().removeprefix("af_").removeprefix("pf_")


def _address(value: Json) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    if isinstance(value, Mapping):
        value = value.get("host", value.get("ip", value.get("address")))
    if not isinstance(value, str):
        return None
    # A bare IPv6 address first: its last group looks like a port.
    match = _HOST.fullmatch(value)
    for text in (value, match[1] if match else ""):
        try:
            return ipaddress.ip_address(text)
        except ValueError:
            continue
    return None


def _stays_inside(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    real = mapped or address
    # Connecting to 0.0.0.0 or :: reaches the sender itself on Linux.
    return real.is_loopback or real.is_unspecified
