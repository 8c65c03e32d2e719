"""The OCI configuration of a sandbox."""

from dataclasses import dataclass

from seatrial.core.canonical import Json
from seatrial.core.sandbox_spec import SandboxSpec

IDS = 65_536
"""Ids of each sandbox: as many as Unix's 16-bit ids, so that any account works inside."""

CAPABILITIES = (
    *("CHOWN", "DAC_OVERRIDE", "FSETID", "FOWNER", "MKNOD", "NET_RAW", "SETGID", "SETUID"),
    *("SETFCAP", "SETPCAP", "NET_BIND_SERVICE", "SYS_CHROOT", "KILL", "AUDIT_WRITE", "SYS_PTRACE"),
)
"""Docker's defaults and SYS_PTRACE, for debuggers; valid only inside the user namespace.
native/enter.c keeps the same list."""

OPEN_FILES = 4096
"""RLIMIT_NOFILE inside; no higher than the harness's own hard limit."""

_SHM_BYTES = 64 * 1024 * 1024  # Docker's default

_MASKED = (
    *("/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats"),
    *("/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi"),
    *("/proc/cmdline", "/proc/kallsyms", "/sys/firmware", "/sys/devices/virtual/powercap"),
)
_READ_ONLY = ("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger")

INIT_INSIDE = "/dev/init"
ROOT = "/mnt/r"
"""Where native/launch.c mounts the root file system, in a mount namespace of its own."""

INIT_SOURCE = "/mnt/i"


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleFacts:
    """What a bundle needs beside the spec.

    root, init: paths for the runtime. filter_base64: compiled seccomp filter, for crun's
    annotation. own_users: whether the runtime makes the user namespace; an ordinary user's
    launcher has made it before.
    """

    base: int
    cgroup: str | None
    filter_base64: str | None
    open_files: int
    root: str = ROOT
    init: str = INIT_SOURCE
    own_users: bool = True


def bundle_config(spec: SandboxSpec, facts: BundleFacts) -> dict[str, Json]:
    """Write the `config.json` of a sandbox. Source: OCI runtime specification 1.0."""
    capabilities = [f"CAP_{name}" for name in CAPABILITIES]
    namespaces = ["pid", "network", "ipc", "uts", "mount", "cgroup"]
    users: dict[str, Json] = {}
    if facts.own_users:
        namespaces.append("user")
        mapping: list[Json] = [{"containerID": 0, "hostID": facts.base, "size": IDS}]
        users = {"uidMappings": mapping, "gidMappings": mapping}
    config: dict[str, Json] = {
        "ociVersion": "1.0.0",
        "root": {"path": facts.root, "readonly": False},
        "hostname": spec.hostname,
        "process": {
            "terminal": False,
            "user": {"uid": 0, "gid": 0},
            "args": [INIT_INSIDE],
            "env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
            "cwd": "/",
            "capabilities": {
                "bounding": capabilities,
                "effective": capabilities,
                "permitted": capabilities,
            },
            "rlimits": [
                {"type": "RLIMIT_CORE", "soft": 0, "hard": 0},
                {"type": "RLIMIT_NOFILE", "soft": facts.open_files, "hard": facts.open_files},
            ],
            "noNewPrivileges": False,
        },
        "mounts": _mounts(facts.init),
        "linux": {
            "namespaces": [{"type": name} for name in namespaces],
            **users,
            "maskedPaths": list(_MASKED),
            "readonlyPaths": list(_READ_ONLY),
            **({"cgroupsPath": facts.cgroup} if facts.cgroup else {}),
        },
    }
    if facts.filter_base64 is not None:
        config["annotations"] = {"run.oci.seccomp_bpf_data": facts.filter_base64}
    return config


def _mounts(init: str) -> list[Json]:
    closed = ["nosuid", "noexec", "nodev"]
    return [
        {"destination": "/proc", "type": "proc", "source": "proc", "options": closed},
        {
            "destination": "/dev",
            "type": "tmpfs",
            "source": "tmpfs",
            "options": ["nosuid", "strictatime", "mode=755", "size=65536k"],
        },
        {
            "destination": "/dev/pts",
            "type": "devpts",
            "source": "devpts",
            "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"],
        },
        {
            "destination": "/dev/shm",  # noqa: S108 - a mount point of the sandbox
            "type": "tmpfs",
            "source": "shm",
            "options": [*closed, "mode=1777", f"size={_SHM_BYTES}"],
        },
        {"destination": "/dev/mqueue", "type": "mqueue", "source": "mqueue", "options": closed},
        {
            "destination": "/sys",
            "type": "sysfs",
            "source": "sysfs",
            "options": [*closed, "ro"],
        },
        {
            "destination": INIT_INSIDE,
            "type": "bind",
            "source": init,
            "options": ["bind", "ro", "nosuid", "nodev"],
        },
    ]
