"""The filter, run by a small interpreter of classic BPF that is not the assembler's."""

import errno
import platform
import struct
import types

import pytest

from seatrial.testbed import seccomp

X86_64, I386, AARCH64 = 0xC000003E, 0x40000003, 0xC00000B7
ALLOW = 0x7FFF0000

pytestmark = pytest.mark.skipif(
    platform.machine() != "x86_64", reason="numbers below are those of x86-64"
)


def decide(code: bytes, arch: int, number: int, first: int = 0) -> int:
    """Run the filter. Returns: 0 when it allows, else the errno it answers."""
    data = struct.pack("=IIQQQQQQQ", number, arch, 0, first, 0, 0, 0, 0, 0)
    instructions = list(struct.iter_unpack("=HBBI", code))
    accumulator = place = 0
    while True:
        op, yes, no, value = instructions[place]
        place += 1
        match op:
            case 0x20:
                accumulator = struct.unpack_from("=I", data, value)[0]
            case 0x54:
                accumulator &= value
            case 0x05:
                place += value
            case 0x15:
                place += yes if accumulator == value else no
            case 0x35:
                place += yes if accumulator >= value else no
            case 0x06:
                return 0 if value == ALLOW else value & 0xFFFF
            case _:
                raise AssertionError(f"unexpected instruction {op:#x}")


@pytest.fixture(scope="module")
def code() -> bytes:
    return seccomp.compile_filter()


@pytest.mark.parametrize(
    ("arch", "number", "first", "expected"),
    [
        (X86_64, 0, 0, 0),  # read
        (X86_64, 59, 0, 0),  # execve
        (X86_64, 101, 0, 0),  # ptrace
        (X86_64, 41, 1, 0),  # socket, AF_UNIX
        (X86_64, 41, 2, 0),
        (X86_64, 41, 40, errno.EAFNOSUPPORT),  # AF_VSOCK
        (X86_64, 53, 40, errno.EAFNOSUPPORT),  # socketpair
        (I386, 359, 40, errno.EAFNOSUPPORT),
        (I386, 359, 2, 0),
        (I386, 360, 40, errno.EAFNOSUPPORT),
        (I386, 102, 1, errno.ENOSYS),  # socketcall
        (X86_64, 435, 0, errno.ENOSYS),  # clone3
        (X86_64, 425, 0, errno.ENOSYS),  # io_uring_setup
        (I386, 425, 0, errno.ENOSYS),
        (X86_64, 272, 0, errno.EPERM),  # unshare
        (X86_64, 165, 0, errno.EPERM),  # mount
        (I386, 21, 0, errno.EPERM),
        (X86_64, 321, 0, errno.EPERM),  # bpf
        (X86_64, 56, 0x11, 0),  # clone, as fork
        (X86_64, 56, 0x3D0F00, 0),  # clone, as pthread_create
        (X86_64, 56, 0x10000000, errno.EPERM),  # clone, new user namespace
        (I386, 120, 0x40000000, errno.EPERM),
        (X86_64, 135, 0, 0),  # personality
        (X86_64, 135, 0x40000, 0),
        (X86_64, 135, 0xFFFFFFFF, 0),
        (X86_64, 135, 0x400000, errno.EPERM),  # READ_IMPLIES_EXEC
        (X86_64, 469, 0, 0),
        (X86_64, 470, 0, errno.ENOSYS),
        (X86_64, 457, 0, errno.ENOSYS),  # statmount
        (X86_64, 0x40000000, 0, errno.ENOSYS),  # x32 read
        (AARCH64, 63, 0, errno.ENOSYS),  # not of this machine
        (0, 0, 0, errno.ENOSYS),
    ],
)
def test_a_call_is_answered_as_decided(
    code: bytes, arch: int, number: int, first: int, expected: int
) -> None:
    assert decide(code, arch, number, first) == expected


def test_every_refused_name_is_a_call_of_some_interface() -> None:
    for name in (*seccomp.NO_SUCH_CALL, *seccomp.FORBIDDEN):
        numbers = [seccomp._number(abi, name) for abi in seccomp._MACHINES["x86_64"]]
        assert any(number is not None for number in numbers), name


def test_another_machine_is_refused_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    unknown = types.SimpleNamespace(machine=lambda: "sparc64")
    monkeypatch.setattr(seccomp, "platform", unknown)
    with pytest.raises(seccomp.UnavailableError, match="sparc64"):
        seccomp.compile_filter()
