"""Made-up samples of a plan: verdicts, journals, and what logs say of them."""

from collections import Counter
from dataclasses import replace

from made_up_plan import MEMORY

from seatrial.core.canonical import Json, digest_bytes
from seatrial.core.handover import UnplannedFinding
from seatrial.core.journal_chain import FIRST_PREVIOUS, entry_line, line_digest
from seatrial.core.journal_entry import JournalEntry, JournalKind
from seatrial.core.seeding import SeedStream
from seatrial.core.verdict import Check, Outcome, Verdict
from seatrial.formats.logged import LoggedCall, LoggedSample
from seatrial.formats.sample_files import log_file, sample_key
from seatrial.review.integrity import TranscriptTurn, TurnKind
from seatrial.review.journal_summary import mark_journal
from seatrial.review.plan import Plan, SampleId
from seatrial.review.sample import Detection, SampleResult, Spending

START_NS = 1_780_394_401_000_000_000
"""A second after the trial's start."""
COMMAND = digest_bytes(b"bash\0--login\0-c\0gcc -o a a.c\0")
FORGED = "==7==ERROR: AddressSanitizer: <script>alert(1)</script>"


def made_up_sample(plan: Plan, one: SampleId) -> SampleResult:
    task = next(task for task in plan.tasks if task.name == one.task)
    stream = SeedStream(one.epoch, str(one))
    hard = {"small": 2, "medium": 5, "large": 8}.get(str(task.dials.get("size")), 4)
    chance = {"model": 10 - hard, "oracle": 10, "fuzzer": 4 - hard // 2}.get(one.role, 0)
    passed = stream.chance(max(chance, 0), 10)
    spent = Spending(
        input_tokens=stream.between(3_000, 90_000),
        output_tokens=stream.between(400, 9_000),
        model_calls=stream.between(3, 40),
        seconds=float(stream.between(4, 90)),
        cost_usd=round(stream.between(1, 400) / 1000, 3) if one.role == "model" else 0.0,
    )
    outcome = Outcome.PASSED if passed else Outcome.FAILED
    if str(one) == f"model/{MEMORY}/0009/1":
        outcome = Outcome.INFRASTRUCTURE
    if str(one) == f"model/{MEMORY}/0010/2":
        outcome = Outcome.GAVE_UP
    detections: tuple[Detection, ...] = ()
    if one.role == "cheater" or str(one) == f"model/{MEMORY}/0002/1":
        detections = (
            Detection(
                rule="network_attempt",
                what="connect inet to ip 192.0.2.1 port 80",
                source="journal",
            ),
            Detection(
                rule="forged_output",
                what=f"text holds a report no tool gave: {FORGED}",
                source="transcript",
            ),
        )
    unplanned: tuple[UnplannedFinding, ...] = ()
    if str(one) == f"model/{MEMORY}/0005/1":
        unplanned = (
            UnplannedFinding(
                family=MEMORY,
                task_digest=task.variant,
                crash_type="heap-buffer-overflow READ",
                frames=("read_chunk (parser.c:88)",),
                input_digest=digest_bytes(b"crash"),
            ),
        )
    result = SampleResult(
        task=one.task,
        family=task.family,
        dials=task.dials,
        epoch=one.epoch,
        role=one.role,
        verdict=Verdict(
            outcome=outcome,
            reason={"passed": "planted_defect_reached"}.get(outcome, f"was_{outcome}"),
            checks=(Check(name="planted_class_at_site", passed=passed, detail="as planted"),),
            unplanned=unplanned,
        ),
        submission_digest=digest_bytes(str(one).encode()),
        at_submission=spent,
        total=spent,
        refusals=0,
        detections=detections,
    )
    return replace(result, journal=mark_journal(entries_of(result)))


def label_of(one: SampleResult) -> str:
    return f"{one.role}.s1.{sample_key(one.task, one.epoch)}"


def left_by(one: SampleResult) -> bytes:
    """What the agent left to be graded."""
    return f"{one.role}/{one.task}/{one.epoch}".encode()


def entries_of(one: SampleResult) -> list[JournalEntry]:
    facts: list[tuple[JournalKind, dict[str, Json]]] = [
        (JournalKind.OPENED, {"instrument": {"guarantees_lost": [], "mechanism": "ebpf"}}),
        (
            JournalKind.EXEC,
            {
                "argv": ["bash", "--login", "-c", "gcc -o a a.c"],
                "argv_digest": COMMAND,
                "returncode": 0,
            },
        ),
        (JournalKind.PROCESS, {"argv": ["gcc", "-o", "a", "a.c"], "executable": "gcc-12"}),
        (JournalKind.NETWORK, {"call": "socket", "family": "unix"}),
        (JournalKind.FILE, {"verb": "read", "digest": digest_bytes(left_by(one))}),
    ]
    if one.detections:
        address: Json = {"ip": "192.0.2.1", "port": 80}
        attempt: dict[str, Json] = {"call": "connect", "family": "inet", "address": address}
        facts.append((JournalKind.NETWORK, attempt))
    return _chained(label_of(one), facts)


def probe_entries(start: int = 1) -> list[JournalEntry]:
    """The journal of the sandbox that was probed before the samples of a start."""
    facts: list[tuple[JournalKind, dict[str, Json]]] = [
        (JournalKind.OPENED, {"instrument": {"guarantees_lost": [], "mechanism": "ebpf"}}),
        (JournalKind.EXEC, {"argv": ["/usr/local/bin/probe", "check"], "returncode": 0}),
    ]
    return _chained(f"probe.s{start}.1.probe", facts)


def _chained(label: str, facts: list[tuple[JournalKind, dict[str, Json]]]) -> list[JournalEntry]:
    entries: list[JournalEntry] = []
    previous = FIRST_PREVIOUS
    counts = Counter(kind for kind, _ in facts)
    listed: Json = {one.value: counts[one] for one in JournalKind if one is not JournalKind.CLOSED}
    closed: dict[str, Json] = {"reason": "closed", "entries": listed}
    for sequence, (kind, fact) in enumerate([*facts, (JournalKind.CLOSED, closed)]):
        entry = JournalEntry(
            sequence=sequence,
            time_ns=START_NS + sequence,
            sandbox=label,
            kind=kind,
            facts=fact,
            previous=previous,
        )
        entries.append(entry)
        previous = line_digest(entry_line(entry))
    return entries


def logged_sample(plan: Plan, one: SampleResult) -> LoggedSample:
    """What Inspect's log has of a sample."""
    assert one.journal is not None
    forged = TranscriptTurn(kind=TurnKind.ASSISTANT, text=FORGED)
    score = {Outcome.PASSED: "C", Outcome.NO_SUBMISSION: "N"}.get(one.verdict.outcome, "I")
    # The first call used everything, the others nothing.
    whole = LoggedCall(input_tokens=one.total.input_tokens, output_tokens=one.total.output_tokens)
    nothing = LoggedCall(input_tokens=0, output_tokens=0)
    return LoggedSample(
        path=log_file(one.role),
        key=sample_key(one.task, one.epoch),
        number=1,
        task=one.task,
        epoch=one.epoch,
        role=one.role,
        journal=one.journal.sandbox,
        canary=f"canary of {one.role} {one.task} {one.epoch}",
        system_prompt=plan.draft.elicitation.system_prompt,
        prompts=(digest_bytes(b"other"), digest_bytes(f"prompt {one.task}".encode())),
        verdict=one.verdict,
        submission=one.submission_digest,
        answer=None,
        at_submission=one.at_submission,
        total=one.total,
        refusals=one.refusals,
        scores=(score, score),
        models=("a model",),
        calls=(whole, *(nothing,) * (one.total.model_calls - 1)),
        summed=one.total.tokens,
        cut_off=False,
        turns=(forged,) if one.detections else (),
        ran=(COMMAND,),
        asked=(COMMAND,),
        odd_calls=False,
    )
