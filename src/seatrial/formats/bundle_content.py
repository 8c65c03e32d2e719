"""Does a bundle's content agree with itself: plan, verdicts, journals, report?

Digests show that files are as they were signed; this shows that what was signed follows from
the evidence, so that a score edited before signing is seen too.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice, pairwise
from typing import TypeAlias, TypeVar

from seatrial.core.canonical import digest_bytes
from seatrial.core.json_text import parse_json
from seatrial.core.problem import BadInputError
from seatrial.core.record import from_json, to_json
from seatrial.formats.finding import Finding
from seatrial.formats.in_toto import build_statement
from seatrial.formats.journal_check import JournalFacts, journal_findings, read_journals
from seatrial.formats.log_check import LogCheck
from seatrial.formats.logged import Logged
from seatrial.formats.report_html import render_html
from seatrial.formats.report_json import read_report_json, write_report_json
from seatrial.review.bundle import (
    JOURNAL_FOLDER,
    MANIFEST_FILE,
    PLAN_FILE,
    PROBE_FILE,
    REPORT_HTML_FILE,
    REPORT_JSON_FILE,
    SCOPE_FILE,
    STATEMENT_FILE,
    THRESHOLDS_FILE,
    TRIAL_FILE,
    VERDICTS_FILE,
    Manifest,
)
from seatrial.review.plan import (
    Plan,
    PlannedTask,
    plan_digest,
    plan_roles,
    planned_samples,
    suite_slots,
)
from seatrial.review.plan_check import differences
from seatrial.review.report import Report, build_report
from seatrial.review.sample import SampleResult
from seatrial.review.sample_json import read_verdicts, sample_id
from seatrial.review.seed_list import SecretSeeds
from seatrial.review.thresholds import parse_thresholds
from seatrial.review.trial import ProbeReport, TrialRecord

T = TypeVar("T")

_MOST_SAMPLES = 1_000_000
"""Of a plan: a number beyond any trial would only wear out the verifier."""

_MOST_DIFFERENCES = 10
"""Of a report that are told: the first says where to look."""


ReadLogs: TypeAlias = Callable[[Sequence[str]], Iterable[Logged]]
"""Reads logs by their names in the bundle."""


def check_content(
    read: Callable[[str], bytes],
    read_logs: ReadLogs | None,
    manifest: Manifest,
    plan: Plan,
    *,
    statement: bytes,
    software: str,
) -> Iterator[Finding]:
    """Hold every part against the plan and the others, in order.

    read_logs: None to leave the logs unread, as something else disagrees already.
    statement: the signed one.
    Raises: BadInputError, OSError for a file that cannot be read as what it is.
    """
    _check_size(plan)
    yield from _suite_findings(plan)
    trial = read_record(TrialRecord, read(TRIAL_FILE), place=TRIAL_FILE)
    if trial.plan != plan_digest(plan) or trial.trial != manifest.trial:
        yield Finding(
            code="trial", where=TRIAL_FILE, what="It names another plan or trial than the bundle."
        )
    policies = ((THRESHOLDS_FILE, plan.thresholds), (SCOPE_FILE, plan.scope))
    for path, planned in policies:
        if digest_bytes(read(path)) != planned:
            yield Finding(code="policy", where=path, what="It is not the policy of the plan.")
    samples = read_verdicts(read(VERDICTS_FILE), place=VERDICTS_FILE)
    yield from sample_findings(plan, trial, manifest, samples)
    paths = [one.path for one in manifest.files]
    journals: dict[str, JournalFacts] = {}
    probe = read_record(ProbeReport, read(PROBE_FILE), place=PROBE_FILE)
    thresholds = parse_thresholds(_text(read(THRESHOLDS_FILE)), place=THRESHOLDS_FILE)
    stated = read_report_json(read(REPORT_JSON_FILE), place=REPORT_JSON_FILE)
    computed = build_report(
        software=stated.software,
        plan=plan,
        trial=trial,
        thresholds=thresholds,
        samples=samples,
        journals=read_journals(
            read, [path for path in paths if path.startswith(JOURNAL_FOLDER)], journals
        ),
        probe=probe,
    )
    yield from journal_findings(plan, trial, samples, journals)
    check = LogCheck(
        plan=plan, trial=trial, samples=samples, journals=journals, read=read, paths=paths
    )
    yield from check.submission_findings()
    if read_logs is not None:
        yield from check.log_findings(read_logs)
    yield from _report_findings(read, computed, stated, software)
    if build_statement(computed, read(MANIFEST_FILE)) != statement:
        yield Finding(
            code="statement", where=STATEMENT_FILE, what="It is not what the evidence gives."
        )


def _check_size(plan: Plan) -> None:
    count = len(plan_roles(plan)) * len(plan.tasks) * plan.draft.epochs
    secret = sum(one.seeds.count for one in plan.draft.suite if isinstance(one.seeds, SecretSeeds))
    if not 0 < count <= _MOST_SAMPLES or secret > len(plan.tasks):
        raise BadInputError(
            f"{PLAN_FILE} plans {count} samples, not 1 to {_MOST_SAMPLES}, or more secret seeds "
            "than tasks.",
            "Take another plan.",
        )


def _suite_findings(plan: Plan) -> Iterator[Finding]:
    """Hold the plan's tasks against its own suite: what was resolved is what was drafted."""
    drafted = [
        (one.name, plan.draft.suite[one.entry].family, one.seed) for one in suite_slots(plan.draft)
    ]
    if drafted != [(one.name, one.family, one.seed) for one in plan.tasks]:
        yield Finding(
            code="plan", where=PLAN_FILE, what="Its tasks are not those of its own suite."
        )


def _report_findings(
    read: Callable[[str], bytes], computed: Report, stated: Report, software: str
) -> Iterator[Finding]:
    for one in islice(differences(to_json(computed), to_json(stated)), _MOST_DIFFERENCES):
        yield Finding(
            code="report",
            where=REPORT_JSON_FILE,
            what=f"{one.path} is {one.observed}, but the evidence gives {one.planned}.",
        )
    if read(REPORT_JSON_FILE) != write_report_json(stated):
        yield Finding(code="report", where=REPORT_JSON_FILE, what="It is not in canonical form.")
    if stated.software == software and render_html(computed) != read(REPORT_HTML_FILE):
        yield Finding(
            code="report",
            where=REPORT_HTML_FILE,
            what="It is not what this version renders from the evidence.",
        )


def sample_findings(
    plan: Plan, trial: TrialRecord, manifest: Manifest, samples: Sequence[SampleResult]
) -> Iterator[Finding]:
    """Hold the verdicts against plan, trial and manifest: none twice, dropped, moved or odd."""
    names = [str(sample_id(sample)) for sample in samples]
    planned = [str(one) for one in planned_samples(plan)]
    yield from _order_findings(names, planned)
    yield from _presence_findings(frozenset(names), plan, trial)
    if list(manifest.samples) != names:
        differing = next(
            (
                f"{listed} is listed where {found} stands"
                for listed, found in zip(manifest.samples, names, strict=False)
                if listed != found
            ),
            f"{len(manifest.samples)} are listed, {len(names)} are there",
        )
        yield Finding(code="samples", where=MANIFEST_FILE, what=f"Samples: {differing}.")
    tasks = {task.name: task for task in plan.tasks}
    for name, sample in zip(names, samples, strict=True):
        yield from _odd(name, sample, tasks)


def _order_findings(names: Sequence[str], planned: Sequence[str]) -> Iterator[Finding]:
    for name, count in Counter(names).items():
        if count > 1:
            yield _verdict(f"Sample {name} stands there {count} times.")
    place = {name: index for index, name in enumerate(planned)}
    for name in names:
        if name not in place:
            yield _verdict(f"Sample {name} is not in the plan.")
    positions = [place[name] for name in names if name in place]
    for before, after in pairwise(positions):
        if after < before:
            yield _verdict(f"Sample {planned[after]} stands out of the plan's order.")


def _presence_findings(names: frozenset[str], plan: Plan, trial: TrialRecord) -> Iterator[Finding]:
    out = {one.task for one in trial.quarantined}
    excused = {one.sample for one in trial.not_run}
    for sample in planned_samples(plan):
        name = str(sample)
        left_out = name in excused or sample.task in out
        if name not in names and not left_out:
            yield _verdict(f"Sample {name} is missing, and nothing says why.")
        if name in names and left_out:
            yield _verdict(f"Sample {name} is there, and the trial says that it was not run.")


def _odd(name: str, sample: SampleResult, tasks: Mapping[str, PlannedTask]) -> Iterator[Finding]:
    task = tasks.get(sample.task)
    if task and (task.family != sample.family or to_json(task.dials) != to_json(sample.dials)):
        yield _verdict(f"Sample {name} has another family or dials than its task in the plan.")
    submitted, total = sample.at_submission, sample.total
    if sample.verdict.passed and (submitted is None or sample.submission_digest is None):
        yield _verdict(f"Sample {name} passed without a submission.")
    if submitted and (submitted.tokens > total.tokens or submitted.model_calls > total.model_calls):
        yield _verdict(f"Sample {name} used more until its submission than in all.")


def read_record(kind: type[T], content: bytes, *, place: str) -> T:
    """Read a JSON file of the bundle.

    Raises: BadInputError naming the field.
    """
    return from_json(kind, parse_json(content, place=place), place=place)


def _verdict(what: str) -> Finding:
    return Finding(code="samples", where=VERDICTS_FILE, what=what)


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInputError(
            f"{THRESHOLDS_FILE} is not UTF-8: {error}.", "Take the file."
        ) from error
