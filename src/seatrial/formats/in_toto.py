"""The statement over a trial's evidence: an in-toto test result.

Source: in-toto Attestation Framework, Statement v1 and predicate test-result v0.1. Its words
`PASSED`, `WARNED` and `FAILED` speak of the trial's own conditions (`review.conditions`), never
of the model. Since some conditions always stay open to the reader, the result is never `PASSED`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from seatrial.core.canonical import Digest, canonical_json, digest_bytes
from seatrial.core.json_text import parse_json
from seatrial.core.ports import Signer
from seatrial.core.record import from_json, to_json
from seatrial.formats.dsse import sign_envelope
from seatrial.review.bundle import MANIFEST_FILE
from seatrial.review.conditions import State
from seatrial.review.report import Report

STATEMENT_PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://in-toto.io/attestation/test-result/v0.1"

# The standard's field names, in its own spelling.
# ruff: noqa: N815 - names of the standard


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptor:
    """A ResourceDescriptor: name, digest by algorithm in hexadecimal, annotations."""

    name: str
    digest: Mapping[str, str] = field(default_factory=dict[str, str])
    annotations: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult:
    """The predicate. The lists hold codes of conditions."""

    __test__ = False  # the standard's name; pytest would take it for a test

    result: str
    configuration: tuple[Descriptor, ...]
    passedTests: tuple[str, ...]
    warnedTests: tuple[str, ...]
    failedTests: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """An in-toto statement with a test result."""

    type: str
    subject: tuple[Descriptor, ...]
    predicateType: str
    predicate: TestResult


def build_statement(report: Report, manifest: bytes) -> bytes:
    """Give the statement's canonical JSON. manifest: content of `manifest.json`."""
    codes = {
        state: tuple(one.code for one in report.conditions if one.state is state) for state in State
    }
    statement = Statement(
        type=STATEMENT_TYPE,
        subject=(Descriptor(name=MANIFEST_FILE, digest=_hex(digest_bytes(manifest))),),
        predicateType=PREDICATE_TYPE,
        predicate=TestResult(
            result="FAILED" if codes[State.OCCURRED] else "WARNED",
            configuration=(
                Descriptor(
                    name="plan",
                    digest=_hex(report.plan_digest),
                    annotations={"name": report.plan.draft.name, "notice": report.statement},
                ),
                Descriptor(name="scope", digest=_hex(report.plan.scope)),
                Descriptor(name="thresholds", digest=_hex(report.plan.thresholds)),
                Descriptor(
                    name="model",
                    digest=_hex(report.trial.model.checkpoint),
                    annotations={
                        "name": report.trial.model.name,
                        "provider": report.trial.model.provider,
                    },
                ),
                Descriptor(name="software", annotations=dict(report.trial.versions)),
            ),
            passedTests=codes[State.NOT_SEEN],
            warnedTests=codes[State.OPEN],
            failedTests=codes[State.OCCURRED],
        ),
    )
    return _statement_bytes(statement)


def sign_statement(statement: bytes, signer: Signer) -> bytes:
    """Give the content of `statement.dsse.json`."""
    return sign_envelope(statement, STATEMENT_PAYLOAD_TYPE, signer)


def read_statement(payload: bytes, *, place: str) -> Statement:
    """Read a statement.

    Raises: BadInputError naming the field that is not as the standard has it.
    """
    raw = parse_json(payload, place=place)
    if isinstance(raw, dict):
        # `_type` would be a private name in Python.
        table = cast("dict[str, object]", raw)
        raw = {"type" if name == "_type" else name: value for name, value in table.items()}
    return from_json(Statement, raw, place=place)


def _statement_bytes(statement: Statement) -> bytes:
    fields = {
        "_type": to_json(statement.type),
        "subject": to_json(statement.subject),
        "predicateType": to_json(statement.predicateType),
        "predicate": to_json(statement.predicate),
    }
    return canonical_json(fields)


def _hex(digest: Digest | None) -> dict[str, str]:
    return {} if digest is None else {"sha256": digest.removeprefix("sha256:")}
