"""One folder per live sandbox: who owns it and what belongs to it.

The folder's name is the number of the sandbox's id block. It appears by a rename, whole and
with its owner in it, so two harnesses cannot take one block and a killed one leaves no
folder that cannot be judged. Harnesses with other runtime folders see none of that: towards
them a socket's name, which the kernel takes back however its holder ends, claims the ids.
"""

import hashlib
import json
import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from seatrial.core.problem import UnavailableError
from seatrial.testbed.bundle import IDS

FIRST_ID = 1_879_048_192
"""First host uid: systemd's list of uses leaves 1879048192 .. 2147352575 to nobody."""

BLOCKS = 4_094
"""Blocks of 65,536 ids up to the end of that range."""

_RECORD = "record.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process that a number alone would not identify. started: clock ticks since boot."""

    pid: int
    started: int

    def alive(self) -> bool:
        """Whether it still runs (a zombie does not)."""
        return process(self.pid) == self


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A live sandbox.

    block: number of its ids. cgroup: name of its groups. runtime: crun, runc or runsc.
    boot: the kernel's boot id; a record from before a reboot has nothing left.
    init: None until it runs.
    """

    block: int
    base: int
    owner: Process
    boot: str
    runtime: str
    cgroup: str
    init: Process | None = None


def process(pid: int) -> Process | None:
    """Identify a running process; None when there is none or it is a zombie."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    # The name in parentheses may hold anything; the fields after the last `)` do not.
    fields = text.rpartition(")")[2].split()
    state, started = fields[0], int(fields[19])
    return None if state in ("Z", "X") else Process(pid=pid, started=started)


def boot_id() -> str:
    """Give the kernel's id of this boot."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


class NoFreeRangeError(UnavailableError):
    """Every id range is in use by a live sandbox."""


class Records:
    """The folders of live sandboxes below a runtime folder.

    bases: first ids of the ranges lent to an ordinary user; None: root's own blocks.
    """

    def __init__(self, runtime: Path, bases: Sequence[int] | None = None) -> None:
        self._bases = range(FIRST_ID, FIRST_ID + BLOCKS * IDS, IDS) if bases is None else bases
        self.folder = runtime / "sandboxes"
        self._boot = boot_id()
        # Harnesses with different runtime folders start at different blocks: they seldom meet.
        self._tag = hashlib.sha256(str(runtime.resolve()).encode()).hexdigest()[:8]
        self._next = int(self._tag, 16) % max(1, len(self._bases))
        self._count = 0
        self._claims: dict[int, socket.socket] = {}  # by block

    def take(self, runtime: str, owner: Process) -> tuple[Record, Path]:
        """Take a free block. Returns: its record and folder.

        Raises: NoFreeRangeError when every block is in use.
        """
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._count += 1
        draft = self.folder / f".new-{owner.pid}-{owner.started}-{self._count}"
        draft.mkdir(mode=0o700)
        for _ in self._bases:
            block = self._next
            self._next = (block + 1) % len(self._bases)
            target = self.folder / f"{block:04d}"
            if target.exists() or not self._claim(block):
                continue
            record = Record(
                block=block,
                base=self._bases[block],
                owner=owner,
                boot=self._boot,
                runtime=runtime,
                cgroup=f"{self._tag}-{block:04d}",
            )
            (draft / _RECORD).write_text(json.dumps(asdict(record)))
            try:
                draft.rename(target)
            except OSError:  # another harness was faster
                self._let_go(block)
                continue
            return record, target
        (draft / _RECORD).unlink(missing_ok=True)
        draft.rmdir()
        raise NoFreeRangeError(
            f"All {len(self._bases)} id ranges are in use by live sandboxes.",
            "Wait for some to end, or run `seatrial testbed clean`.",
        )

    def note_init(self, record: Record, folder: Path, init: Process) -> Record:
        """Add the sandbox's first process to its record."""
        known = replace(record, init=init)
        draft = folder / f"{_RECORD}.new"
        draft.write_text(json.dumps(asdict(known)))
        draft.replace(folder / _RECORD)
        return known

    def live(self) -> Iterator[tuple[Record, Path]]:
        """Read the record of every sandbox, other harnesses' too."""
        if not self.folder.is_dir():
            return
        for folder in sorted(self.folder.iterdir()):
            if folder.name.startswith("."):
                continue
            if record := read_record(folder):
                yield record, folder

    def drafts(self) -> Iterator[tuple[Process, Path]]:
        """Give half-made and half-removed folders with the process that was at them."""
        if not self.folder.is_dir():
            return
        for folder in self.folder.iterdir():
            kind, _, rest = folder.name.partition("-")
            numbers = rest.split("-")
            if kind in (".new", ".gone") and all(part.isdecimal() for part in numbers):
                yield Process(pid=int(numbers[0]), started=int(numbers[1])), folder

    def withdraw(self, folder: Path, by: Process) -> Path:
        """Take a sandbox's folder out of the list, in one step, before it is removed."""
        gone = self.folder / f".gone-{by.pid}-{by.started}-{folder.name}"
        folder.rename(gone)
        self._let_go(int(folder.name))
        return gone

    def are_elsewhere(self, record: Record) -> bool:
        """Whether a harness with another runtime folder has a sandbox's ids now."""
        if record.block in self._claims:
            return False
        with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as claim:
            return not _bind(claim, record.base)

    def _claim(self, block: int) -> bool:
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        if _bind(claim, self._bases[block]):
            self._claims[block] = claim
            return True
        claim.close()
        return False

    def _let_go(self, block: int) -> None:
        if claim := self._claims.pop(block, None):
            claim.close()


def _bind(claim: socket.socket, base: int) -> bool:
    try:
        claim.bind(f"\0seatrial-ids-{base}")
    except OSError:
        return False
    return True


def own_process() -> Process:
    """Identify this process."""
    own = process(os.getpid())
    assert own is not None, "this process runs"  # noqa: S101 - /proc without us is no Linux
    return own


def read_record(folder: Path) -> Record | None:
    """Read a sandbox's record; None when the sandbox has just been removed."""
    try:
        raw = json.loads((folder / _RECORD).read_text())
    except (FileNotFoundError, NotADirectoryError):
        return None
    init = raw.pop("init")
    owner = raw.pop("owner")
    return Record(**raw, owner=Process(**owner), init=Process(**init) if init else None)
