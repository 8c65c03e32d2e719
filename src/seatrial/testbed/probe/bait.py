"""What the harness puts out on the host for the probe to try to reach."""

import fcntl
import secrets
import socket
import struct
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

_SIOCGIFADDR = 0x8915  # linux/sockios.h
_NAME_BYTES = 16  # IFNAMSIZ
_REQUEST_BYTES = 40  # sizeof(struct ifreq)
_LINK_LOCAL = "fe80"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bait:
    """Addresses of this host with a port that listens by TCP and UDP, and an abstract socket."""

    addresses: tuple[tuple[str, int], ...]
    abstract_name: str


@contextmanager
def host_bait() -> Iterator[Bait]:
    """Listen on every address of this host, and on an abstract socket, for a moment.

    Nothing is accepted or answered: that a connection is made is all the probe looks for.
    An address that cannot be bound is tried at a port where nobody listens, for its route.
    """
    with ExitStack() as stack:
        name = f"seatrial-{secrets.token_hex(8)}"
        unix = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        unix.bind(f"\0{name}")
        unix.listen(8)
        addresses = tuple((address, _listen(stack, address)) for address in host_addresses())
        yield Bait(addresses=addresses, abstract_name=name)


def host_addresses() -> tuple[str, ...]:
    """List the addresses of this network namespace, without link-local ones."""
    found = {"127.0.0.1": None, "::1": None}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in socket.if_nameindex():
            request = struct.pack(f"{_REQUEST_BYTES}s", name.encode()[: _NAME_BYTES - 1])
            try:
                answer = fcntl.ioctl(probe.fileno(), _SIOCGIFADDR, request)
            except OSError:
                continue  # an interface without an IPv4 address
            start = _NAME_BYTES + 4
            found[socket.inet_ntoa(answer[start : start + 4])] = None
    table = Path("/proc/net/if_inet6")
    for line in table.read_text().splitlines() if table.exists() else ():
        digits = line.split()[0]
        if not digits.startswith(_LINK_LOCAL):
            found[socket.inet_ntop(socket.AF_INET6, bytes.fromhex(digits))] = None
    return tuple(found)


def _listen(stack: ExitStack, address: str) -> int:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        tcp = stack.enter_context(socket.socket(family, socket.SOCK_STREAM))
        tcp.bind((address, 0))
        tcp.listen(8)
        port: int = tcp.getsockname()[1]
        udp = stack.enter_context(socket.socket(family, socket.SOCK_DGRAM))
        udp.bind((address, port))
    except OSError:
        return 9  # discard: a route to the address still counts
    return port
