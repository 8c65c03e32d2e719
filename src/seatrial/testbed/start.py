"""Start one sandbox."""

import base64
import json
import logging
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import anyio

from seatrial.core.canonical import Digest, Json
from seatrial.core.journal_entry import JournalKind
from seatrial.core.problem import UnavailableError
from seatrial.core.sandbox_spec import SandboxSpec
from seatrial.testbed.accounts import Accounts, NoSuchUserError
from seatrial.testbed.bundle import BundleFacts, bundle_config
from seatrial.testbed.cgroup_hierarchies import Hierarchies
from seatrial.testbed.cgroups import Cgroup
from seatrial.testbed.files import SandboxFiles
from seatrial.testbed.instrument import SandboxJournal
from seatrial.testbed.live import LiveSandbox, Tools
from seatrial.testbed.ordinary_user import WAIT_SECONDS, ShiftedCopies
from seatrial.testbed.peeked_files import PeekedFiles
from seatrial.testbed.records import NoFreeRangeError, Process, Record, Records, process
from seatrial.testbed.runsc import FLAGS as RUNSC_FLAGS
from seatrial.testbed.runsc import adapt_bundle, container_id, gofer_of
from seatrial.testbed.spawn import reap, safe_pipe, spawn

_BYTES_PER_INODE = 2048
"""The disk quota's file count: small files are the usual, none is free."""

_SAID_BYTES = 4096
_LOOK_AGAIN_S = 0.05
_log = logging.getLogger(__name__)


class Image(Protocol):
    """What the testbed needs of an image."""

    @property
    def rootfs(self) -> Path:
        """Folder that holds its files, never written to."""
        ...

    @property
    def digest(self) -> Digest:
        """What its files are."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Launcher:
    """How this machine starts sandboxes.

    runtime: name; program: its path. copies: of images, where the harness is an ordinary user.
    """

    runtime: str
    program: str
    tools: Tools
    hierarchies: Hierarchies
    filter_code: bytes
    records: Records
    owner: Process
    copies: ShiftedCopies | None = None


async def take_range(launcher: Launcher) -> tuple[Record, Path]:
    """Take an id range; an ordinary user, who has few, waits for one.

    Raises: NoFreeRangeError.
    """
    end = anyio.current_time() + (WAIT_SECONDS if launcher.copies else 0)
    told = False
    while True:
        try:
            return launcher.records.take(launcher.runtime, launcher.owner)
        except NoFreeRangeError:
            if anyio.current_time() >= end:
                raise
        if not told:
            _log.warning(
                "Every id range of this user is in use: a sandbox waits for another's end. "
                "More ranges in /etc/subuid and /etc/subgid allow more at once."
            )
            told = True
        await anyio.sleep(_LOOK_AGAIN_S)


async def launch(
    launcher: Launcher, spec: SandboxSpec, image: Image, record: Record, folder: Path
) -> Process:
    """Prepare a sandbox's file system and start its first process.

    Raises: UnavailableError with what the runtime said.
    """
    cgroup = Cgroup(hierarchies=launcher.hierarchies, name=record.cgroup)
    cgroup.make(spec.limits)
    _write_bundle(launcher, spec, record, folder)
    program, arguments = await _launch_order(launcher, spec, image, record, folder)
    read, write = safe_pipe()
    # An ended pipe, not /dev/null: crun gives its standard streams to the sandbox's root,
    # which would then own the host's /dev/null.
    empty, unused = safe_pipe()
    os.close(unused)
    try:
        pid = spawn(
            str(program),
            arguments,
            stdin=empty,
            stdout=write,
            stderr=write,
        )
    finally:
        os.close(write)
        os.close(empty)
    try:
        said = await _until_silent(read)
    except BaseException:
        os.kill(pid, signal.SIGKILL)  # our child and not reaped: the number is still its own
        reap(pid)
        raise
    status = reap(pid)
    if status != 0:
        raise UnavailableError(
            f"{launcher.runtime} could not start a sandbox (status {status}): "
            f"{said.decode(errors='replace').strip()[-600:]}",
            "Run `seatrial doctor` to see what this machine lacks.",
        )
    pidfile = folder / "pid"
    told = said.split()[-1] if launcher.copies else pidfile.read_text()
    init = process(int(told))
    if init is None:
        raise UnavailableError(
            "A sandbox's first process ended at once.", "Check that the memory limit is not tiny."
        )
    return init


async def _launch_order(
    launcher: Launcher, spec: SandboxSpec, image: Image, record: Record, folder: Path
) -> tuple[Path, list[str]]:
    """Give the helper that starts the sandbox, and its arguments."""
    native, hierarchies = launcher.tools.native, launcher.hierarchies
    size = [
        str(spec.limits.disk_bytes),
        str(max(1024, spec.limits.disk_bytes // _BYTES_PER_INODE)),
    ]
    hide = str(hierarchies.hide or "-")
    cgroup = Cgroup(hierarchies=hierarchies, name=record.cgroup)
    groups = ":".join(map(str, cgroup.procs_files())) or "-"
    if launcher.copies is not None:
        rootfs = await launcher.copies.of(image.digest, record.base)
        inside = Path("/mnt/b")  # native/launch_user.c
        return native.launch_user, [
            *(str(os.getpid()), str(rootfs), str(record.base), *size, str(native.init)),
            *(groups, str(folder / "config.json"), hide, "--"),
            *_runtime_argv(launcher, record, inside, inside / "pid"),
        ]
    return native.launch, [
        *(str(os.getpid()), str(image.rootfs), str(record.base), *size, str(native.init)),
        *(groups, hide, "--"),
        *_runtime_argv(launcher, record, folder, folder / "pid"),
    ]


def _write_bundle(launcher: Launcher, spec: SandboxSpec, record: Record, folder: Path) -> None:
    crun = launcher.runtime == "crun"
    facts = BundleFacts(
        base=record.base,
        cgroup=f"/seatrial/{record.cgroup}" if launcher.runtime == "runc" else None,
        filter_base64=base64.b64encode(launcher.filter_code).decode() if crun else None,
        open_files=launcher.tools.open_files,
        own_users=launcher.copies is None,
    )
    config = bundle_config(spec, facts)
    if launcher.runtime == "runsc":
        adapt_bundle(config)
    (folder / "config.json").write_text(json.dumps(config))


def _runtime_argv(launcher: Launcher, record: Record, folder: Path, pidfile: Path) -> list[str]:
    flags: tuple[str, ...] = ()
    if launcher.runtime == "crun":
        # We keep control groups ourselves: the launcher is in them before crun starts.
        flags = ("--cgroup-manager=disabled",)
    elif launcher.runtime == "runsc":
        flags = RUNSC_FLAGS
    return [
        *(launcher.program, "--root", str(folder / "state"), *flags),
        *("run", "-detach" if launcher.runtime == "runsc" else "-d"),
        *("-pid-file" if launcher.runtime == "runsc" else "--pid-file", str(pidfile)),
        *("-bundle" if launcher.runtime == "runsc" else "-b", str(folder)),
        container_id(record.block),
    ]


async def _until_silent(read: int) -> bytes:
    """Read until every writer is gone: the runtime has ended and the init runs."""
    said = bytearray()
    os.set_blocking(read, False)
    try:
        while True:
            await anyio.wait_readable(read)
            chunk = os.read(read, _SAID_BYTES)
            if not chunk:
                return bytes(said)
            said += chunk
    finally:
        os.close(read)


def adopt(
    launcher: Launcher,
    *,
    spec: SandboxSpec,
    label: str,
    record: Record,
    folder: Path,
    init: Process,
    journal: SandboxJournal,
) -> LiveSandbox:
    """Take hold of a started sandbox and make its workdir.

    Raises: UnavailableError when the image has no such user.
    """
    pidfd = os.pidfd_open(init.pid)
    cgroup = Cgroup(hierarchies=launcher.hierarchies, name=record.cgroup)
    server = gofer_of(cgroup) if launcher.runtime == "runsc" else init.pid
    root = os.open(f"/proc/{server}/root", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    limited = "pids" in launcher.hierarchies.controllers
    live = LiveSandbox(
        spec=spec,
        label=label,
        record=record,
        folder=folder,
        tools=launcher.tools,
        cgroup=cgroup,
        program=launcher.program,
        pidfd=pidfd,
        root=root,
        files=PeekedFiles(program=launcher.tools.native.peek, pidfd=pidfd)
        if launcher.copies
        else SandboxFiles(root=root, base=record.base),
        accounts=Accounts(root),
        journal=journal,
        processes=-1 if limited else spec.limits.pids,
    )
    try:
        live.files.make_folder(spec.workdir, live.account(None))
    except NoSuchUserError as error:
        live.close_descriptors()
        raise UnavailableError(
            f"Image {spec.image} has {error}.", "Name a user of the image's passwd file, or a uid."
        ) from error
    except BaseException:
        live.close_descriptors()
        raise
    return live


def opened_facts(
    launcher: Launcher, spec: SandboxSpec, image: Image, record: Record, lost: tuple[str, ...]
) -> tuple[JournalKind, dict[str, Json]]:
    """Give the journal's first entry."""
    return JournalKind.OPENED, {
        "image": image.digest,
        "runtime": launcher.runtime,
        "uid_base": record.base,
        "user": spec.user,
        "workdir": spec.workdir,
        "network": spec.network,
        "memory_bytes": spec.limits.memory_bytes,
        "pids": spec.limits.pids,
        "cpus": spec.limits.cpus,
        "disk_bytes": spec.limits.disk_bytes,
        "guarantees_lost": list(lost),
    }
