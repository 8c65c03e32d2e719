"""Probe a kind of sandbox before a trial uses it (R1, R2)."""

import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from seatrial.core.ports import ExecOutcome, Sandbox, Testbed
from seatrial.core.problem import UnavailableError
from seatrial.core.sandbox_spec import SandboxSpec
from seatrial.testbed.probe.bait import Bait, host_bait
from seatrial.testbed.probe.checks import CHECKS, HOST_ENVIRONMENT, SHARED_KERNEL
from seatrial.testbed.probe.output import BadOutputError, ProgramOutput, parse_output
from seatrial.testbed.probe.program import build_probe
from seatrial.testbed.probe.report import ProbeReport, ProbeResult

PROGRAM_INSIDE = "/usr/local/bin/probe"
_SECONDS = 60.0
"""The program takes under a second; its own checks give up after 8 s each."""

_NEIGHBOUR_ADDRESS = "10.99.0.2"
"""The second member's address in a private network (testbed.network)."""

_SHORT = 6
"""Host values shorter than this (`1`, `C`, `en_US`) are too common to say anything."""

_COMMON = frozenset({"PATH", "LANG", "LC_ALL", "TERM", "HOME", "USER", "LOGNAME", "SHELL", "PWD"})
"""Variables whose value inside may be the host's by chance."""


async def probe_containment(
    testbed: Testbed,
    spec: SandboxSpec,
    *,
    cache: Path,
    environment: Mapping[str, str] | None = None,
    own_kernel: bool = False,
    label: str = "probe",
) -> ProbeReport:
    """Try every way out of a fresh sandbox of `spec`, as root and as its user.

    Opens three sandboxes: one that leaves markers and ends, the probed one, and a neighbour
    (with `spec.network`: in another private network).
    cache: where the program is kept, `Places.cache`. environment: the harness's, by default
    this process's. own_kernel: the runtime brings a kernel of its own (`runsc`), which may
    answer what the host's must not. label: the sandboxes' names start with it.
    Returns: a result for each of `CHECKS`; a probe that crashes or hangs has reached them all.
    Raises: UnavailableError, SandboxGoneError when sandboxes cannot be had.
    """
    program = build_probe(cache).read_bytes()
    probed = replace(spec, network=spec.network and f"{label}-a")
    beside = replace(spec, network=spec.network and f"{label}-b")
    earlier, neighbour = secrets.token_hex(7), secrets.token_hex(7)
    async with testbed.open(probed, label=f"{label}-earlier") as sandbox:
        await _leave(sandbox, program, "plant", earlier)
    with host_bait() as bait:
        # The probed one comes right after: it gets what the first gave back.
        async with (
            testbed.open(probed, label=label) as sandbox,
            testbed.open(beside, label=f"{label}-filler"),
            testbed.open(beside, label=f"{label}-neighbour") as other,
        ):
            await _leave(other, program, "hold", neighbour)
            traits = {"private_network": spec.network is not None, "own_kernel": own_kernel}
            told = _told(bait, earlier, neighbour, [name for name, on in traits.items() if on])
            await sandbox.write_file(PROGRAM_INSIDE, program, mode=0o755, user="root")
            argv = (PROGRAM_INSIDE, "check")
            outcomes = [
                await sandbox.exec(argv, stdin=told, user=user, timeout=_SECONDS, cwd="/")
                for user in dict.fromkeys(("root", spec.user))
            ]
    host = os.environ if environment is None else environment
    results = _merged([_results(outcome, host) for outcome in outcomes])
    if own_kernel:
        results = tuple(_answered_by_own_kernel(result) for result in results)
    return ProbeReport(results=results, image=spec.image, network=spec.network)


async def _leave(sandbox: Sandbox, program: bytes, verb: str, token: str) -> None:
    await sandbox.write_file(PROGRAM_INSIDE, program, mode=0o755, user="root")
    outcome = await sandbox.exec(
        (PROGRAM_INSIDE, verb, token), user="root", timeout=_SECONDS, cwd="/"
    )
    if outcome.returncode != 0 or outcome.timed_out:
        raise UnavailableError(
            f"The containment probe could not leave its markers (exit {outcome.returncode}).",
            "Check that the image runs static programs of this machine's kind.",
        )


def _told(bait: Bait, earlier: str, neighbour: str, traits: Sequence[str]) -> bytes:
    lines = [f"address {address} {port}" for address, port in bait.addresses]
    lines += [
        f"abstract {bait.abstract_name}",
        f"earlier {earlier}",
        f"neighbour {neighbour}",
        f"neighbour_address {_NEIGHBOUR_ADDRESS}",
    ]
    lines += [f"{trait} yes" for trait in traits]
    return "\n".join([*lines, ""]).encode()


def _results(outcome: ExecOutcome, host: Mapping[str, str]) -> tuple[ProbeResult, ...]:
    try:
        if outcome.timed_out or outcome.output_exceeded or outcome.returncode != 0:
            raise BadOutputError(_ending(outcome))  # noqa: TRY301 - one way of failing, one answer
        told = parse_output(outcome.stdout)
    except BadOutputError as error:
        detail = f"the probe itself failed: {error}"
        return tuple(
            ProbeResult(name=name, reached=True, unfinished=True, detail=detail) for name in CHECKS
        )
    return (*told.results, _host_environment(told, host))


def _ending(outcome: ExecOutcome) -> str:
    if outcome.timed_out:
        return f"it did not end within {_SECONDS:.0f} s"
    if outcome.output_exceeded:
        return "it said too much"
    return f"it ended with status {outcome.returncode}"


def _host_environment(told: ProgramOutput, host: Mapping[str, str]) -> ProbeResult:
    values = {value: name for name, value in host.items() if len(value) >= _SHORT}
    for variable in told.environment:
        name, _, value = variable.partition("=")
        if value in values and not {name, values[value]} & _COMMON:
            detail = f"the host's variable {ascii(name)[1:-1][:60]} is inside"
            return ProbeResult(name=HOST_ENVIRONMENT, reached=True, detail=detail)
    return ProbeResult(name=HOST_ENVIRONMENT, reached=False)


def _answered_by_own_kernel(result: ProbeResult) -> ProbeResult:
    if not result.reached or result.name not in SHARED_KERNEL or result.unfinished:
        return result
    detail = f"answered by the sandbox's own kernel: {result.detail}"
    return replace(result, reached=False, detail=detail)


def _merged(runs: list[tuple[ProbeResult, ...]]) -> tuple[ProbeResult, ...]:
    """Give the worse of the runs, check by check."""
    return tuple(
        next((one for one in same if one.reached), same[0]) for same in zip(*runs, strict=True)
    )
