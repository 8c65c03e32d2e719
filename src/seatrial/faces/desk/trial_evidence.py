"""A trial's evidence as it is handed in: four files of its bundle, checked against one another.

The logs and journals stay with the evaluator; `seatrial verify` checks the whole bundle. What is
checked here is what a case rests on: a trusted signature over the list of files, the report as
listed there, and that the signed plan is the case's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from seatrial.core.canonical import Digest, digest_bytes
from seatrial.core.problem import BadInputError
from seatrial.formats.bundle_check import trust_findings
from seatrial.formats.dsse import open_envelope
from seatrial.formats.in_toto import PREDICATE_TYPE, STATEMENT_PAYLOAD_TYPE, read_statement
from seatrial.formats.report_json import read_report_json
from seatrial.formats.signed_plan import open_plan
from seatrial.review.bundle import (
    MANIFEST_FILE,
    REPORT_HTML_FILE,
    REPORT_JSON_FILE,
    STATEMENT_FILE,
    Manifest,
    describe_file,
    read_manifest,
)
from seatrial.review.plan import plan_digest
from seatrial.review.report import Report
from seatrial.review.submission.state import Submission
from seatrial.review.trial import Safeguards

Keys = Mapping[str, Ed25519PublicKey]

REMEDY = "Hand in the files of one bundle, as the trial made them."


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The files as bytes."""

    statement: bytes
    manifest: bytes
    report_data: bytes
    report_page: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What the files say once they agree. statement: digest of the signed statement."""

    statement: Digest
    report: Report


def check_evidence(files: Evidence, plan: Digest, keys: Keys) -> Checked:
    """Check evidence against itself and the case's plan.

    keys: of evaluators whose signature counts.
    Raises: BadInputError with the first thing that disagrees.
    """
    for finding in _findings(files, plan, keys):
        raise BadInputError(f"The evidence does not agree: {finding}", REMEDY)
    return Checked(
        statement=digest_bytes(files.statement),
        report=read_report_json(files.report_data, place=REPORT_JSON_FILE),
    )


def check_tried(report: Report, state: Submission, variant: str) -> None:
    """Hold the model that was tried against the case's. variant: one that the case offers.

    Raises: BadInputError when it is another, or has other safeguards.
    """
    offered = next(one.safeguards for one in state.model.variants if one.name == variant)
    tried = report.trial.model
    if tried.safeguards not in (Safeguards.UNKNOWN, offered):
        raise BadInputError(
            f"The trial was of a model with safeguards {tried.safeguards.value}; the variant"
            f" {variant} has them {offered.value}.",
            "Choose the variant that was tried.",
        )
    if tried.checkpoint not in (None, state.model.digest):
        raise BadInputError(
            f"The trial was of the model {tried.checkpoint}; offered is {state.model.digest}.",
            "Hand in a trial of the model that this case is about.",
        )


def _findings(files: Evidence, plan: Digest, keys: Keys) -> Iterator[str]:
    opened = open_envelope(files.statement, keys, place=STATEMENT_FILE)
    yield from map(str, trust_findings(opened, STATEMENT_FILE, keys))
    statement = read_statement(opened.payload, place=STATEMENT_FILE)
    if opened.payload_type != STATEMENT_PAYLOAD_TYPE or statement.predicateType != PREDICATE_TYPE:
        yield f"{STATEMENT_FILE} is no statement of a test result."
    signed = {one.name: one.digest.get("sha256") for one in statement.subject}
    if f"sha256:{signed.get(MANIFEST_FILE)}" != digest_bytes(files.manifest):
        yield f"{MANIFEST_FILE} is not the one that was signed."
    manifest = read_manifest(files.manifest)
    yield from _listed(manifest, REPORT_JSON_FILE, files.report_data)
    yield from _listed(manifest, REPORT_HTML_FILE, files.report_page)
    report = read_report_json(files.report_data, place=REPORT_JSON_FILE)
    for where, named in (
        (MANIFEST_FILE, manifest.plan),
        (REPORT_JSON_FILE, report.plan_digest),
        (f"the plan in {REPORT_JSON_FILE}", plan_digest(report.plan)),
    ):
        if named != plan:
            yield f"{where} names plan {named}; the case's signed plan is {plan}."


def _listed(manifest: Manifest, path: str, content: bytes) -> Iterator[str]:
    found = describe_file(path, content)
    if found not in manifest.files:
        yield f"{path} is not the file that {MANIFEST_FILE} lists."


def check_plan(content: bytes, keys: Keys) -> Digest:
    """Read a signed plan; give the digest that names it.

    Raises: BadInputError for no plan, or one that no trusted key signed.
    """
    plan, opened = open_plan(content, keys, place="the plan")
    for finding in trust_findings(opened, "the plan", keys):
        raise BadInputError(str(finding), "Sign the plan with a key that the programme trusts.")
    return plan_digest(plan)
