"""The probe's checks, by name, and what each tries."""

from collections.abc import Mapping
from types import MappingProxyType

CHECKS: Mapping[str, str] = MappingProxyType(
    {
        "dns": "a route to a name server, or one that answers",
        "tcp": "a TCP connection to an address of the host",
        "udp": "a route or a UDP packet to the host, or a route to documentation addresses",
        "icmp": "a ping to the host, by raw and by ping sockets",
        "ipv6": "an IPv6 route or connection",
        "interfaces": "a network interface that should not be there",
        "raw_packets": "raw packets on such an interface",
        "abstract_socket": "an abstract unix socket of the host",
        "host_loopback": "a service on the host's loopback addresses",
        "metadata": "a route to a cloud's metadata addresses",
        "neighbour_network": "a neighbouring sandbox's sockets",
        "vsock": "an AF_VSOCK socket, also by the 32-bit calls",
        "socket_families": "a socket of any other family, also by the 32-bit calls",
        "io_uring": "io_uring, by the 64-bit, x32 and 32-bit calls",
        "bpf": "bpf, also by the 32-bit call",
        "userfaultfd": "userfaultfd, also by the 32-bit call",
        "perf": "perf_event_open, also by the 32-bit call",
        "keyrings": "the kernel's keyrings, also by the 32-bit calls",
        "user_namespace": "a new user namespace, also by the 32-bit call",
        "mounting": "mounting a file system, also by the 32-bit call",
        "mounts": "a mounted file system that is not the sandbox's own",
        "host_devices": "a device beyond the usual ones, found or made",
        "kernel_settings": "writing settings of the shared kernel",
        "control_groups": "writing control group files",
        "kernel_memory": "reading kernel memory, keys or addresses",
        "engine_sockets": "sockets or state of container engines and the host's services",
        "proxies": "a proxy named in the environment",
        "package_mirrors": "a proxy or mirror named in a package manager's settings",
        "host_processes": "a process of another user namespace",
        "descriptors": "an open file of the harness's that a program starts with",
        "host_ids": "ids of the host's own users, its root above all",
        "unfiltered_processes": "a process whose calls pass no filter",
        "earlier_sandbox": "a marker that an earlier sandbox left",
        "neighbour_storage": "a marker that a neighbouring sandbox holds",
        "neighbour_processes": "a process of a neighbouring sandbox",
        "host_environment": "a variable of the harness's own environment",
    }
)
"""Every check of a whole probe; a report lacks none of them."""

SHARED_KERNEL = frozenset(
    {
        "io_uring",
        "bpf",
        "userfaultfd",
        "perf",
        "keyrings",
        "user_namespace",
        "mounting",
        "kernel_settings",
        "control_groups",
        "host_ids",
        "unfiltered_processes",
    }
)
"""Checks of the kernel that the host shares: no reach where a runtime brings its own."""

HOST_ENVIRONMENT = "host_environment"
"""The one check made by the harness, on the environment that the program tells."""
