"""Sample results as lines of `verdicts.jsonl`."""

from collections.abc import Iterable

from seatrial.core.canonical import Json, canonical_json
from seatrial.core.json_text import parse_json
from seatrial.core.problem import BadInputError
from seatrial.core.record import from_json, to_json
from seatrial.core.verdict import Verdict
from seatrial.review.plan import SampleId
from seatrial.review.sample import SampleResult


def verdict_to_json(verdict: Verdict) -> Json:
    """Give a verdict as a JSON table."""
    return to_json(verdict)


def verdict_from_json(value: object, *, place: str) -> Verdict:
    """Read a verdict back.

    Raises: BadInputError naming the field.
    """
    return from_json(Verdict, value, place=place)


def sample_id(sample: SampleResult) -> SampleId:
    """Name the sample."""
    return SampleId(sample.role, sample.task, sample.epoch)


def sample_line(sample: SampleResult) -> bytes:
    """Give the sample's line: canonical JSON and a newline."""
    return canonical_json(to_json(sample)) + b"\n"


def write_verdicts(samples: Iterable[SampleResult]) -> bytes:
    """Give the whole file, in the order of `samples`."""
    return b"".join(sample_line(sample) for sample in samples)


def read_verdicts(content: bytes, *, place: str = "verdicts.jsonl") -> tuple[SampleResult, ...]:
    """Read the file back.

    Raises: BadInputError naming the line and field, also for a line that is not canonical:
    one value has one spelling, so a changed byte never goes unseen.
    """
    samples: list[SampleResult] = []
    for number, line in enumerate(content.splitlines(keepends=True), start=1):
        here = f"{place} line {number}"
        sample = from_json(SampleResult, parse_json(line, place=here), place=here)
        if sample_line(sample) != line:
            raise BadInputError(
                f"{here} is not in canonical form.", "Take the file from the original evidence."
            )
        samples.append(sample)
    return tuple(samples)
