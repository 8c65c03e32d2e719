"""Linux calls that Python's library does not offer, on this thread only."""

import ctypes
import os
import platform
from collections.abc import Sequence

RESOLVE_NO_MAGICLINKS = 0x02
RESOLVE_IN_ROOT = 0x10
CAP_DAC_OVERRIDE = 1 << 1

_X86_64 = {"setfsuid": 122, "setfsgid": 123, "setgroups": 116, "capget": 125, "capset": 126}
_AARCH64 = {"setfsuid": 151, "setfsgid": 152, "setgroups": 159, "capget": 90, "capset": 91}
_NUMBERS = _AARCH64 if platform.machine() == "aarch64" else _X86_64
_OPENAT2 = 437
_CAPABILITY_VERSION_3 = 0x20080522

_syscall = ctypes.CDLL(None, use_errno=True).syscall
_syscall.restype = ctypes.c_long


class _OpenHow(ctypes.Structure):
    _fields_ = (
        ("flags", ctypes.c_uint64),
        ("mode", ctypes.c_uint64),
        ("resolve", ctypes.c_uint64),
    )


class _CapabilityHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _CapabilityData(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def open_in_root(root: int, path: str, flags: int, mode: int = 0) -> int:
    """Open `path` as if the directory `root` were `/`; links cannot lead out of it.

    Magic links (/proc/PID/root, /proc/PID/fd) are not followed at all.
    Raises: OSError with `path` as its file name; ValueError for a path with a NUL in it, which
        the kernel would take for its end. Source: openat2(2).
    """
    if "\0" in path:
        raise ValueError("embedded null byte")
    how = _OpenHow(flags | os.O_CLOEXEC, mode, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS)
    opened: int = _syscall(
        _OPENAT2, root, os.fsencode(path), ctypes.byref(how), ctypes.c_size_t(ctypes.sizeof(how))
    )
    if opened < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error), path)
    return opened


def set_fs_ids(uid: int, gid: int) -> None:
    """Set the ids that file accesses of this thread are checked with.

    Raises: PermissionError when the kernel did not take them.
    """
    _syscall(_NUMBERS["setfsgid"], ctypes.c_uint(gid))
    _syscall(_NUMBERS["setfsuid"], ctypes.c_uint(uid))
    # The calls report nothing; asking for an impossible id returns the one in force.
    now_uid = _syscall(_NUMBERS["setfsuid"], ctypes.c_uint(0xFFFFFFFF)) & 0xFFFFFFFF
    now_gid = _syscall(_NUMBERS["setfsgid"], ctypes.c_uint(0xFFFFFFFF)) & 0xFFFFFFFF
    if (now_uid, now_gid) != (uid, gid):
        raise PermissionError(f"file system ids {uid}:{gid} were refused, {now_uid}:{now_gid} hold")


def set_groups(groups: Sequence[int]) -> None:
    """Set the supplementary groups of this thread. Python's own call changes all threads."""
    array = (ctypes.c_uint32 * len(groups))(*groups)
    _checked(_syscall(_NUMBERS["setgroups"], ctypes.c_long(len(groups)), array))


def effective_capabilities(capabilities: int | None = None) -> int:
    """Set the effective capabilities of this thread, unless None. All must be permitted.

    Returns: the ones that were effective, as a mask.
    """
    header = _CapabilityHeader(_CAPABILITY_VERSION_3, 0)
    data = (_CapabilityData * 2)()
    _checked(_syscall(_NUMBERS["capget"], ctypes.byref(header), data))
    before: int = data[0].effective | data[1].effective << 32
    if capabilities is not None:
        data[0].effective = capabilities & 0xFFFFFFFF
        data[1].effective = capabilities >> 32
        _checked(_syscall(_NUMBERS["capset"], ctypes.byref(header), data))
    return before


def _checked(result: int) -> None:
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
