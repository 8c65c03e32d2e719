"""Read back what a trial kept, in the form of evidence."""

import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from seatrial.adapters.inspect_runner.records import SampleRecords
from seatrial.adapters.inspect_runner.results import finished_sample
from seatrial.adapters.inspect_runner.run import JOURNAL_KEY
from seatrial.adapters.trial.setting import TrialSetting
from seatrial.adapters.trial_directory import TrialDirectory
from seatrial.core.journal_entry import JournalEntry
from seatrial.formats.sample_files import sample_key, submission_file
from seatrial.review.bundle import THRESHOLDS_FILE
from seatrial.review.plan import Plan, plan_digest, planned_samples
from seatrial.review.sample import SampleResult
from seatrial.review.steps import Evidence
from seatrial.review.thresholds import parse_thresholds
from seatrial.review.trial import (
    TRIAL_SCHEMA,
    Deviation,
    ModelIdentity,
    NotRun,
    ProbeReport,
    Quarantine,
    TrialRecord,
)
from seatrial.testbed.journal.reading import read_journal


def gather_evidence(
    plan: Plan,
    *,
    directory: TrialDirectory,
    setting: TrialSetting,
    probe: ProbeReport,
    quarantined: Sequence[Quarantine],
    stopped: str | None,
    ended: datetime,
    guarantees_lost: tuple[str, ...],
    software: Mapping[str, str],
) -> Evidence:
    """Judge every kept sample and describe the trial; writes the submissions' files.

    Raises: BadInputError naming a record or journal that was altered.
    """
    left_out = {one.task for one in quarantined}
    tasks = {task.name: task for task in plan.tasks}
    capabilities = {family.family: family.capability for family in plan.families}
    samples: list[SampleResult] = []
    used_usd = 0.0
    not_run: list[NotRun] = []
    for one in planned_samples(plan):
        if one.task in left_out:
            continue
        key = sample_key(one.task, one.epoch)
        records = SampleRecords(directory.records(one.role))
        if not records.has(key):
            not_run.append(NotRun(sample=str(one), reason=stopped or "not finished"))
            continue
        record = records.read(key)
        task = tasks[one.task]
        finished = finished_sample(
            record,
            role=one.role,
            task=task,
            epoch=one.epoch,
            capability=capabilities[task.family],
            journal=_journal_of(directory, str(record.metadata.get(JOURNAL_KEY))),
        )
        samples.append(finished.result)
        used_usd += finished.result.total.cost_usd or 0.0
        if finished.submission is not None:
            directory.write(submission_file(one.role, key), finished.submission)
    return Evidence(
        trial=TrialRecord(
            schema=TRIAL_SCHEMA,
            trial=setting.trial,
            plan=plan_digest(plan),
            model=_model(setting),
            operator=setting.operator,
            started=setting.started,
            ended=ended.isoformat(timespec="seconds"),
            elicitation=plan.draft.elicitation,
            monitor=setting.monitor,
            machine=machine_facts(setting),
            versions=software,
            settings={
                **{name: str(value) for name, value in setting.generation.items()},
                **{f"-M {name}": value for name, value in setting.model_args.items()},
            },
            guarantees_lost=guarantees_lost,
            quarantined=tuple(quarantined),
            not_run=tuple(not_run),
            deviations=tuple(
                _deviations(
                    plan,
                    setting,
                    ended=ended,
                    lost_usd=round(directory.spent_usd() - used_usd, 6),
                )
            ),
            resumed=max(0, directory.starts() - 1),
            anchor=setting.anchor,
        ),
        thresholds=parse_thresholds(
            directory.read(THRESHOLDS_FILE).decode(), place=THRESHOLDS_FILE
        ),
        samples=tuple(samples),
        journals=_journals(directory),
        probe=probe,
    )


def _deviations(
    plan: Plan, setting: TrialSetting, *, ended: datetime, lost_usd: float
) -> Iterator[Deviation]:
    cap = plan.draft.spending.usd
    if setting.cap_usd not in (None, cap):
        yield Deviation(
            kind="spending_cap",
            what=f"The cap was {setting.cap_usd:.2f} USD; the plan's is {cap:.2f} USD.",
        )
    if lost_usd > 0:
        yield Deviation(
            kind="cut_off_calls",
            what=f"{lost_usd:.4f} USD went into calls that belong to no finished sample: the first "
            "call to the endpoint, and samples that were cut off.",
        )
    if ended < datetime.fromisoformat(setting.started):
        yield Deviation(
            kind="clock", what="The machine's clock went back: the trial ends before it began."
        )


def machine_facts(setting: TrialSetting) -> dict[str, str]:
    """Describe this machine without naming it."""
    return {
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "processors": str(os.cpu_count()),
        "started by": "root" if os.geteuid() == 0 else "an ordinary user",
        "runtime": setting.runtime,
        "samples at once": str(setting.jobs),
    }


def _model(setting: TrialSetting) -> ModelIdentity:
    provider, _, _ = setting.model.partition("/")
    return ModelIdentity(
        name=setting.model,
        provider=provider,
        safeguards=setting.safeguards,
        endpoint=setting.base_url,
        checkpoint=setting.checkpoint,
    )


def _journal_of(directory: TrialDirectory, label: str) -> tuple[JournalEntry, ...]:
    path = directory.journal / f"{label}.jsonl"
    return read_journal(path, torn_end=True) if path.exists() else ()


def _journals(directory: TrialDirectory) -> Iterator[Sequence[JournalEntry]]:
    for path in sorted(Path(directory.journal).glob("*.jsonl")):
        yield read_journal(path, torn_end=True)
