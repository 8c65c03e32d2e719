"""From the kernel's events to facts."""

from dataclasses import replace

import pytest

from seatrial.core.canonical import Json
from seatrial.testbed.journal.facts import network_facts, process_facts
from seatrial.testbed.journal.frames import (
    Abi,
    Actor,
    Call,
    NetworkAttempt,
    NetworkFlag,
    ProcessFlag,
    ProcessStart,
)

WHO = Actor(pid=5, ppid=0, host_pid=105, host_tid=106, uid=300_000, euid=299_999)
START = ProcessStart(
    token=1,
    kernel_ns=2**60,
    who=WHO,
    flags=ProcessFlag(0),
    argc=1,
    filename=b"/bin/\xff",
    interpreter=b"/bin/\xff",
    executable=b"\xff",
    argv=b"a\0",
    argv_total=2,
    inode=2**63,
)
CONNECT = NetworkAttempt(
    token=1,
    kernel_ns=3,
    who=WHO,
    result=-101,
    flags=NetworkFlag.KERNEL_COPY,
    call=Call.CONNECT,
    abi=Abi.X86_64,
    fd=3,
    family=2,
    socket_type=None,
    protocol=None,
    messages=0,
    address_claim=16,
    address=b"\x02\0\0\x50\x01\x02\x03\x04",
    address_after=b"",
)


def test_ids_are_as_the_sandbox_sees_them_and_none_outside() -> None:
    facts = process_facts(START, uid_base=300_000)

    assert (facts["uid"], facts["euid"]) == (0, None)
    assert (facts["pid"], facts["ppid"], facts["host_pid"]) == (5, 0, 105)


def test_numbers_beyond_json_are_text() -> None:
    facts = process_facts(START, uid_base=300_000)

    assert (facts["kernel_ns"], facts["inode"]) == (str(2**60), str(2**63))


@pytest.mark.parametrize("flag", list(ProcessFlag))
def test_arguments_not_read_in_full_have_no_digest(flag: ProcessFlag) -> None:
    facts = process_facts(replace(START, flags=flag, argv_total=99), uid_base=0)

    assert (facts["argv_digest"], facts["argv_whole"], facts["argv_bytes"]) == (None, False, 99)


def test_an_attempt_to_connect() -> None:
    facts = network_facts(CONNECT, uid_base=300_000)

    assert facts["address"] == {"ip": "1.2.3.4", "port": 80}
    assert (facts["result"], facts["error"], facts["family"]) == (-101, "ENETUNREACH", "inet")
    assert (facts["address_from"], facts["address_after"]) == ("kernel", None)


@pytest.mark.parametrize(
    ("flags", "source"),
    [
        (NetworkFlag.KERNEL_COPY, "kernel"),
        (NetworkFlag(0), "caller"),
        (NetworkFlag.UNREADABLE, None),
        (NetworkFlag.UNREADABLE | NetworkFlag.KERNEL_COPY, "kernel"),
    ],
)
def test_where_an_address_was_read(flags: NetworkFlag, source: Json) -> None:
    assert network_facts(replace(CONNECT, flags=flags), uid_base=0)["address_from"] == source


def test_an_address_that_changed_is_shown_too() -> None:
    changed = replace(
        CONNECT,
        flags=NetworkFlag.CHANGED,
        address_after=b"\x02\0\0\x50\x01\x02\x03\x05",
    )
    assert network_facts(changed, uid_base=0)["address_after"] == {"ip": "1.2.3.5", "port": 80}


def test_an_unknown_result_is_none() -> None:
    facts = network_facts(replace(CONNECT, flags=NetworkFlag.NO_RESULT, result=0), uid_base=0)

    assert (facts["result"], facts["error"]) == (None, None)


@pytest.mark.parametrize(
    ("number", "name"), [(1, "stream"), (3 | 0o4000, "raw"), (7, 7), (None, None)]
)
def test_socket_types_have_names_without_their_flags(number: int | None, name: Json) -> None:
    made = replace(CONNECT, call=Call.SOCKET, socket_type=number, protocol=1)
    facts = network_facts(made, uid_base=0)

    assert (facts["type"], facts["protocol"]) == (name, 1)
    assert "address" not in facts


def test_one_call_of_many_messages_says_how_many() -> None:
    facts = network_facts(replace(CONNECT, call=Call.SENDMMSG, messages=3), uid_base=0)

    assert facts["messages"] == 3


def test_a_call_without_address_has_none() -> None:
    facts = network_facts(replace(CONNECT, call=Call.IO_URING_SETUP, family=None), uid_base=0)

    assert facts.keys().isdisjoint({"address", "type", "messages"})
    assert facts["family"] is None
