"""Hold a bundle's journals against the trial and the verdicts.

A journal is read once, for the report and for this; of its entries only signs of cheating and
what must be found again in the logs are kept.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from seatrial.core.canonical import Digest, Json
from seatrial.core.journal_chain import parse_journal, why_incomplete
from seatrial.core.journal_entry import JournalEntry, JournalKind
from seatrial.core.verdict import Outcome
from seatrial.formats.finding import Finding
from seatrial.formats.sample_files import journal_label, label_in_names, sample_key
from seatrial.review.bundle import TRIAL_FILE, VERDICTS_FILE
from seatrial.review.integrity import detect_cheating
from seatrial.review.journal_summary import mark_journal
from seatrial.review.plan import Plan, planned_samples
from seatrial.review.sample import JournalMark, SampleResult
from seatrial.review.trial import TrialRecord

_SHELL = ["bash", "--login", "-c"]
"""How every command of an agent starts, and nothing else in its sandbox."""

_LABEL = re.compile(r"(?P<role>[^.]+)\.s(?P<start>[1-9][0-9]{0,5})\.(?P<rest>.+)")
_GRADING = ".grading."
_PROBE = "probe"

_NANOSECONDS = 1_000_000_000
_SLACK_SECONDS = 120
"""Between a journal's clock and the trial's own times, which a slewed clock may part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalFacts:
    """What is kept of one journal.

    path: in the bundle. mark: None when it is empty. incomplete: what it lacks, or None.
    first_ns, last_ns: times of the first and last entry.
    signs: the entries that a detector may fire on. commands: digests of argv of shell commands.
    reads: digests of files read through the provider.
    """

    path: str
    mark: JournalMark | None
    incomplete: str | None
    first_ns: int
    last_ns: int
    signs: tuple[JournalEntry, ...]
    commands: Counter[Digest]
    reads: frozenset[Digest]


def read_journals(
    read: Callable[[str], bytes], paths: Sequence[str], kept: dict[str, JournalFacts]
) -> Iterator[Sequence[JournalEntry]]:
    """Give the entries of each journal, one at a time, and leave its facts in `kept`, by label.

    Raises: BadInputError naming file and line; OSError.
    """
    for path in paths:
        # A killed harness may leave a last line cut off; the trial goes on in another sandbox.
        entries = parse_journal(read(path), name=path, torn_end=True)
        kept[journal_label(path)] = JournalFacts(
            path=path,
            mark=mark_journal(entries),
            incomplete=why_incomplete(entries),
            first_ns=entries[0].time_ns if entries else 0,
            last_ns=entries[-1].time_ns if entries else 0,
            signs=tuple(filter(_is_sign, entries)),
            commands=Counter(_commands(entries)),
            reads=frozenset(_reads(entries)),
        )
        yield entries


def journal_findings(
    plan: Plan,
    trial: TrialRecord,
    samples: Sequence[SampleResult],
    journals: Mapping[str, JournalFacts],
) -> Iterator[Finding]:
    """Hold the journals against the record: each where it belongs, whole, of the trial's time."""
    last = trial.resumed + 1
    keys = {one.role: set[str]() for one in planned_samples(plan)}
    for one in planned_samples(plan):
        keys[one.role].add(sample_key(one.task, one.epoch))
    for label, facts in journals.items():
        if facts.mark is not None and label_in_names(facts.mark.sandbox) != label:
            yield _journal(facts, f"It is the journal of sandbox {facts.mark.sandbox!r}.")
        start = _start_of(label, keys)
        if start is None or start > last:
            yield _journal(facts, f"The trial, started {last} time(s), had no such sandbox.")
        elif facts.incomplete is not None and start == last:
            # An earlier start was broken off, which the record says; the last one was not.
            yield _journal(facts, f"It is not whole: {facts.incomplete}.")
        yield from _time_findings(trial, facts)
    yield from _start_findings(last, keys, journals)
    for sample in samples:
        yield from _mark_findings(sample, journals)
    yield from _grading_findings(samples, journals)


def journal_of(sample: SampleResult, journals: Mapping[str, JournalFacts]) -> JournalFacts | None:
    """Find the journal of a sample's sandbox, as its verdict names it."""
    return None if sample.journal is None else journals.get(label_in_names(sample.journal.sandbox))


def _start_of(label: str, keys: Mapping[str, Collection[str]]) -> int | None:
    """Say in which start of the trial a sandbox ran; None when no sandbox is named so."""
    match = _LABEL.fullmatch(label)
    if match is None:
        return None
    known = match["rest"].partition(_GRADING)[0] in keys.get(match["role"], ())
    return int(match["start"]) if known or match["role"] == _PROBE else None


def _start_findings(
    last: int, keys: Mapping[str, Collection[str]], journals: Mapping[str, JournalFacts]
) -> Iterator[Finding]:
    """Each start probes before an agent enters, so a start that never was has no such journal.

    A start that was broken off earlier may have none, and the one that was issued has one.
    """
    probed: set[int | None] = set()
    entered: set[int | None] = {last}
    for label, facts in journals.items():
        if not label.startswith(f"{_PROBE}."):
            entered.add(_start_of(label, keys))
        elif facts.incomplete is None:
            probed.add(_start_of(label, keys))
    for start in range(1, last + 1):
        if start in entered and start not in probed:
            yield Finding(
                code="journal",
                where=TRIAL_FILE,
                what=f"It was started {last} time(s), and no journal shows that containment was "
                f"probed in start {start}.",
            )


def _time_findings(trial: TrialRecord, facts: JournalFacts) -> Iterator[Finding]:
    if facts.mark is None or any(one.kind == "clock" for one in trial.deviations):
        return
    started, ended = _seconds(trial.started), _seconds(trial.ended)
    if started is None or ended is None:
        yield Finding(code="trial", where=TRIAL_FILE, what="Its times are no times.")
        return
    first, last = facts.first_ns // _NANOSECONDS, facts.last_ns // _NANOSECONDS
    if first < started - _SLACK_SECONDS or last > ended + _SLACK_SECONDS:
        yield _journal(facts, "Its entries lie outside the time between the trial's start and end.")


def _seconds(moment: str) -> float | None:
    try:
        return datetime.fromisoformat(moment).timestamp()
    except (ValueError, OverflowError):
        return None


def _mark_findings(sample: SampleResult, journals: Mapping[str, JournalFacts]) -> Iterator[Finding]:
    key = sample_key(sample.task, sample.epoch)
    name = f"{sample.role}/{sample.task}/{sample.epoch}"
    if sample.journal is None:
        if sample.verdict.outcome is not Outcome.INFRASTRUCTURE:
            yield _verdict(f"Sample {name} was judged without a journal of its sandbox.")
        return
    match = _LABEL.fullmatch(sample.journal.sandbox)
    if match is None or (match["role"], match["rest"]) != (sample.role, key):
        yield _verdict(f"Sample {name} names the sandbox {sample.journal.sandbox!r}, not its own.")
    facts = journal_of(sample, journals)
    if facts is None:
        yield _verdict(f"Sample {name}: the journal of its sandbox is not there.")
    elif facts.mark != sample.journal:
        held = 0 if facts.mark is None else facts.mark.entries
        yield _journal(
            facts,
            f"It has {held} entries and another end than the one that sample {name} was judged by "
            f"({sample.journal.entries} entries).",
        )


def _grading_findings(
    samples: Sequence[SampleResult], journals: Mapping[str, JournalFacts]
) -> Iterator[Finding]:
    """Where one pass of a family was judged in a grader's sandbox, every one was."""
    graded = {label.partition(_GRADING)[0] for label in journals if _GRADING in label}
    passed = [
        (one, label_in_names(one.journal.sandbox) in graded)
        for one in samples
        if one.verdict.passed and one.journal is not None
    ]
    by_sandbox = {one.family for one, was_graded in passed if was_graded}
    for one, was_graded in passed:
        if one.family in by_sandbox and not was_graded:
            name = f"{one.role}/{one.task}/{one.epoch}"
            yield _verdict(f"Sample {name} passed, and no sandbox of a grader has a journal.")


def _is_sign(entry: JournalEntry) -> bool:
    if entry.kind not in (JournalKind.PROCESS, JournalKind.NETWORK, JournalKind.ALERT):
        return False
    return bool(detect_cheating(capability="", journal=(entry,), transcript=(), submission=None))


def _commands(entries: Sequence[JournalEntry]) -> Iterator[Digest]:
    for entry in entries:
        argv = entry.facts.get("argv")
        if entry.kind is JournalKind.EXEC and isinstance(argv, list) and argv[:3] == _SHELL:
            yield _digest(entry.facts.get("argv_digest"))


def _reads(entries: Sequence[JournalEntry]) -> Iterator[Digest]:
    for entry in entries:
        if entry.kind is JournalKind.FILE and entry.facts.get("verb") == "read":
            yield _digest(entry.facts.get("digest"))


def _digest(value: Json) -> Digest:
    return Digest(str(value))


def _journal(facts: JournalFacts, what: str) -> Finding:
    return Finding(code="journal", where=facts.path, what=what)


def _verdict(what: str) -> Finding:
    return Finding(code="journal", where=VERDICTS_FILE, what=what)
