"""A probe that cannot say that a sandbox is contained says that it is not."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from seatrial.core.ports import ExecOutcome
from seatrial.core.problem import UnavailableError
from seatrial.core.sandbox_spec import SandboxSpec
from seatrial.testbed.probe import containment
from seatrial.testbed.probe.checks import CHECKS, HOST_ENVIRONMENT
from seatrial.testbed.probe.containment import probe_containment
from seatrial.testbed.probe.report import ProbeReport, ProbeResult

pytestmark = pytest.mark.anyio

NAMES = [name for name in CHECKS if name != HOST_ENVIRONMENT]
SOUND = ExecOutcome(
    returncode=0,
    stdout=("".join(f"{n}\tno\t\n" for n in NAMES) + f"end\t{len(NAMES)}\n").encode(),
    stderr=b"",
)


@dataclass
class FakeTestbed:
    """Sandboxes whose every check ends as told. told: standard input of the checks."""

    outcomes: Mapping[str, ExecOutcome]
    marking: int = 0
    opened: list[tuple[str, str | None]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def open(self, spec: SandboxSpec, *, label: str) -> AsyncIterator["FakeTestbed"]:
        self.opened.append((label, spec.network))
        yield self

    async def write_file(
        self, path: str, contents: bytes, *, mode: int = 0o644, user: str | None = None
    ) -> None:
        assert contents
        assert (path, mode, user) == (containment.PROGRAM_INSIDE, 0o755, "root")

    async def read_file(self, path: str, *, user: str | None = None, limit: int = 0) -> bytes:
        raise AssertionError((path, user, limit))

    async def exec(
        self,
        argv: Sequence[str],
        *,
        stdin: bytes = b"",
        cwd: str | None = None,
        env: Mapping[str, str] | None = None,
        user: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the port's form
    ) -> ExecOutcome:
        assert (cwd, env) == ("/", None)
        assert timeout
        if argv[1] != "check":
            return replace(SOUND, returncode=self.marking)
        self.told.append(stdin.decode())
        return self.outcomes[user or ""]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    binary = tmp_path / "probe"
    binary.write_bytes(b"program")
    monkeypatch.setattr(containment, "build_probe", lambda _cache: binary)


async def _probe(testbed: FakeTestbed, tmp_path: Path, **changes: str) -> ProbeReport:
    spec = SandboxSpec(**({"image": "i"} | changes))  # type: ignore[arg-type]  # names of texts
    host = {"SECRET": "0123456789", "PATH": "/usr/bin:/bin"}
    return await probe_containment(testbed, spec, cache=tmp_path, environment=host)


async def test_a_sound_sandbox_has_a_result_for_every_check(tmp_path: Path) -> None:
    report = await _probe(FakeTestbed({"root": SOUND}), tmp_path)

    assert [result.name for result in report.results] == list(CHECKS)
    assert report.reaches == ()


@pytest.mark.parametrize(
    "outcome",
    [
        replace(SOUND, returncode=139),
        replace(SOUND, timed_out=True),
        replace(SOUND, output_exceeded=True),
        replace(SOUND, stdout=SOUND.stdout[:-4]),
    ],
)
async def test_a_probe_that_fails_has_proven_nothing(outcome: ExecOutcome, tmp_path: Path) -> None:
    report = await _probe(FakeTestbed({"root": outcome}), tmp_path)

    assert len(report.reaches) == len(CHECKS)
    assert all("the probe itself failed" in result.detail for result in report.reaches)


async def test_what_either_user_reaches_counts(tmp_path: Path) -> None:
    broken = replace(SOUND, stdout=SOUND.stdout.replace(b"udp\tno\t", b"udp\tyes\tseen"))

    report = await _probe(FakeTestbed({"root": SOUND, "agent": broken}), tmp_path, user="agent")

    assert report.reaches == (ProbeResult(name="udp", reached=True, detail="seen"),)


@pytest.mark.parametrize(
    ("variable", "reached"),
    [("OTHER=0123456789", True), ("PATH=/usr/bin:/bin", False), ("SECRET=else", False)],
)
async def test_a_value_of_the_host_inside_is_found(
    variable: str, tmp_path: Path, *, reached: bool
) -> None:
    line = f"env\t{variable.encode().hex()}\nend".encode()
    outcome = replace(SOUND, stdout=SOUND.stdout.replace(b"end", line))

    report = await _probe(FakeTestbed({"root": outcome}), tmp_path)

    assert [r.name for r in report.reaches] == ([HOST_ENVIRONMENT] if reached else [])


async def test_a_runtimes_own_kernel_may_answer(tmp_path: Path) -> None:
    """Its system calls are not the host's; sockets and files still lead out."""
    text = SOUND.stdout.replace(b"io_uring\tno\t", b"io_uring\tyes\tsucceeded")
    text = text.replace(b"tcp\tno\t", b"tcp\tyes\tconnected").replace(b"bpf\tno", b"bpf\terror")
    testbed = FakeTestbed({"root": replace(SOUND, stdout=text)})

    report = await probe_containment(
        testbed, SandboxSpec(image="i"), cache=tmp_path, environment={}, own_kernel=True
    )

    assert [result.name for result in report.reaches] == ["tcp", "bpf"]
    assert "own_kernel" in testbed.told[0]


async def test_a_neighbour_is_in_another_network(tmp_path: Path) -> None:
    testbed = FakeTestbed({"root": SOUND})

    await _probe(testbed, tmp_path, network="n")

    assert dict(testbed.opened) == {
        "probe-earlier": "probe-a",
        "probe": "probe-a",
        "probe-filler": "probe-b",
        "probe-neighbour": "probe-b",
    }
    assert "private_network" in testbed.told[0]


async def test_markers_that_cannot_be_left_are_not_passed_over(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError):
        await _probe(FakeTestbed({"root": SOUND}, marking=1), tmp_path)
