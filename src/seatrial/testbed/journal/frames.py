"""What the recorder sends: frames of native/recorder.h, bytes to facts of Python."""

import struct
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import TypeAlias

PROTOCOL = 1
"""Raised together with PROTOCOL of native/recorder.h whenever a layout changes."""

_HEAD = struct.Struct("=IIIIQ")
_ACTOR = struct.Struct("=IIIIII")
_PROCESS = struct.Struct("=IIIIIIQQ")
_NETWORK = struct.Struct("=qIIIiIIIIII128s128s")
_COUNTS = struct.Struct("=QQQQQ")
_READY = struct.Struct("=II")
_BODY = _HEAD.size
_AFTER_ACTOR = _HEAD.size + _ACTOR.size


class _Type(IntEnum):
    PROCESS = 1
    NETWORK = 2
    COUNTS = 3
    DRAINED = 4
    READY = 5


class ProcessFlag(IntFlag):
    """enum process_flag."""

    ARGV_UNREADABLE = 1
    ARGV_CUT = 2


class NetworkFlag(IntFlag):
    """enum network_flag."""

    KERNEL_COPY = 1
    CHANGED = 2
    NO_ENTRY = 4
    NO_RESULT = 8
    NO_SYSCALL = 16
    UNREADABLE = 32


class Call(IntEnum):
    """enum network_call."""

    SOCKET = 1
    SOCKETPAIR = 2
    CONNECT = 3
    BIND = 4
    SENDTO = 5
    SENDMSG = 6
    SENDMMSG = 7
    IO_URING_SETUP = 8


class Abi(IntEnum):
    """enum network_abi."""

    X86_64 = 0
    I386 = 1
    X32 = 2
    NONE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who did it. pid and ppid as numbered in its own pid namespace; uids are the host's."""

    pid: int
    ppid: int
    host_pid: int
    host_tid: int
    uid: int
    euid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessStart:
    """A program start. argv: the bytes the program got, each argument ended by NUL."""

    token: int
    kernel_ns: int
    who: Actor
    flags: ProcessFlag
    argc: int
    filename: bytes
    interpreter: bytes
    executable: bytes
    argv: bytes
    argv_total: int
    inode: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkAttempt:
    """A call of the network family. family, socket_type, protocol: None where unknown."""

    token: int
    kernel_ns: int
    who: Actor
    result: int
    flags: NetworkFlag
    call: Call
    abi: Abi
    fd: int
    family: int | None
    socket_type: int | None
    protocol: int | None
    messages: int
    address_claim: int
    address: bytes
    address_after: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Counters of one sandbox; `seen` includes `lost`.

    answer: whether it answers an order, so that every earlier event came before it.
    machine_missed: runs of the programs the kernel skipped, for any sandbox or none.
    """

    token: int
    answer: bool
    process_seen: int
    process_lost: int
    network_seen: int
    network_lost: int
    machine_missed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """The recorder runs. kernel_copy: whether addresses come from the socket layer."""

    protocol: int
    kernel_copy: bool


Frame: TypeAlias = ProcessStart | NetworkAttempt | Counts | Ready


def take_frames(buffer: bytearray) -> list[Frame]:
    """Take the whole frames off the front of `buffer`; the start of another stays.

    Raises: ValueError when the bytes are no frames: the stream is lost then.
    """
    frames: list[Frame] = []
    with memoryview(buffer) as view:
        offset = 0
        while len(view) - offset >= _HEAD.size:
            (size,) = struct.unpack_from("=I", view, offset)
            if size < _HEAD.size:
                raise ValueError(f"frame of {size} bytes")
            if len(view) - offset < size:
                break
            try:
                frames.append(_parse(view[offset : offset + size]))
            except struct.error as error:
                raise ValueError(f"short frame: {error}") from error
            offset += size
    del buffer[:offset]
    return frames


def _parse(frame: memoryview) -> Frame:
    _, type_, token, _, kernel_ns = _HEAD.unpack_from(frame)
    match _Type(type_):
        case _Type.PROCESS:
            return _process(frame, token, kernel_ns)
        case _Type.NETWORK:
            return _network(frame, token, kernel_ns)
        case _Type.READY:
            protocol, kernel_copy = _READY.unpack_from(frame, _BODY)
            return Ready(protocol=protocol, kernel_copy=bool(kernel_copy))
        case _Type.COUNTS | _Type.DRAINED as counts:
            seen, lost, network_seen, network_lost, missed = _COUNTS.unpack_from(frame, _BODY)
            return Counts(
                token=token,
                answer=counts is _Type.DRAINED,
                process_seen=seen,
                process_lost=lost,
                network_seen=network_seen,
                network_lost=network_lost,
                machine_missed=missed,
            )


def _actor(frame: memoryview) -> Actor:
    pid, ppid, host_pid, host_tid, uid, euid = _ACTOR.unpack_from(frame, _BODY)
    return Actor(pid=pid, ppid=ppid, host_pid=host_pid, host_tid=host_tid, uid=uid, euid=euid)


def _process(frame: memoryview, token: int, kernel_ns: int) -> ProcessStart:
    flags, argc, *lengths, argv_total, inode = _PROCESS.unpack_from(frame, _AFTER_ACTOR)
    parts: list[bytes] = []
    offset = _AFTER_ACTOR + _PROCESS.size
    for length in lengths:
        parts.append(bytes(frame[offset : offset + length]))
        offset += length
    filename, interpreter, executable, argv = parts
    return ProcessStart(
        token=token,
        kernel_ns=kernel_ns,
        who=_actor(frame),
        flags=ProcessFlag(flags),
        argc=argc,
        filename=filename,
        interpreter=interpreter,
        executable=executable,
        argv=argv,
        argv_total=argv_total,
        inode=inode,
    )


def _network(frame: memoryview, token: int, kernel_ns: int) -> NetworkAttempt:
    fields = _NETWORK.unpack_from(frame, _AFTER_ACTOR)
    result, flags, call, abi, fd, family, socket_type, protocol = fields[:8]
    messages, claim, length, address, after = fields[8:]
    return NetworkAttempt(
        token=token,
        kernel_ns=kernel_ns,
        who=_actor(frame),
        result=result,
        flags=NetworkFlag(flags),
        call=Call(call),
        abi=Abi(abi),
        fd=fd,
        family=_known(family),
        socket_type=_known(socket_type),
        protocol=_known(protocol),
        messages=messages,
        address_claim=claim,
        address=address[:length],
        address_after=after[:length],
    )


def _known(value: int) -> int | None:
    return None if value == 2**32 - 1 else value
