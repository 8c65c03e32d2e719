"""Compile the recorder for this machine, once per source and kernel."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from importlib.resources import as_file, files
from pathlib import Path

from seatrial.core.problem import UnavailableError

PACKAGES = "clang gcc libc6-dev bpftool libbpf-dev libelf-dev zlib1g-dev"
"""Debian packages that the build needs."""

_SOURCES = (
    "recorder.h",
    "recorder.bpf.c",
    "network.bpf.h",
    "socket_layer.bpf.h",
    "recorder.c",
)
_KERNEL_TYPES = Path("/sys/kernel/btf/vmlinux")
_TOOL_PATH = os.pathsep.join((os.defpath, "/usr/local/sbin", "/usr/sbin", "/sbin"))


def build_recorder(cache: Path) -> Path:
    """Give the compiled recorder, building it when `cache` has none for this kernel.

    Raises: UnavailableError when the machine or a tool lacks something.
    """
    machine = os.uname().machine
    if machine != "x86_64":
        raise UnavailableError(
            f"The recorder knows the system calls of x86_64; this machine is {machine}.",
            "Use an x86_64 machine, or go on without the kernel's record (not under --strict).",
        )
    if not _KERNEL_TYPES.exists():
        raise UnavailableError(
            f"The kernel does not describe its types: {_KERNEL_TYPES} is missing.",
            "Use a kernel built with CONFIG_DEBUG_INFO_BTF, as Debian's and Ubuntu's are.",
        )
    folder = files(__package__) / "native"
    sources = {name: (folder / name).read_bytes() for name in _SOURCES}
    built = cache / "recorder" / _key(sources) / "recorder"
    if built.exists():
        return built
    tools = {name: _find_tool(name) for name in ("clang", "gcc", "bpftool")}
    built.parent.mkdir(parents=True, exist_ok=True)
    with as_file(folder) as source, tempfile.TemporaryDirectory(dir=built.parent) as scratch:
        made = _compile(source, Path(scratch), tools)
        made.replace(built)
    return built


def _key(sources: dict[str, bytes]) -> str:
    kernel = os.uname()
    hasher = hashlib.sha256(f"{kernel.release}\0{kernel.version}\0{kernel.machine}".encode())
    for name, content in sources.items():
        hasher.update(f"\0{name}\0{len(content)}\0".encode())
        hasher.update(content)
    return hasher.hexdigest()[:24]


def _find_tool(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path=_TOOL_PATH)
    if found is None:
        raise UnavailableError(
            f"The recorder cannot be built: {name} is missing.",
            f"Install the packages {PACKAGES}.",
        )
    return found


def _compile(source: Path, scratch: Path, tools: dict[str, str]) -> Path:
    include = (f"-I{source}", f"-I{scratch}")
    (scratch / "vmlinux.h").write_bytes(
        _run(tools["bpftool"], "btf", "dump", "file", str(_KERNEL_TYPES), "format", "c")
    )
    kernel_side = scratch / "recorder.bpf.o"
    _run(
        *(tools["clang"], "-O2", "-g", "-target", "bpf", "-D__TARGET_ARCH_x86", *include),
        *("-c", str(source / "recorder.bpf.c"), "-o", str(kernel_side)),
    )
    (scratch / "recorder.skel.h").write_bytes(
        _run(tools["bpftool"], "gen", "skeleton", str(kernel_side), "name", "recorder")
    )
    made = scratch / "recorder"
    _run(
        *(tools["gcc"], "-O2", *include, str(source / "recorder.c"), "-o", str(made)),
        *("-lbpf", "-lelf", "-lz"),
    )
    return made


def _run(*command: str) -> bytes:
    done = subprocess.run(  # noqa: S603 - tools found above, arguments are ours
        command, check=False, capture_output=True, stdin=subprocess.DEVNULL
    )
    if done.returncode != 0:
        complaint = done.stderr.decode(errors="replace").strip().splitlines()[:3]
        raise UnavailableError(
            f"The recorder cannot be built: {Path(command[0]).name} said {_one_line(complaint)}.",
            f"Install the packages {PACKAGES}.",
        )
    return done.stdout


def _one_line(lines: Sequence[str]) -> str:
    return "; ".join(line.strip() for line in lines) or "nothing"
