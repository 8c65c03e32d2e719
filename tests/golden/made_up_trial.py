"""A made-up trial: plan, results, journals, logs and bundle, the same at every call."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from made_up_plan import (
    MEMORY,
    PLAN_TEXT,
    SCOPE_TEXT,
    SOFTWARE,
    THRESHOLDS_TEXT,
    TestSigner,
    made_up_plan,
)
from made_up_samples import (
    entries_of,
    left_by,
    logged_sample,
    made_up_sample,
    probe_entries,
)

from seatrial.core.canonical import canonical_json, digest_bytes
from seatrial.core.journal_chain import (
    entry_line,
    parse_journal,
)
from seatrial.core.journal_entry import JournalEntry
from seatrial.core.record import to_json
from seatrial.formats.in_toto import build_statement, sign_statement
from seatrial.formats.logged import Logged, LoggedRole
from seatrial.formats.report_html import render_html
from seatrial.formats.report_json import write_report_json
from seatrial.formats.sample_files import log_file, sample_key, submission_file
from seatrial.formats.signed_plan import sign_plan
from seatrial.review.bundle import (
    MANIFEST_FILE,
    PLAN_FILE,
    PROBE_FILE,
    REPORT_HTML_FILE,
    REPORT_JSON_FILE,
    SCOPE_FILE,
    STATEMENT_FILE,
    THRESHOLDS_FILE,
    TRIAL_FILE,
    UNLISTED,
    VERDICTS_FILE,
    build_manifest,
    describe_file,
    write_manifest,
)
from seatrial.review.plan import (
    Plan,
    plan_digest,
    plan_roles,
    planned_samples,
)
from seatrial.review.report import Report, build_report
from seatrial.review.sample import SampleResult
from seatrial.review.sample_json import read_verdicts, write_verdicts
from seatrial.review.thresholds import parse_thresholds
from seatrial.review.trial import (
    TRIAL_SCHEMA,
    Deviation,
    ModelIdentity,
    Probe,
    ProbeReport,
    Quarantine,
    Safeguards,
    TrialRecord,
)

__all__ = [
    "PLAN_TEXT",
    "SOFTWARE",
    "THRESHOLDS_TEXT",
    "MadeUpTrial",
    "TestSigner",
    "made_up_plan",
    "made_up_sample",
    "made_up_trial",
    "probe_entries",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeUpTrial:
    """Everything that a runner would hand over."""

    plan: Plan
    trial: TrialRecord
    samples: tuple[SampleResult, ...]
    journals: dict[str, bytes]
    probe: ProbeReport
    signer: TestSigner

    def entries(self) -> list[tuple[JournalEntry, ...]]:
        return [parse_journal(content, name=path) for path, content in self.journals.items()]

    def report(self) -> Report:
        return build_report(
            software=SOFTWARE,
            plan=self.plan,
            trial=self.trial,
            thresholds=parse_thresholds(THRESHOLDS_TEXT.decode(), place=THRESHOLDS_FILE),
            samples=self.samples,
            journals=self.entries(),
            probe=self.probe,
        )

    def given(self) -> dict[str, bytes]:
        return {
            PLAN_FILE: sign_plan(self.plan, self.signer),
            THRESHOLDS_FILE: THRESHOLDS_TEXT,
            SCOPE_FILE: SCOPE_TEXT,
            **{log_file(role): b"PK\x05\x06" + bytes(18) for role in plan_roles(self.plan)},
            **{
                submission_file(one.role, sample_key(one.task, one.epoch)): left_by(one)
                for one in self.samples
                if one.submission_digest is not None
            },
            **self.journals,
        }

    def bundle(self) -> dict[str, bytes]:
        report = self.report()
        return self.seal(
            {
                **self.given(),
                TRIAL_FILE: canonical_json(to_json(self.trial)),
                VERDICTS_FILE: write_verdicts(self.samples),
                PROBE_FILE: canonical_json(to_json(self.probe)),
                REPORT_JSON_FILE: write_report_json(report),
                REPORT_HTML_FILE: render_html(report),
            }
        )

    def seal(self, files: dict[str, bytes]) -> dict[str, bytes]:
        """Hash and sign whatever the files say, as an insider would."""
        listed = {path: content for path, content in files.items() if path not in UNLISTED}
        manifest = write_manifest(
            build_manifest(
                trial=self.trial.trial,
                plan=self.plan,
                samples=read_verdicts(listed[VERDICTS_FILE]),
                files=[describe_file(path, content) for path, content in listed.items()],
            )
        )
        statement = sign_statement(build_statement(self.report(), manifest), self.signer)
        return {**listed, MANIFEST_FILE: manifest, STATEMENT_FILE: statement}

    def read_logs(self, names: Sequence[str]) -> Iterator[Logged]:
        """What Inspect's logs say, as an adapter would read them."""
        for name in names:
            role = name.removeprefix("logs/").removesuffix(".eval")
            own = [one for one in self.samples if one.role == role]
            yield LoggedRole(
                path=name,
                model=self.trial.model.name if role == "model" else f"openai-api/reference/{role}",
                reference=None if role == "model" else f"reference/{role}",
                task=f"seatrial_{role}",
                seconds=self.plan.draft.limits.seconds,
                tokens=self.plan.draft.budgets.tokens[-1],
                turns=self.plan.draft.limits.messages,
                samples=tuple(sample_key(one.task, one.epoch) for one in own),
                held=len(own),
                results=False,
            )
            for one in own:
                yield logged_sample(self.plan, one)

    def but(self, **changes: object) -> "MadeUpTrial":
        return replace(self, **changes)  # type: ignore[arg-type]  # tests name real fields


@cache
def made_up_trial() -> MadeUpTrial:
    plan = made_up_plan()
    quarantined = f"{MEMORY}/0007"
    samples = tuple(
        made_up_sample(plan, one) for one in planned_samples(plan) if one.task != quarantined
    )
    journals = {
        f"journal/{entries[0].sandbox}.jsonl": b"".join(map(entry_line, entries))
        for entries in (*map(entries_of, samples), probe_entries())
    }
    return MadeUpTrial(
        plan=plan,
        trial=TrialRecord(
            schema=TRIAL_SCHEMA,
            trial="2026-06-02T10-00-00-made-up",
            plan=plan_digest(plan),
            model=ModelIdentity(
                name="openai-api/lab/<b>frontier</b>-1\u202e",
                provider="Example Lab",
                safeguards=Safeguards.ON,
                endpoint="http://127.0.0.1:8000/v1",
                checkpoint=digest_bytes(b"weights"),
            ),
            operator="Example Institute, red team 2",
            started="2026-06-02T10:00:00Z",
            ended="2026-06-02T10:04:41Z",
            elicitation=plan.draft.elicitation,
            monitor=True,
            machine={"kernel": "6.1.0", "processors": "2", "memory": "24 GiB"},
            versions=dict(plan.versions),
            settings={"temperature": "0.7", "top_p": "1.0"},
            guarantees_lost=("Processor limits could not be set on this machine.",),
            quarantined=(Quarantine(task=quarantined, reason="the reference input did not pass"),),
            deviations=(
                Deviation(
                    kind="endpoint_error", what="The endpoint failed twice and was asked again."
                ),
            ),
        ),
        samples=samples,
        journals=journals,
        probe=ProbeReport(
            mechanism="crun 1.8, started by root",
            probes=tuple(
                Probe(name=name, reached=False, detail=detail)
                for name, detail in (
                    ("dns", "no answer within 1 s"),
                    ("tcp_ipv4", "network is unreachable"),
                    ("metadata_address", "network is unreachable"),
                    ("neighbour", "no route"),
                    ("host_mounts", "none found"),
                )
            ),
        ),
        signer=TestSigner(),
    )
