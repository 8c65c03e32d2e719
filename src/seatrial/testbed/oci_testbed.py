"""The port `core.ports.Testbed` over an OCI runtime."""

import logging
import os
import resource
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

import anyio
import anyio.to_thread

from seatrial.core.journal_entry import JournalKind
from seatrial.core.problem import RefusedError, UnavailableError
from seatrial.core.sandbox_spec import Need, SandboxSpec
from seatrial.testbed.bundle import OPEN_FILES
from seatrial.testbed.cgroup_hierarchies import find_hierarchies
from seatrial.testbed.clean import clean
from seatrial.testbed.instrument import JournalFactory, SandboxJournal
from seatrial.testbed.live import Tools
from seatrial.testbed.native_build import build_native
from seatrial.testbed.network import Networks
from seatrial.testbed.ordinary_user import (
    DELEGATE,
    LOST,
    ShiftedCopies,
    check_ordinary_user,
    refuse_what_ordinary_users_lack,
)
from seatrial.testbed.places import Places
from seatrial.testbed.records import Record, Records, own_process
from seatrial.testbed.sandbox import OciSandbox
from seatrial.testbed.seccomp import compile_filter, filter_in_memory
from seatrial.testbed.spawn import reap
from seatrial.testbed.start import Image, Launcher, adopt, launch, opened_facts, take_range
from seatrial.testbed.stop import erase
from seatrial.testbed.subordinate_ids import own_ranges
from seatrial.testbed.watcher import start_watcher

_log = logging.getLogger(__name__)

_STARTS_AT_ONCE = 2 * (os.cpu_count() or 1)
"""More at once only wait for each other in the kernel's namespace and mount locks."""


class Images(Protocol):
    """Where images come from."""

    def resolve(self, name_or_digest: str) -> Image:
        """Find an image. Raises: UnavailableError with how to build it."""
        ...


class OciTestbed:
    """Opens sandboxes on this machine, each used once.

    places: image cache and records of live sandboxes.
    images: finds the image a spec names.
    journal_factory: opens the journal of each sandbox.
    runtime: `crun`, `runc` or `runsc`.
    strict: refuse to start when this machine cannot give a limit or guarantee.
    Cleans up after dead harnesses before its first sandbox.
    """

    def __init__(
        self,
        places: Places,
        images: Images,
        journal_factory: JournalFactory,
        *,
        runtime: str = "crun",
        strict: bool = False,
    ) -> None:
        self._places = places
        self._images = images
        self._journals = journal_factory
        self._runtime = runtime
        self._strict = strict
        self._launcher: Launcher | None = None
        self._starts: anyio.CapacityLimiter | None = None
        self._watch: tuple[int, int] | None = None
        self._networks = Networks()
        self.lost: tuple[str, ...] = ()

    @asynccontextmanager
    async def open(self, spec: SandboxSpec, *, label: str) -> AsyncIterator[OciSandbox]:
        """Start a sandbox; see `core.ports.Testbed.open`."""
        sandbox = await self.start(spec, label=label)
        reason = "closed"
        try:
            yield sandbox
        except BaseException as error:
            reason = type(error).__name__
            raise
        finally:
            with anyio.CancelScope(shield=True):
                await self.stop(sandbox, reason=reason)

    async def start(self, spec: SandboxSpec, *, label: str) -> OciSandbox:
        """Start a sandbox that the caller must `stop`. Raises: as `open`."""
        if self._runtime == "runsc":
            _refuse_what_runsc_lacks(spec)
        launcher = self._ready()
        if launcher.copies is not None:
            refuse_what_ordinary_users_lack(spec)
        image = self._images.resolve(spec.image)
        if self._starts is None:
            self._starts = anyio.CapacityLimiter(_STARTS_AT_ONCE)
        record, folder = await take_range(launcher)
        journal: SandboxJournal | None = None
        try:
            journal = self._journals.open(sandbox=label, uid_base=record.base)
            journal.record(*opened_facts(launcher, spec, image, record, self.lost))
            async with self._starts:
                init = await launch(launcher, spec, image, record, folder)
            record = launcher.records.note_init(record, folder, init)
            if spec.network is not None:
                self._networks.join(spec.network, record.cgroup, init.pid)
            live = adopt(
                launcher,
                spec=spec,
                label=label,
                record=record,
                folder=folder,
                init=init,
                journal=journal,
            )
        except BaseException as error:
            self._leave_network(spec, record)
            erase(launcher.records, launcher.hierarchies, record, folder, launcher.owner)
            if journal is not None:
                journal.record(JournalKind.CLOSED, {"reason": type(error).__name__})
                journal.close()
            raise
        return OciSandbox(live)

    async def stop(self, sandbox: OciSandbox, *, reason: str = "closed") -> None:
        """Stop a sandbox and remove every trace of it. Safe to call twice."""
        live = sandbox.live
        if live.closed:
            return
        live.closed = True
        launcher = self._ready()
        try:
            signal.pidfd_send_signal(live.pidfd, signal.SIGKILL)
        except ProcessLookupError:
            reason = f"{reason}; had ended by itself"
        self._leave_network(live.spec, live.record)
        live.close_descriptors()
        gone = await anyio.to_thread.run_sync(
            erase, launcher.records, launcher.hierarchies, live.record, live.folder, launcher.owner
        )
        if not gone:
            _log.warning("Sandbox %s left a process that will not die.", live.record.cgroup)
        live.journal.record(JournalKind.CLOSED, {"reason": reason})
        live.journal.close()

    def _leave_network(self, spec: SandboxSpec, record: Record) -> None:
        if spec.network is not None:
            self._networks.leave(spec.network, record.cgroup)

    def close(self) -> None:
        """Let go of what all sandboxes shared, when the last has been stopped.

        Its watcher then looks for leftovers, and ends.
        """
        if self._launcher is None or self._watch is None:
            return
        pid, end = self._watch
        os.close(end)
        os.close(self._launcher.tools.filter)
        reap(pid)
        self._launcher = self._watch = None

    def _ready(self) -> Launcher:
        """Prepare on first use what all sandboxes share."""
        if self._launcher is not None:
            return self._launcher
        ordinary = os.geteuid() != 0
        bases = own_ranges() if ordinary else None
        if bases is not None:
            check_ordinary_user(self._runtime, bases)
        program = shutil.which(self._runtime)
        if program is None:
            raise UnavailableError(
                f"The OCI runtime {self._runtime} is not installed.",
                f"Run `apt-get install {self._runtime}`.",
            )
        self._places.runtime.mkdir(parents=True, exist_ok=True, mode=0o700)
        clean(self._places)
        native = build_native(self._places.cache)
        code = compile_filter()
        hierarchies = find_hierarchies(Path("/proc/self/mounts").read_text())
        limits = tuple(f"{name} limit" for name in hierarchies.missing)
        self.lost = (*limits, *(LOST if ordinary else ()))
        self._report_lost()
        self._watch = start_watcher(native, self._places)
        self._launcher = Launcher(
            runtime=self._runtime,
            program=program,
            tools=Tools(
                native=native,
                filter=filter_in_memory(code),
                open_files=_raise_open_files(),
                ordinary_user=ordinary,
            ),
            hierarchies=hierarchies,
            filter_code=code,
            records=Records(self._places.runtime, bases),
            owner=own_process(),
            copies=ShiftedCopies(self._places.cache, bases[0]) if bases else None,
        )
        return self._launcher

    def _report_lost(self) -> None:
        if not self.lost:
            return
        what = "This machine cannot give sandboxes: " + ", ".join(self.lost) + "."
        unlimited = any(name.endswith(" limit") for name in self.lost)
        if unlimited:
            what += " Process limits fall back to rlimits; memory and CPU have none."
        if self._strict:
            remedy = "Start without --strict, or as root on a machine with cgroups."
            if unlimited and os.geteuid() != 0:
                remedy += f" {DELEGATE}"
            raise RefusedError(what, remedy)
        _log.warning("%s", what)


def _refuse_what_runsc_lacks(spec: SandboxSpec) -> None:
    """Raises: UnavailableError naming what gVisor cannot give and why."""
    lacks = ""
    if Need.SETUID in spec.needs:
        lacks = "its kernel ignores the setuid bit, so a program cannot gain privilege by it"
    elif spec.network is not None:
        lacks = "its network stack was not tried with a private network"
    if lacks:
        raise UnavailableError(
            f"A task needs what runtime runsc does not have: {lacks}.",
            "Run it with runtime crun or runc.",
        )


def _raise_open_files() -> int:
    """Let the harness open as many files as it may: three stay open per sandbox.

    Returns: the limit for processes inside.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return min(OPEN_FILES, hard)
