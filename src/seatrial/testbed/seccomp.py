"""The sandbox's seccomp filter, assembled to classic BPF.

Written as a deny list: the user namespace and dropped capabilities hold privileged calls
already; this closes kernel interfaces that are large, new, or that no namespace isolates.
"""

import ctypes
import errno
import os
import platform
import struct
from dataclasses import dataclass, field

from seatrial.core.problem import UnavailableError

NO_SUCH_CALL = (
    "clone3",  # its flags lie behind a pointer, out of a filter's sight; libc falls back to clone
    "io_uring_setup",  # runs calls past the filter and past the journal
    "io_uring_enter",
    "io_uring_register",
    "statmount",
    "listmount",
)
"""Answered ENOSYS, so that programs fall back."""

FORBIDDEN = (
    *("unshare", "setns", "mount", "umount", "umount2", "pivot_root", "open_tree", "move_mount"),
    *("fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr", "swapon", "swapoff"),
    *("name_to_handle_at", "open_by_handle_at", "quotactl", "quotactl_fd", "nfsservctl"),
    *("keyctl", "add_key", "request_key", "bpf", "perf_event_open", "userfaultfd"),
    *("kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module"),
    *("create_module", "query_module", "get_kernel_syms", "reboot", "acct", "syslog", "vhangup"),
    *("settimeofday", "clock_settime", "clock_settime64", "stime", "adjtimex", "clock_adjtime"),
    *("clock_adjtime64", "iopl", "ioperm", "vm86", "vm86old", "lookup_dcookie", "uselib", "ustat"),
    *("sysfs", "_sysctl", "fanotify_init", "sethostname", "setdomainname"),
)
"""Answered EPERM."""

FAMILIES = (1, 2, 10, 16, 17)
"""AF_UNIX, INET, INET6, NETLINK, PACKET. Not AF_VSOCK: no network namespace isolates it, and
on a virtual machine it leads to the hypervisor."""

PERSONALITY_BITS = 0x0008 | 0x20000 | 0x40000
"""PER_LINUX32, UNAME26, ADDR_NO_RANDOMIZE (debuggers and `setarch -R` need that)."""

NAMESPACE_FLAGS = 0x7E020000
"""Every CLONE_NEW* bit that clone(2) takes."""

CLONE_PARENT = 0x8000
"""Makes a sibling: of a command's first process, a child of the helper outside."""

LAST_KNOWN_CALL = 469
"""file_setattr (Linux 6.17). Later calls answer ENOSYS until someone has looked at them."""

_X32_BIT = 0x40000000
_ALLOW = 0x7FFF0000
_ERRNO = 0x00050000
_LOAD, _AND, _JUMP, _JEQ, _JGE, _RETURN = 0x20, 0x54, 0x05, 0x15, 0x35, 0x06
_NUMBER, _ARCH, _FIRST_ARGUMENT = 0, 4, 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Abi:
    """A system call interface of this machine. audit: its AUDIT_ARCH value."""

    name: str
    audit: int
    socketcall: bool = False
    x32: bool = False


_MACHINES = {
    "x86_64": (
        Abi(name="x86_64", audit=0xC000003E, x32=True),
        Abi(name="x86", audit=0x40000003, socketcall=True),
    ),
    # 32-bit Arm programs are refused: their private calls were never looked at.
    "aarch64": (Abi(name="aarch64", audit=0xC00000B7),),
}


@dataclass(slots=True)
class _Program:
    code: list[tuple[int, int, int, int]] = field(default_factory=list)

    def add(self, op: int, value: int, yes: int = 0, no: int = 0) -> None:
        self.code.append((op, yes, no, value))

    def refuse(self, error: int) -> None:
        self.add(_RETURN, _ERRNO | error)

    def allow(self) -> None:
        self.add(_RETURN, _ALLOW)

    def when(self, number: int, body: "_Program") -> None:
        """Run `body`, which must end in a return, when the call is `number`."""
        self.add(_JEQ, number, 0, len(body.code))
        self.code += body.code


def compile_filter() -> bytes:
    """Assemble the filter for this machine as an array of `struct sock_filter`.

    Raises: UnavailableError when libseccomp.so.2 is missing or the machine is not known.
    """
    abis = _MACHINES.get(platform.machine())
    if abis is None:
        raise UnavailableError(
            f"No system call filter for {platform.machine()} machines.",
            "Use an x86-64 or aarch64 machine.",
        )
    program = _Program()
    program.add(_LOAD, _ARCH)
    for abi in abis:
        body = _abi_rules(abi)
        # A conditional jump reaches 255 instructions; an unconditional one any.
        program.add(_JEQ, abi.audit, 1, 0)
        program.add(_JUMP, len(body.code))
        program.code += body.code
    program.refuse(errno.ENOSYS)
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program.code)


def _abi_rules(abi: Abi) -> _Program:
    rules = _Program()
    rules.add(_LOAD, _NUMBER)
    for name in NO_SUCH_CALL:
        _refuse_call(rules, abi, name, errno.ENOSYS)
    if abi.socketcall:
        # Its arguments lie behind a pointer: a 32-bit program could ask for AF_VSOCK unseen.
        _refuse_call(rules, abi, "socketcall", errno.ENOSYS)
    for name in FORBIDDEN:
        _refuse_call(rules, abi, name, errno.EPERM)
    for name, body in (
        ("socket", _families()),
        ("socketpair", _families()),
        ("personality", _personalities()),
        ("clone", _plain_children()),
    ):
        if (number := _number(abi, name)) is not None:
            rules.when(number, body)
    if abi.x32:
        rules.add(_JGE, _X32_BIT, 0, 1)
        rules.refuse(errno.ENOSYS)
    rules.add(_JGE, LAST_KNOWN_CALL + 1, 0, 1)
    rules.refuse(errno.ENOSYS)
    rules.allow()
    return rules


def _refuse_call(rules: _Program, abi: Abi, name: str, error: int) -> None:
    number = _number(abi, name)
    if number is not None:
        rules.add(_JEQ, number, 0, 1)
        rules.refuse(error)


def _families() -> _Program:
    body = _Program()
    body.add(_LOAD, _FIRST_ARGUMENT)
    for family in FAMILIES:
        body.add(_JEQ, family, 0, 1)
        body.allow()
    body.refuse(errno.EAFNOSUPPORT)
    return body


def _personalities() -> _Program:
    body = _Program()
    body.add(_LOAD, _FIRST_ARGUMENT)
    body.add(_JEQ, 0xFFFFFFFF, 0, 1)  # asks for the present value
    body.allow()
    body.add(_AND, ~PERSONALITY_BITS & 0xFFFFFFFF)
    body.add(_JEQ, 0, 0, 1)
    body.allow()
    body.refuse(errno.EPERM)
    return body


def _plain_children() -> _Program:
    body = _Program()
    body.add(_LOAD, _FIRST_ARGUMENT)
    body.add(_AND, NAMESPACE_FLAGS | CLONE_PARENT)
    body.add(_JEQ, 0, 0, 1)
    body.allow()
    body.refuse(errno.EPERM)
    return body


_NEW_CALLS = {"statmount": 457, "listmount": 458}
"""Newer than the packaged libseccomp's table; the same number on every architecture."""

_DIRECT_X86 = {"socket": 359, "socketpair": 360}
"""Calls that libseccomp knows on 32-bit x86 only as parts of socketcall; Linux 4.3 has both."""


def _number(abi: Abi, name: str) -> int | None:
    """Look a call's number up; None when the interface has no such call."""
    if name in _NEW_CALLS:
        return _NEW_CALLS[name]
    if abi.name == "x86" and name in _DIRECT_X86:
        return _DIRECT_X86[name]
    library = _library()
    # libseccomp's token of an architecture is its AUDIT_ARCH value.
    number: int = library.seccomp_syscall_resolve_name_arch(abi.audit, name.encode())
    return number if number >= 0 else None


def _library() -> ctypes.CDLL:
    try:
        library = ctypes.CDLL("libseccomp.so.2")
    except OSError as error:
        raise UnavailableError(
            f"libseccomp.so.2 cannot be loaded ({error}).", "Run `apt-get install libseccomp2`."
        ) from error
    library.seccomp_syscall_resolve_name_arch.argtypes = [ctypes.c_uint32, ctypes.c_char_p]
    library.seccomp_syscall_resolve_name_arch.restype = ctypes.c_int
    return library


def filter_in_memory(code: bytes) -> int:
    """Put the filter into a file that has no name. Returns: its descriptor."""
    file = os.memfd_create("filter", os.MFD_CLOEXEC)
    os.write(file, code)
    return file
