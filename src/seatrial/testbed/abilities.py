"""What this machine can and can't do for trials, and how to mend it."""

import os
import shutil
from collections.abc import Callable
from ctypes.util import find_library
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from seatrial.testbed.cgroup_subtree import CONTROLLERS, controllers_of, delegated_subtree
from seatrial.testbed.ordinary_user import DELEGATE
from seatrial.testbed.places import Places
from seatrial.testbed.subordinate_ids import own_ranges

GIB = 1024**3

_MIN_FREE_DISK = 4 * GIB
"""An image (about 1 GiB unpacked, as much again while it is built) and room for evidence."""


class Standing(StrEnum):
    """How a check stands."""

    CAN = "can"
    LACKS = "lacks"
    """Trials run, with the loss named."""
    CANNOT = "cannot"
    """Trials cannot run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ability:
    """One thing a trial needs or profits from. mend: what to do when it is lacking."""

    name: str
    standing: Standing
    found: str
    mend: str = ""


def abilities(places: Places) -> tuple[Ability, ...]:
    """Look at this machine; changes nothing."""
    checks: tuple[Callable[[], Ability], ...] = (
        _starter,
        _runtime,
        _user_namespaces,
        _overlay,
        _cgroups,
        _compiler,
        _kernel_journal,
        _image_builder,
        lambda: _disk(places),
    )
    return tuple(check() for check in checks)


def cgroup_mode(root: Path = Path("/sys/fs/cgroup")) -> str:
    """Tell how control groups are mounted: `v2`, `hybrid`, `v1` or `none`."""
    if (root / "cgroup.controllers").exists():
        return "v2"
    if (root / "unified" / "cgroup.procs").exists():
        return "hybrid"
    return "v1" if (root / "memory").is_dir() else "none"


def _starter() -> Ability:
    if os.geteuid() == 0:
        return Ability(name="started by", standing=Standing.CAN, found="root: all guarantees")
    ranges = len(own_ranges())
    if ranges == 0 or shutil.which("newuidmap") is None:
        return Ability(
            name="started by",
            standing=Standing.CANNOT,
            found="an ordinary user without 65,536 subordinate ids, the same in both files",
            mend="Have an administrator install uidmap and add a line to /etc/subuid and "
            "/etc/subgid (usermod --add-subuids 200000-1248575 --add-subgids 200000-1248575 USER), "
            "or start as root.",
        )
    return Ability(
        name="started by",
        standing=Standing.LACKS,
        found=f"an ordinary user, {ranges} sandboxes at once, no kernel journal",
        mend="Start as root for the kernel journal.",
    )


def _runtime() -> Ability:
    found = [name for name in ("crun", "runc", "runsc") if shutil.which(name)]
    if not found:
        return Ability(
            name="OCI runtime",
            standing=Standing.CANNOT,
            found="none",
            mend="apt-get install crun",
        )
    return Ability(name="OCI runtime", standing=Standing.CAN, found=", ".join(found))


def _user_namespaces() -> Ability:
    most = _number("/proc/sys/user/max_user_namespaces")
    if most:
        return Ability(name="user namespaces", standing=Standing.CAN, found=f"up to {most}")
    return Ability(
        name="user namespaces",
        standing=Standing.CANNOT,
        found="switched off",
        mend="sysctl user.max_user_namespaces=100000",
    )


def _overlay() -> Ability:
    known = Path("/proc/filesystems").read_text(encoding="utf-8").split()
    if "overlay" in known:
        return Ability(name="overlay file system", standing=Standing.CAN, found="in the kernel")
    modules = Path("/lib/modules") / os.uname().release / "modules.dep"
    if modules.exists() and "/overlay.ko" in modules.read_text(encoding="utf-8"):
        # The kernel loads it at the first mount, also an ordinary user's.
        return Ability(name="overlay file system", standing=Standing.CAN, found="a module")
    return Ability(
        name="overlay file system",
        standing=Standing.CANNOT,
        found="not loaded",
        mend="modprobe overlay",
    )


def _cgroups() -> Ability:
    mode = cgroup_mode()
    if mode == "none":
        return _few_limits(
            "none mounted: rlimits only, refused under --strict",
            "mount -t cgroup2 none /sys/fs/cgroup",
        )
    if os.geteuid() == 0:
        return Ability(name=_LIMITS, standing=Standing.CAN, found=mode)
    if mode != "v2":
        return _few_limits(
            f"{mode}, where ordinary users have none: rlimits only, refused under --strict",
            "Start as root, or on a machine with cgroup v2.",
        )
    return delegated_limits(Path("/sys/fs/cgroup"), Path("/proc/self/cgroup").read_text())


_LIMITS = "limits (cgroups)"


def _few_limits(found: str, mend: str) -> Ability:
    return Ability(name=_LIMITS, standing=Standing.LACKS, found=found, mend=mend)


def delegated_limits(mount: Path, member: str) -> Ability:
    """Tell which limits an ordinary user has on v2. member: the text of /proc/self/cgroup."""
    base = delegated_subtree(mount, member)
    if base is None:
        return _few_limits(
            "v2, and no control group of the user's own: rlimits only, refused under --strict",
            DELEGATE,
        )
    there = controllers_of(base)
    missing = ", ".join(name for name in CONTROLLERS if name not in there)
    if missing:
        return _few_limits(
            f"v2, a control group of the user's own without {missing}, refused under --strict",
            "Have an administrator add Delegate=cpu memory pids to user@.service.",
        )
    return Ability(name=_LIMITS, standing=Standing.CAN, found="v2, the user's own control group")


def _compiler() -> Ability:
    if shutil.which("gcc") and find_library("seccomp"):
        return Ability(name="sandbox helpers", standing=Standing.CAN, found="gcc and libseccomp")
    return Ability(
        name="sandbox helpers",
        standing=Standing.CANNOT,
        found="gcc or libseccomp is missing",
        mend="apt-get install gcc libc6-dev libseccomp2",
    )


def _kernel_journal() -> Ability:
    name = "kernel journal (eBPF)"
    if os.geteuid() != 0:
        return Ability(
            name=name,
            standing=Standing.LACKS,
            found="needs root; commands through the harness are still recorded",
            mend="Start as root.",
        )
    if not Path("/sys/kernel/btf/vmlinux").exists():
        return Ability(
            name=name,
            standing=Standing.LACKS,
            found="the kernel has no BTF",
            mend="Use a kernel built with CONFIG_DEBUG_INFO_BTF, as Debian's is.",
        )
    if not (shutil.which("clang") and _bpftool() and Path("/usr/include/bpf/libbpf.h").exists()):
        return Ability(
            name=name,
            standing=Standing.LACKS,
            found="tools to compile it are missing",
            mend="apt-get install clang llvm libbpf-dev bpftool libelf-dev zlib1g-dev",
        )
    return Ability(name=name, standing=Standing.CAN, found="BTF, clang, libbpf, bpftool")


def _bpftool() -> str | None:
    return shutil.which("bpftool") or shutil.which("bpftool", path="/usr/sbin")


def _image_builder() -> Ability:
    if shutil.which("mmdebstrap"):
        return Ability(name="image builder", standing=Standing.CAN, found="mmdebstrap")
    return Ability(
        name="image builder",
        standing=Standing.LACKS,
        found="no mmdebstrap: images can only be imported",
        mend="apt-get install mmdebstrap",
    )


def _disk(places: Places) -> Ability:
    folder = next(p for p in (places.cache, *places.cache.parents) if p.exists())
    free = shutil.disk_usage(folder).free
    text = f"{free / GIB:.1f} GiB free at {folder}"
    if free >= _MIN_FREE_DISK:
        return Ability(name="disk", standing=Standing.CAN, found=text)
    return Ability(
        name="disk",
        standing=Standing.LACKS,
        found=text,
        mend="Free some space, or set SEATRIAL_CACHE to another disk.",
    )


def _number(path: str) -> int:
    try:
        return int(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return 0
