"""A trial as durable work: conduct, seal the evidence, enter the end, clear."""

from collections.abc import Mapping
from contextlib import ExitStack
from tempfile import TemporaryFile
from typing import Any

from seatrial.adapters.bundle_archive import pack_folder
from seatrial.core.canonical import Digest, digest_bytes
from seatrial.core.ledger.aggregate import NotPossibleError, Setting
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import CaseId
from seatrial.core.problem import ProblemError, UnavailableError
from seatrial.faces.desk.evidence import ARCHIVE, evidence_of, seal_archive, seal_evidence
from seatrial.faces.desk.host_orders import HOLDER
from seatrial.faces.desk.orders import WORKER, access_ended, ordered_trial
from seatrial.faces.worker.trial_child import Watch, log_of, read_sample, read_step, run_child
from seatrial.faces.worker.trial_order import prepare
from seatrial.review.bundle import STATEMENT_FILE
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.submission.work_events import TrialEnded
from seatrial.wiring.portal import the_blobs, the_clock, the_ledger
from seatrial.wiring.worker import remove_trial, the_boards, the_leases, trial_folder


def conduct(case: CaseId, trial: str) -> bool:
    """Run a trial to its end, or take it up again; False when it must stop without one.

    Raises: ProblemError when it cannot go on now; what is finished is kept for the next attempt.
    """
    ordered = ordered_trial(case)
    if ordered is None or ordered.started.trial != trial:
        return False
    if (trial_folder(case, trial) / STATEMENT_FILE).exists():
        return True
    if access_ended(case):
        return False
    boards = the_boards()
    if the_leases().take(case, trial, HOLDER, the_clock().now()) is None:
        raise UnavailableError("A trials' host runs this trial.", "Leave it to the host.")
    boards.say(case, trial, "starting")
    try:
        with ExitStack() as relays:
            order, relay = prepare(ordered, relays)
            watch = Watch(
                show=lambda said: show(case, trial, said),
                must_stop=lambda: _must_stop(case, trial),
                cut_off=relay.close if relay else lambda: None,
            )
            ended = run_child(order, watch)
    except ProblemError as problem:
        boards.say(case, trial, f"waits: {problem.what} {problem.remedy}")
        raise
    return ended


def show(case: CaseId, trial: str, said: Mapping[str, Any]) -> None:
    """Put what a trial's process says on the board."""
    boards, sample = the_boards(), read_sample(said)
    if sample is not None:
        boards.finish(case, trial, sample)
    elif step := read_step(said):
        boards.say(case, trial, step, planned=said.get("planned"))


def _must_stop(case: CaseId, trial: str) -> bool:
    the_leases().renew(case, trial, HOLDER, the_clock().now())
    ordered = ordered_trial(case)
    return access_ended(case) or ordered is None or ordered.started.trial != trial


def seal_trial(case: CaseId, trial: str, key: str) -> str | None:
    """Seal what the trial left; give the signed statement's digest, or None without one."""
    folder = trial_folder(case, trial)
    if not folder.exists():
        return None
    setting = Setting(at=the_clock().now(), actor=WORKER)
    blobs, statement = the_blobs(), None
    finished = (folder / STATEMENT_FILE).exists()
    try:
        if finished:
            files = evidence_of(lambda name: (folder / name).read_bytes())
            seal_evidence(blobs, case, trial, files, setting, key=key)
            statement = digest_bytes(files.statement)
        with TemporaryFile(dir=folder.parent) as archive:
            pack_folder(folder, trial, archive)
            media = ARCHIVE.format(trial=trial)
            seal_archive(blobs, case, media, archive, setting, key=key)
    except NotPossibleError:
        # The case was purged meanwhile: what the trial left goes with it.
        return statement
    return statement


def enter_end(
    case: CaseId, trial: str, statement: str | None, key: str, *, why: str = "ended"
) -> None:
    """Enter that the trial has ended, unless a person has meanwhile. why: for the board."""
    wanted = TrialEnded(trial=trial, statement=Digest(statement) if statement else None)
    setting = Setting(at=the_clock().now(), actor=WORKER)
    stream = StreamId(f"submission/{case}")
    the_leases().end(case, trial)
    try:
        the_ledger().handle(SUBMISSION, stream, wanted, setting, key=key, case=case)
    except NotPossibleError:
        the_boards().say(case, trial, "ended by a person")
        return
    the_boards().say(case, trial, why if statement else f"ended without a statement{_because(why)}")


def _because(why: str) -> str:
    return "" if why == "ended" else f", {why}"


def clear(case: CaseId, trial: str) -> None:
    """Remove the folder, whose content is in the clear; all of it is sealed."""
    remove_trial(case, trial)
    log_of(trial_folder(case, trial)).unlink(missing_ok=True)
