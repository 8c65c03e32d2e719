"""Start one sandbox."""

import base64
import json
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
from seatrial.testbed.cgroups import Cgroup, Hierarchies
from seatrial.testbed.files import SandboxFiles
from seatrial.testbed.instrument import SandboxJournal
from seatrial.testbed.live import LiveSandbox, Tools
from seatrial.testbed.records import Process, Record, Records, process
from seatrial.testbed.runsc import FLAGS as RUNSC_FLAGS
from seatrial.testbed.runsc import adapt_bundle, container_id, gofer_of
from seatrial.testbed.spawn import reap, safe_pipe, spawn

_BYTES_PER_INODE = 2048
"""The disk quota's file count: small files are the usual, none is free."""

_SAID_BYTES = 4096


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
    """How this machine starts sandboxes. runtime: name; program: its path."""

    runtime: str
    program: str
    tools: Tools
    hierarchies: Hierarchies
    filter_code: bytes
    records: Records
    owner: Process


async def launch(
    launcher: Launcher, spec: SandboxSpec, image: Image, record: Record, folder: Path
) -> Process:
    """Prepare a sandbox's file system and start its first process.

    Raises: UnavailableError with what the runtime said.
    """
    cgroup = Cgroup(hierarchies=launcher.hierarchies, name=record.cgroup)
    cgroup.make(spec.limits)
    _write_bundle(launcher, spec, record, folder)
    pidfile = folder / "pid"
    read, write = safe_pipe()
    # An ended pipe, not /dev/null: crun gives its standard streams to the sandbox's root,
    # which would then own the host's /dev/null.
    empty, unused = safe_pipe()
    os.close(unused)
    try:
        pid = spawn(
            str(launcher.tools.native.launch),
            [
                str(os.getpid()),
                str(image.rootfs),
                str(record.base),
                str(spec.limits.disk_bytes),
                str(max(1024, spec.limits.disk_bytes // _BYTES_PER_INODE)),
                str(launcher.tools.native.init),
                ":".join(map(str, cgroup.procs_files())) or "-",
                str(launcher.hierarchies.hide or "-"),
                "--",
                *_runtime_argv(launcher, record, folder, pidfile),
            ],
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
    init = process(int(pidfile.read_text()))
    if init is None:
        raise UnavailableError(
            "A sandbox's first process ended at once.", "Check that the memory limit is not tiny."
        )
    return init


def _write_bundle(launcher: Launcher, spec: SandboxSpec, record: Record, folder: Path) -> None:
    crun = launcher.runtime == "crun"
    facts = BundleFacts(
        base=record.base,
        cgroup=f"/seatrial/{record.cgroup}" if launcher.runtime == "runc" else None,
        filter_base64=base64.b64encode(launcher.filter_code).decode() if crun else None,
        open_files=launcher.tools.open_files,
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
        files=SandboxFiles(root=root, base=record.base),
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
