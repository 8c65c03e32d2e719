"""Private networks: sandboxes of one sample on a bridge that leads nowhere else.

The bridge lies in a network namespace that only the harness holds, by a descriptor. Nothing
shows in the host's own network, and when the harness ends, however it ends, the namespace
and every cable go with it. Nobody inside has CAP_NET_ADMIN.
"""

import os
from dataclasses import dataclass, field

from seatrial.core.problem import UnavailableError
from seatrial.testbed import netlink

_BRIDGE_INDEX = 2
_FIRST_PORT = 10
_MEMBER_INDEX = 2
_PREFIX = 24
_MOST_MEMBERS = 254


@dataclass(slots=True, kw_only=True)
class _Network:
    namespace: int
    joined: int = 0
    members: set[str] = field(default_factory=set)


class Networks:
    """The private networks of a testbed's live sandboxes, by name."""

    def __init__(self) -> None:
        self._networks: dict[str, _Network] = {}

    def join(self, name: str, member: str, init: int) -> str:
        """Connect a sandbox to a network, making that when it is the first.

        member: the sandbox's id. init: pid of its first process.
        Returns: its address; 10.99.0.1, then .2 and so on, in order of joining.
        Raises: UnavailableError when the kernel lacks bridges or veth, or 254 have joined.
        """
        try:
            network = self._networks.get(name) or self._make(name)
            network.joined += 1
            if network.joined > _MOST_MEMBERS:
                raise UnavailableError(
                    f"More than {_MOST_MEMBERS} sandboxes joined one network.",
                    "Split the sample's sandboxes over several networks.",
                )
            network.members.add(member)
            return self._connect(network, init)
        except OSError as error:
            self.leave(name, member)
            raise UnavailableError(
                f"A private network could not be made: {error}.",
                "Load the kernel modules bridge and veth.",
            ) from error

    def leave(self, name: str, member: str) -> None:
        """Forget a sandbox; the network goes with its last."""
        network = self._networks.get(name)
        if network is None:
            return
        network.members.discard(member)
        if not network.members:
            os.close(network.namespace)
            del self._networks[name]

    def _make(self, name: str) -> _Network:
        namespace = netlink.new_namespace()
        network = self._networks[name] = _Network(namespace=namespace)
        with netlink.socket_in(namespace) as route:
            netlink.request(route, *netlink.bridge("br0", _BRIDGE_INDEX))
        return network

    def _connect(self, network: _Network, init: int) -> str:
        number = network.joined
        ipv4 = f"10.99.0.{number}"
        inside = os.open(f"/proc/{init}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            with netlink.socket_in(network.namespace) as route:
                cable = netlink.veth(
                    f"p{number}",
                    _FIRST_PORT + number,
                    master=_BRIDGE_INDEX,
                    peer="eth0",
                    peer_index=_MEMBER_INDEX,
                    namespace=inside,
                )
                netlink.request(route, *cable)
            with netlink.socket_in(inside) as route:
                netlink.request(route, *netlink.up(_MEMBER_INDEX))
                netlink.request(route, *netlink.address(_MEMBER_INDEX, ipv4, _PREFIX))
        finally:
            os.close(inside)
        return ipv4
