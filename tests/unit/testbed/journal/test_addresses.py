"""Socket addresses for people and detectors."""

import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.core.canonical import Json, canonical_json
from seatrial.testbed.journal.addresses import address_facts, family_name

INET = struct.pack("=H", socket.AF_INET)
INET6 = struct.pack("=H", socket.AF_INET6)


@pytest.mark.parametrize(
    ("address", "facts"),
    [
        (b"", None),
        (b"\x01", {"hex": "01"}),
        (
            INET + struct.pack("!H", 53) + socket.inet_aton("1.2.3.4") + bytes(8),
            {"ip": "1.2.3.4", "port": 53},
        ),
        (INET + struct.pack("!H", 53) + b"\x01\x02", {"hex": "020000350102"}),
        (
            INET6 + struct.pack("!HI", 443, 7) + socket.inet_pton(socket.AF_INET6, "fe80::1"),
            {"ip": "fe80::1", "port": 443},
        ),
        (b"\x01\x00/run/x\0garbage", {"path": "/run/x"}),
        (b"\x01\x00/run/\xff\0", {"path": {"base64": "L3J1bi//"}}),
        (b"\x01\x00\0name\0with\0zeros", {"abstract": "name\0with\0zeros"}),
        (b"\x01\x00", {"path": ""}),
        (struct.pack("=HHII", 40, 0, 1024, 2), {"cid": 2, "port": 1024}),
        (struct.pack("=HHII", 16, 0, 12, 5), {"groups": 5, "pid": 12}),
        (struct.pack("=HI", 30, 1), {"hex": "1e0001000000"}),
    ],
)
def test_addresses(address: bytes, facts: Json) -> None:
    assert address_facts(address) == facts


@given(st.binary(max_size=128))
def test_any_bytes_can_be_written_down(address: bytes) -> None:
    assert canonical_json(address_facts(address))


@given(st.sampled_from([1, 2, 10, 16, 40]), st.binary(max_size=126))
def test_any_address_of_a_known_family_can_be_written_down(family: int, rest: bytes) -> None:
    assert canonical_json(address_facts(struct.pack("=H", family) + rest))


def test_families_have_names_where_there_are_any() -> None:
    assert [family_name(number) for number in (1, 2, 10, 16, 17, 38, 40, 44, 99, None)] == [
        *("unix", "inet", "inet6", "netlink", "packet", "alg", "vsock", "xdp", 99, None),
    ]
