"""From the kernel's events to the facts of a journal's entries."""

import errno

from seatrial.core.canonical import Json
from seatrial.core.raw_text import raw_to_json
from seatrial.testbed.journal.addresses import address_facts, family_name
from seatrial.testbed.journal.argv import argv_facts
from seatrial.testbed.journal.frames import (
    Actor,
    Call,
    NetworkAttempt,
    NetworkFlag,
    ProcessFlag,
    ProcessStart,
)

UID_RANGE = 65536
_SOCKET_TYPE_MASK = 0xF  # above it are flags: SOCK_NONBLOCK, SOCK_CLOEXEC
_SOCKET_TYPES = {
    1: "stream",
    2: "dgram",
    3: "raw",
    4: "rdm",
    5: "seqpacket",
    6: "dccp",
    10: "packet",
}


def process_facts(event: ProcessStart, *, uid_base: int) -> dict[str, Json]:
    """Facts of a PROCESS entry. docs/reference/journal.md lists them."""
    unreadable = ProcessFlag.ARGV_UNREADABLE in event.flags
    cut = ProcessFlag.ARGV_CUT in event.flags
    argv = argv_facts(event.argv)
    if unreadable or cut:
        argv |= {"argv_bytes": event.argv_total, "argv_digest": None, "argv_whole": False}
    return {
        **_actor_facts(event.who, uid_base=uid_base),
        **argv,
        "argc": event.argc,
        "executable": raw_to_json(event.executable),
        "filename": raw_to_json(event.filename),
        "inode": str(event.inode),
        "interpreter": raw_to_json(event.interpreter),
        "kernel_ns": str(event.kernel_ns),
    }


def network_facts(event: NetworkAttempt, *, uid_base: int) -> dict[str, Json]:
    """Facts of a NETWORK entry. docs/reference/journal.md lists them."""
    flags = event.flags
    known = NetworkFlag.NO_RESULT not in flags
    facts: dict[str, Json] = {
        **_actor_facts(event.who, uid_base=uid_base),
        "abi": event.abi.name.lower(),
        "before_call": NetworkFlag.NO_ENTRY in flags,
        "call": event.call.name.lower(),
        "error": errno.errorcode.get(-event.result) if known and event.result < 0 else None,
        "family": family_name(event.family),
        "kernel_ns": str(event.kernel_ns),
        "result": event.result if known else None,
    }
    if event.call in (Call.SOCKET, Call.SOCKETPAIR):
        facts["protocol"] = event.protocol
        facts["type"] = _socket_type(event.socket_type)
    elif event.call is not Call.IO_URING_SETUP:
        facts["address"] = address_facts(event.address)
        facts["address_from"] = _address_source(flags)
        facts["address_after"] = (
            address_facts(event.address_after) if NetworkFlag.CHANGED in flags else None
        )
        facts["fd"] = event.fd
    if event.call is Call.SENDMMSG:
        facts["messages"] = event.messages
    return facts


def _actor_facts(who: Actor, *, uid_base: int) -> dict[str, Json]:
    return {
        "euid": _inside(who.euid, uid_base),
        "host_pid": who.host_pid,
        "pid": who.pid,
        "ppid": who.ppid,
        "uid": _inside(who.uid, uid_base),
    }


def _inside(uid: int, uid_base: int) -> int | None:
    """Give the id as the sandbox sees it; None when it is none of the sandbox's."""
    inner = uid - uid_base
    return inner if 0 <= inner < UID_RANGE else None


def _socket_type(value: int | None) -> Json:
    if value is None:
        return None
    plain = value & _SOCKET_TYPE_MASK
    return _SOCKET_TYPES.get(plain, plain)


def _address_source(flags: NetworkFlag) -> Json:
    if NetworkFlag.KERNEL_COPY in flags:
        return "kernel"
    return None if NetworkFlag.UNREADABLE in flags else "caller"
