"""A fake sandbox: processes under host ids of a block, followed by a real recorder."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from seatrial.core.journal_entry import JournalEntry, JournalKind
from seatrial.testbed.journal.build import build_recorder
from seatrial.testbed.journal.factory import FileJournalFactory
from seatrial.testbed.journal.reading import read_journal
from seatrial.testbed.journal.recorder import Recorder
from seatrial.testbed.journal.sandbox_journal import FileSandboxJournal
from seatrial.testbed.places import default_places

PROGRAMS = Path(__file__).parent / "programs"
# Far above any range that /etc/subuid gives; one per test process.
UID_BASE = 0x60000000 + (os.getpid() % 8192) * 65536 + 3392


@dataclass(kw_only=True)
class FakeSandbox:
    """Runs commands under an id of the block. folder: readable by them."""

    base: int
    folder: Path
    factory: FileJournalFactory
    journal: FileSandboxJournal
    label: str
    _entries: tuple[JournalEntry, ...] | None = field(default=None)

    def command(self, *argv: str | bytes, uid: int = 1000) -> list[str | bytes]:
        host = str(self.base + uid)
        return ["setpriv", "--reuid", host, "--regid", host, "--clear-groups", *argv]

    def run(self, *argv: str | bytes, uid: int = 1000, check: bool = True) -> str:
        done = subprocess.run(
            self.command(*argv, uid=uid), check=check, capture_output=True, cwd="/", text=True
        )
        return done.stdout

    def entries(self) -> tuple[JournalEntry, ...]:
        """Close the journal and give what it holds."""
        if self._entries is None:
            self.journal.close()
            self._entries = read_journal(self.factory.path_of(self.label))
        return self._entries

    def of(self, kind: JournalKind) -> list[JournalEntry]:
        return [entry for entry in self.entries() if entry.kind is kind]


@pytest.fixture(scope="session")
def recorder_binary() -> Path:
    if os.geteuid() != 0:
        pytest.skip("the recorder needs root")
    return build_recorder(default_places().cache)


@pytest.fixture(scope="session")
def recorder(recorder_binary: Path) -> Iterator[Recorder]:
    recorder = Recorder(recorder_binary)
    yield recorder
    recorder.stop()


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder that other users may enter: pytest's own are closed to them."""
    path = Path(tempfile.mkdtemp(prefix="journal-test-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def compiled(folder: Path) -> Callable[..., str]:
    """Compile one of programs/*.c, once."""
    built: dict[tuple[str, ...], str] = {}

    def compile_program(name: str, *flags: str) -> str:
        key = (name, *flags)
        if key not in built:
            to = folder / "-".join((name, *(flag.strip("-") for flag in flags)))
            subprocess.run(
                ["gcc", "-O1", "-pthread", *flags, "-o", to, PROGRAMS / f"{name}.c"], check=True
            )
            built[key] = str(to)
        return built[key]

    return compile_program


@pytest.fixture
def make_sandbox(folder: Path, tmp_path: Path) -> Callable[[Recorder], FakeSandbox]:
    def make(
        recorder: Recorder | None, *, base: int = UID_BASE, label: str = "box", **limits: int
    ) -> FakeSandbox:
        factory = FileJournalFactory(
            tmp_path / "journal", recorder=recorder, now_ns=time.time_ns, **limits
        )
        journal = factory.open(sandbox=label, uid_base=base)
        journal.record(JournalKind.OPENED, {})
        return FakeSandbox(base=base, folder=folder, factory=factory, journal=journal, label=label)

    return make


@pytest.fixture
def box(
    recorder: Recorder, make_sandbox: Callable[[Recorder], FakeSandbox]
) -> Iterator[FakeSandbox]:
    sandbox = make_sandbox(recorder)
    yield sandbox
    sandbox.journal.close()
