"""The few route netlink requests a private network needs. Source: rtnetlink(7)."""

import ctypes
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

_ACK, _REQUEST, _CREATE, _EXCLUSIVE = 0x004, 0x001, 0x400, 0x200
_NEW_LINK, _NEW_ADDRESS, _ERROR = 16, 20, 2
_NAME, _MASTER, _INFO, _NAMESPACE = 3, 10, 18, 28  # IFLA_*
_KIND, _DATA, _PEER = 1, 2, 1  # IFLA_INFO_KIND, IFLA_INFO_DATA, VETH_INFO_PEER
_LOCAL, _ADDRESS = 2, 1  # IFA_*
_UP = 1
_HEADER = 16

CLONE_NEWNET = 0x40000000

_libc = ctypes.CDLL(None, use_errno=True)


def _attribute(kind: int, content: bytes) -> bytes:
    padding = -len(content) % 4
    return struct.pack("=HH", 4 + len(content), kind) + content + b"\0" * padding


def _link(index: int, flags: int = _UP) -> bytes:
    return struct.pack("=BxHiII", socket.AF_UNSPEC, 0, index, flags, flags)


def bridge(name: str, index: int) -> tuple[int, bytes]:
    """Ask for a bridge that is up."""
    info = _attribute(_KIND, b"bridge")
    body = _link(index) + _attribute(_NAME, name.encode() + b"\0") + _attribute(_INFO, info)
    return _NEW_LINK, body


def veth(
    name: str, index: int, *, master: int, peer: str, peer_index: int, namespace: int
) -> tuple[int, bytes]:
    """Ask for a cable: one end in the bridge `master`, the other in `namespace` (descriptor)."""
    # Not up yet: an end of a cable cannot come up before the other exists.
    other = (
        _link(peer_index, 0)
        + _attribute(_NAME, peer.encode() + b"\0")
        + _attribute(_NAMESPACE, struct.pack("=I", namespace))
    )
    info = _attribute(_KIND, b"veth") + _attribute(_DATA, _attribute(_PEER, other))
    body = (
        _link(index)
        + _attribute(_NAME, name.encode() + b"\0")
        + _attribute(_MASTER, struct.pack("=I", master))
        + _attribute(_INFO, info)
    )
    return _NEW_LINK, body


def up(index: int) -> tuple[int, bytes]:
    """Ask to bring an interface up."""
    return _NEW_LINK, _link(index)


def address(index: int, ipv4: str, prefix: int) -> tuple[int, bytes]:
    """Ask for an address on an interface."""
    packed = socket.inet_aton(ipv4)
    body = struct.pack("=BBBBI", socket.AF_INET, prefix, 0, 0, index)
    return _NEW_ADDRESS, body + _attribute(_LOCAL, packed) + _attribute(_ADDRESS, packed)


def request(netlink: socket.socket, kind: int, body: bytes) -> None:
    """Send one request and wait for the kernel's answer. Raises: OSError as it says."""
    create = 0 if kind == _NEW_LINK and len(body) == len(_link(0)) else _CREATE | _EXCLUSIVE
    flags = _REQUEST | _ACK | create
    netlink.send(struct.pack("=IHHII", _HEADER + len(body), kind, flags, 1, 0) + body)
    answer = netlink.recv(65536)
    _, answered, _, _, _ = struct.unpack_from("=IHHII", answer)
    if answered != _ERROR:
        raise OSError(f"netlink answered with message {answered}")
    error: int = -struct.unpack_from("=i", answer, _HEADER)[0]
    if error:
        raise OSError(error, os.strerror(error))


@contextmanager
def _back_home() -> Iterator[None]:
    """Return this thread to its network namespace afterwards."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield
    finally:
        _checked(_libc.setns(home, CLONE_NEWNET))
        os.close(home)


def socket_in(namespace: int) -> socket.socket:
    """Open a netlink socket that stays in another network namespace (descriptor)."""
    with _back_home():
        _checked(_libc.setns(namespace, CLONE_NEWNET))
        return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)


def new_namespace() -> int:
    """Make an empty network namespace that lives as long as its descriptor, and its members."""
    with _back_home():
        _checked(_libc.unshare(CLONE_NEWNET))
        return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


def _checked(result: int) -> None:
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
