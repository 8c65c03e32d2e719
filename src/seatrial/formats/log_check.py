"""Hold a bundle's Inspect logs against plan, verdicts and journals.

A verdict line is made of a log's sample and a journal. It is made again here, so that a score
edited in one place is seen, and so is a sign of cheating that was left out.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from seatrial.core.canonical import digest_bytes
from seatrial.core.record import to_json
from seatrial.core.verdict import Outcome, Verdict
from seatrial.formats.finding import Finding
from seatrial.formats.journal_check import JournalFacts, journal_of
from seatrial.formats.logged import Logged, LoggedCall, LoggedRole, LoggedSample, LogTrouble
from seatrial.formats.sample_files import (
    SUBMISSIONS_FOLDER,
    log_file,
    sample_key,
    submission_file,
)
from seatrial.review.bundle import LOGS_FOLDER, VERDICTS_FILE
from seatrial.review.integrity import detect_cheating
from seatrial.review.plan import MODEL_ROLE, REFRAMED_ROLE, Plan, PlannedTask, plan_roles
from seatrial.review.plan_check import differences
from seatrial.review.sample import SampleResult, Spending
from seatrial.review.trial import TrialRecord

_REFERENCE = "reference/"
"""How a control's model is named."""

_KEPT_BYTES = 4 * 1024 * 1024
"""A submission as large may have been cut: its digest is not that of the file in the sandbox."""

_TASK_PREFIX = "seatrial_"


@dataclass(slots=True, kw_only=True)
class LogCheck:
    """One run over the logs of a bundle.

    read: path in the bundle to bytes. paths: every file that the manifest lists.
    journals: facts by label. seen: names of samples met so far. canaries: the same, by canary.
    """

    plan: Plan
    trial: TrialRecord
    samples: Sequence[SampleResult]
    journals: Mapping[str, JournalFacts]
    read: Callable[[str], bytes]
    paths: Sequence[str]
    seen: set[str] = field(default_factory=set[str])
    canaries: dict[str, str] = field(default_factory=dict[str, str])

    def log_findings(
        self, read_logs: Callable[[Sequence[str]], Iterable[Logged]]
    ) -> Iterator[Finding]:
        """Give what disagrees, log by log, then what no log has.

        Raises: OSError for a submission that cannot be read.
        """
        roles = {one.role for one in self.samples}
        wanted = {log_file(role) for role in plan_roles(self.plan) if role in roles}
        listed = [path for path in self.paths if path.startswith(LOGS_FOLDER)]
        for path in sorted(wanted.difference(listed)):
            yield _found(path, "It is not there, and verdicts have samples of this role.")
        known = {log_file(role) for role in plan_roles(self.plan)}
        for path in listed:
            if path not in known:
                yield _found(path, "The plan has no role of this name.")
        unread: set[str] = set()
        verdicts = {_name(one): one for one in self.samples}
        tasks = {task.name: task for task in self.plan.tasks}
        for logged in read_logs([path for path in listed if path in known]):
            match logged:
                case LogTrouble():
                    unread.add(logged.path)
                    yield _found(logged.path, logged.what)
                case LoggedRole():
                    yield from self._role_findings(logged)
                case LoggedSample():
                    yield from self._sample_findings(logged, verdicts, tasks)
        for name, sample in verdicts.items():
            path = log_file(sample.role)
            if name not in self.seen and path in listed and path not in unread:
                yield _found(path, f"Sample {name} has a verdict and is not in the log.")

    def _role_findings(self, logged: LoggedRole) -> Iterator[Finding]:
        role = logged.path.removeprefix(LOGS_FOLDER).rpartition(".")[0]
        of_model = role in (MODEL_ROLE, REFRAMED_ROLE)
        draft = self.plan.draft
        model = self.trial.model.name if of_model else _REFERENCE + role
        # Someone may serve a model under the same name as a reference model's endpoint has.
        named = logged.reference if model.startswith(_REFERENCE) else logged.model
        expected: tuple[tuple[str, object, object], ...] = (
            ("task", f"{_TASK_PREFIX}{role}", logged.task),
            ("model", model, named),
            ("limit of working time", draft.limits.seconds, logged.seconds),
            ("limit of tokens", draft.budgets.tokens[-1], logged.tokens),
            ("limit of turns", draft.limits.messages, logged.turns),
            ("number of samples held", len(logged.samples), logged.held),
        )
        for what, wanted, found in expected:
            if found != wanted:
                yield _found(logged.path, f"Its {what} is {found!r}, not {wanted!r}.")
        if len(set(logged.samples)) != len(logged.samples):
            yield _found(logged.path, "It lists a sample twice.")
        if logged.results:
            yield _found(logged.path, "It states results of its own.")

    def _sample_findings(
        self,
        logged: LoggedSample,
        verdicts: Mapping[str, SampleResult],
        tasks: Mapping[str, PlannedTask],
    ) -> Iterator[Finding]:
        name = f"{logged.role}/{logged.task}/{logged.epoch}"
        own = (log_file(logged.role), sample_key(logged.task, logged.epoch), 1)
        if (logged.path, logged.key, logged.number) != own:
            yield _found(logged.path, f"Sample {logged.key} says that it is {name}.")
            return
        if name in self.seen:
            yield _found(logged.path, f"Sample {name} is there twice.")
            return
        self.seen.add(name)
        task, verdict = tasks.get(logged.task), verdicts.get(name)
        if task is None or verdict is None:
            # A task that failed its proof when the trial was taken up again has no verdicts.
            if logged.task not in {one.task for one in self.trial.quarantined}:
                yield _found(logged.path, f"Sample {name} is in the log and has no verdict.")
            return
        yield from self._framing_findings(name, logged, task)
        yield from _score_findings(name, logged)
        yield from self._verdict_findings(name, logged, verdict)
        yield from self._journal_findings(name, logged, verdict)

    def _framing_findings(
        self, name: str, logged: LoggedSample, task: PlannedTask
    ) -> Iterator[Finding]:
        probe = self.plan.draft.sandbagging
        system = self.plan.draft.elicitation.system_prompt
        if logged.role == REFRAMED_ROLE and probe is not None:
            system = probe.system_prompt
        if logged.system_prompt != system:
            yield _found(logged.path, f"Sample {name} had another system prompt than planned.")
        if task.prompt not in logged.prompts:
            yield _found(logged.path, f"Sample {name} had another prompt than planned.")
        if logged.canary is not None:
            other = self.canaries.setdefault(logged.canary, name)
            if other != name:
                yield _found(logged.path, f"Samples {other} and {name} have one canary.")

    def _verdict_findings(
        self, name: str, logged: LoggedSample, verdict: SampleResult
    ) -> Iterator[Finding]:
        facts = journal_of(verdict, self.journals)
        capabilities = {one.family: one.capability for one in self.plan.families}
        content = None
        if logged.submission is not None and logged.submission == verdict.submission_digest:
            content = self.read(submission_file(verdict.role, logged.key))
        made = SampleResult(
            task=verdict.task,
            family=verdict.family,
            dials=verdict.dials,
            epoch=verdict.epoch,
            role=verdict.role,
            verdict=logged.verdict,
            submission_digest=logged.submission,
            at_submission=logged.at_submission,
            total=logged.total,
            refusals=logged.refusals,
            detections=detect_cheating(
                capability=capabilities.get(verdict.family, ""),
                journal=() if facts is None else facts.signs,
                transcript=logged.turns,
                submission=content,
            ),
            journal=verdict.journal,
        )
        for one in differences(to_json(made), to_json(verdict)):
            kind = "detections" if one.path.startswith("detections") else "log"
            yield Finding(
                code=kind,
                where=VERDICTS_FILE,
                what=f"Sample {name}: {one.path} is {one.observed}, but {logged.path} and the "
                f"journal give {one.planned}.",
            )
            return

    def _journal_findings(
        self, name: str, logged: LoggedSample, verdict: SampleResult
    ) -> Iterator[Finding]:
        facts = journal_of(verdict, self.journals)
        if verdict.journal is not None and logged.journal != verdict.journal.sandbox:
            yield _found(
                logged.path, f"Sample {name} ran in {logged.journal!r}, its verdict names another."
            )
        if facts is None:
            return
        missing = Counter(logged.ran) - facts.commands
        if missing.total():
            yield Finding(
                code="journal",
                where=facts.path,
                what=f"{missing.total()} command(s) that {logged.path} has of sample {name} are "
                "not in it.",
            )
        unasked = facts.commands - Counter(logged.asked)
        if unasked.total() and not logged.odd_calls:
            yield _found(
                logged.path,
                f"{unasked.total()} command(s) in {facts.path} are not in sample {name}.",
            )
        digest = logged.submission
        if digest is None or digest == logged.answer or digest in facts.reads:
            return
        if self._size(verdict, logged.key) < _KEPT_BYTES:
            yield Finding(
                code="journal",
                where=facts.path,
                what=f"It does not have the submission of sample {name} among what was read.",
            )

    def _size(self, verdict: SampleResult, key: str) -> int:
        return len(self.read(submission_file(verdict.role, key)))

    def submission_findings(self) -> Iterator[Finding]:
        """Hold the submissions' files against the verdicts. Raises: OSError."""
        wanted = {
            submission_file(one.role, sample_key(one.task, one.epoch)): one.submission_digest
            for one in self.samples
            if one.submission_digest is not None
        }
        listed = {path for path in self.paths if path.startswith(SUBMISSIONS_FOLDER)}
        for path in sorted(listed.difference(wanted)):
            yield Finding(code="submission", where=path, what="No verdict has this submission.")
        for path, digest in wanted.items():
            if path not in listed:
                yield Finding(code="submission", where=path, what="A verdict has it; it is gone.")
            elif digest_bytes(self.read(path)) != digest:
                yield Finding(
                    code="submission", where=path, what="It is not what the verdict was given on."
                )


def _score_findings(name: str, logged: LoggedSample) -> Iterator[Finding]:
    shown = _score(logged.verdict)
    # A sample that ended in an error has no score at all.
    if any(one != shown for one in logged.scores):
        yield _found(
            logged.path,
            f"Sample {name} is scored {', '.join(logged.scores)}; its verdict is {shown}.",
        )
    readings = [_Reading(0, 0, 0)]
    for call in logged.calls:
        readings.append(readings[-1].after(call))
    # The harness counts a call once its answer is there; a sample cut off in between has one more.
    ends = readings[-2:] if logged.cut_off else readings[-1:]
    if logged.summed != readings[-1].tokens or _Reading.of(logged.total) not in ends:
        yield _found(
            logged.path,
            f"Sample {name} used {logged.total.tokens} tokens in {logged.total.model_calls} "
            "call(s) by its total, but its calls do not add up to it.",
        )
    if logged.at_submission and _Reading.of(logged.at_submission) not in readings:
        yield _found(
            logged.path,
            f"Sample {name} used {logged.at_submission.tokens} tokens until its submission, "
            "but no number of its first calls adds up to it.",
        )
    if len(logged.models) > 1:
        yield _found(logged.path, f"Sample {name} called {' and '.join(logged.models)}.")


class _Reading(NamedTuple):
    """How far a sample's count of its calls and tokens had come."""

    calls: int
    input_tokens: int
    output_tokens: int

    @classmethod
    def of(cls, spending: Spending) -> "_Reading":
        return cls(spending.model_calls, spending.input_tokens, spending.output_tokens)

    def after(self, call: LoggedCall) -> "_Reading":
        return _Reading(
            self.calls + 1,
            self.input_tokens + call.input_tokens,
            self.output_tokens + call.output_tokens,
        )

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens


def _score(verdict: Verdict) -> str:
    if verdict.passed:
        return "C"
    return "N" if verdict.outcome is Outcome.NO_SUBMISSION else "I"


def _name(sample: SampleResult) -> str:
    return f"{sample.role}/{sample.task}/{sample.epoch}"


def _found(path: str, what: str) -> Finding:
    return Finding(code="log", where=path, what=what)
