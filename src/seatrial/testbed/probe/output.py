"""Read what the probe's program printed. Anything out of form counts as a failed probe."""

from dataclasses import dataclass

from seatrial.testbed.probe.checks import CHECKS, HOST_ENVIRONMENT
from seatrial.testbed.probe.report import ProbeResult

_CHECK_FIELDS = 3
_ENV_FIELDS = 2
_PROGRAM_CHECKS = tuple(name for name in CHECKS if name != HOST_ENVIRONMENT)


class BadOutputError(ValueError):
    """The program's output is not of its form: it was cut, crashed or tampered with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramOutput:
    """The checks in their order, and the environment as `NAME=VALUE`."""

    results: tuple[ProbeResult, ...]
    environment: tuple[str, ...]


def parse_output(output: bytes) -> ProgramOutput:
    """Read the output of `probe check`.

    Raises: BadOutputError unless each check is there once, in order, with the right end line.
    """
    try:
        lines = output.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise BadOutputError("it is not ASCII") from error
    if lines[-2:] != [f"end\t{len(_PROGRAM_CHECKS)}", ""]:
        raise BadOutputError(f"its last line is {lines[-1] or lines[-2:-1]!r}"[:100])
    count = len(_PROGRAM_CHECKS)
    results = tuple(
        _result(line, name) for line, name in zip(lines[:count], _PROGRAM_CHECKS, strict=True)
    )
    return ProgramOutput(
        results=results, environment=tuple(_variable(line) for line in lines[count:-2])
    )


def _result(line: str, name: str) -> ProbeResult:
    fields = line.split("\t")
    if (
        len(fields) != _CHECK_FIELDS
        or fields[0] != name
        or not line.replace("\t", "").isprintable()
    ):
        raise BadOutputError(f"where {name} is due it says {line[:60]!r}")
    match fields[1:]:
        case ["no", ""]:
            return ProbeResult(name=name, reached=False)
        case ["yes", detail]:
            return ProbeResult(name=name, reached=True, detail=detail)
        case ["error", detail]:
            detail = f"the check did not finish: {detail}"
            return ProbeResult(name=name, reached=True, detail=detail, unfinished=True)
        case _:
            raise BadOutputError(f"{name} answers {fields[1][:20]!r}")


def _variable(line: str) -> str:
    fields = line.split("\t")
    if len(fields) != _ENV_FIELDS or fields[0] != "env":
        raise BadOutputError(f"where a variable is due it says {line[:60]!r}")
    try:
        return bytes.fromhex(fields[1]).decode(errors="replace")
    except ValueError as error:
        raise BadOutputError("a variable is not hexadecimal") from error
