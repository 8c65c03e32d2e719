"""The recorder's frames, read whole or in pieces."""

import itertools
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.testbed.journal.frames import (
    Abi,
    Actor,
    Call,
    Counts,
    NetworkAttempt,
    NetworkFlag,
    ProcessFlag,
    ProcessStart,
    Ready,
    take_frames,
)

WHO = Actor(pid=5, ppid=4, host_pid=105, host_tid=106, uid=300_000, euid=300_001)
ACTOR = struct.pack("=6I", 5, 4, 105, 106, 300_000, 300_001)


def frame(type_: int, body: bytes, *, token: int = 9, kernel_ns: int = 77) -> bytes:
    return struct.pack("=4IQ", 24 + len(body), type_, token, 0, kernel_ns) + body


PROCESS = frame(
    1,
    ACTOR
    + struct.pack("=6I2Q", 1, 2, 7, 5, 4, 6, 6, 2**40)
    + b"/bin/shshellbase"
    + b"a\0b\xff\0\0",
)
NETWORK = frame(
    2,
    ACTOR
    + struct.pack("=q3Ii6I", -111, 1 | 2, 3, 1, 8, 2, 2**32 - 1, 2**32 - 1, 0, 16, 4)
    + b"abcd".ljust(128, b"\0")
    + b"abce".ljust(128, b"\0"),
)
COUNTS = frame(3, struct.pack("=5Q", 10, 1, 20, 2, 3))
DRAINED = frame(4, struct.pack("=5Q", 0, 0, 0, 0, 0))
READY = frame(5, struct.pack("=2I", 1, 1))


def test_a_program_start() -> None:
    assert take_frames(bytearray(PROCESS)) == [
        ProcessStart(
            token=9,
            kernel_ns=77,
            who=WHO,
            flags=ProcessFlag.ARGV_UNREADABLE,
            argc=2,
            filename=b"/bin/sh",
            interpreter=b"shell",
            executable=b"base",
            argv=b"a\0b\xff\0\0",
            argv_total=6,
            inode=2**40,
        )
    ]


def test_a_network_attempt() -> None:
    assert take_frames(bytearray(NETWORK)) == [
        NetworkAttempt(
            token=9,
            kernel_ns=77,
            who=WHO,
            result=-111,
            flags=NetworkFlag.KERNEL_COPY | NetworkFlag.CHANGED,
            call=Call.CONNECT,
            abi=Abi.I386,
            fd=8,
            family=2,
            socket_type=None,
            protocol=None,
            messages=0,
            address_claim=16,
            address=b"abcd",
            address_after=b"abce",
        )
    ]


def test_counters_and_readiness() -> None:
    told, answered, ready = take_frames(bytearray(COUNTS + DRAINED + READY))

    assert told == Counts(
        token=9,
        answer=False,
        process_seen=10,
        process_lost=1,
        network_seen=20,
        network_lost=2,
        machine_missed=3,
    )
    assert isinstance(answered, Counts)
    assert answered.answer
    assert ready == Ready(protocol=1, kernel_copy=True)


@given(st.lists(st.integers(0, len(PROCESS + NETWORK + COUNTS)), max_size=6))
def test_pieces_give_the_same_frames(cuts: list[int]) -> None:
    stream = PROCESS + NETWORK + COUNTS
    edges = [0, *sorted(cuts), len(stream)]
    buffer = bytearray()
    got = []
    for start, end in itertools.pairwise(edges):
        buffer += stream[start:end]
        got += take_frames(buffer)

    assert got == take_frames(bytearray(stream))
    assert not buffer


@pytest.mark.parametrize(
    "stream",
    [
        struct.pack("=4IQ", 23, 5, 0, 0, 0),
        struct.pack("=4IQ", 24, 5, 0, 0, 0),
        struct.pack("=4IQ", 24, 6, 0, 0, 0),
        struct.pack("=4IQ", 24, 1, 0, 0, 0),
    ],
)
def test_a_broken_stream_is_noticed(stream: bytes) -> None:
    with pytest.raises(ValueError, match=r"frame|Type"):
        take_frames(bytearray(stream))
