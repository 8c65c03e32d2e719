"""Socket addresses and families as the kernel lays them out, for people and detectors."""

import contextlib
import ipaddress
import socket
import struct
from collections.abc import Callable, Mapping

from seatrial.core.canonical import Json
from seatrial.core.raw_text import raw_to_json

_FAMILIES: dict[int, str] = {
    **{
        int(value): name.removeprefix("AF_").lower()
        for name, value in vars(socket).items()
        if name.startswith("AF_")
    },
    16: "netlink",  # AF_ROUTE is the same number
    # Python has no name for these; numbers from <linux/socket.h>.
    3: "ax25",
    24: "pppox",
    28: "mpls",
    30: "tipc",
    31: "bluetooth",
    33: "rxrpc",
    41: "kcm",
    42: "qipcrtr",
    43: "smc",
    44: "xdp",
    45: "mctp",
}


def family_name(number: int | None) -> Json:
    """Name an address family (`inet`, `vsock`, ...), or give its number when it has no name."""
    if number is None:
        return None
    return _FAMILIES.get(number, number)


def address_facts(address: bytes) -> Json:
    """Describe a sockaddr.

    Returns: `{"ip", "port"}`, `{"path"}`, `{"abstract"}`, `{"cid", "port"}`,
        `{"pid", "groups"}`, or `{"hex"}` with the bytes of what we do not decode, cut-off
        addresses among them; None for no bytes.
    """
    if not address:
        return None
    if len(address) >= struct.calcsize("=H"):
        (family,) = struct.unpack_from("=H", address)
        decode = _DECODERS.get(family)
        with contextlib.suppress(struct.error):  # too short for its family
            if decode:
                return decode(address[2:])
    return {"hex": address.hex()}


def _inet(rest: bytes) -> Json:
    port, ip = struct.unpack_from("!H4s", rest)
    return {"ip": str(ipaddress.IPv4Address(ip)), "port": port}


def _inet6(rest: bytes) -> Json:
    port, _, ip = struct.unpack_from("!HI16s", rest)
    return {"ip": str(ipaddress.IPv6Address(ip)), "port": port}


def _vsock(rest: bytes) -> Json:
    _, port, cid = struct.unpack_from("=HII", rest)
    return {"cid": cid, "port": port}


def _netlink(rest: bytes) -> Json:
    _, pid, groups = struct.unpack_from("=HII", rest)
    return {"groups": groups, "pid": pid}


def _unix(path: bytes) -> Json:
    if not path:
        return {"path": ""}  # an unnamed socket: bind to it picks an abstract name
    if path.startswith(b"\0"):
        return {"abstract": raw_to_json(path[1:])}
    return {"path": raw_to_json(path.split(b"\0", 1)[0])}


_DECODERS: Mapping[int, Callable[[bytes], Json]] = {
    1: _unix,
    2: _inet,
    10: _inet6,
    16: _netlink,
    40: _vsock,
}
