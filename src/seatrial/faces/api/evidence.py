"""Evidence of a trial that ran elsewhere, handed in by its evaluator as one archive."""

from collections.abc import Sequence
from typing import Annotated

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import StringConstraints

from seatrial.core.access.action import Action
from seatrial.core.canonical import Digest, digest_bytes
from seatrial.core.ledger.aggregate import NotPossibleError
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import CaseId
from seatrial.faces.api.answers import Identity, answer
from seatrial.faces.api.auth import Token, the_desk
from seatrial.faces.api.doing import done, once
from seatrial.faces.api.problems import NotFoundError
from seatrial.faces.api.streams import content_digest, heard, received, takes_archive
from seatrial.faces.desk.desk import scoped_key
from seatrial.faces.desk.evidence import (
    ARCHIVE,
    Archived,
    check_listed,
    read_evidence,
    seal_archive,
    seal_evidence,
)
from seatrial.faces.desk.giving import give_to_submission
from seatrial.faces.desk.trial_evidence import check_evidence, check_tried
from seatrial.faces.desk.trusted_keys import trusted_keys
from seatrial.faces.web.trial_forms import NAME
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.submission.state import Submission, TrialRun
from seatrial.review.submission.table import Command
from seatrial.review.submission.work_events import TrialEnded, TrialStarted
from seatrial.review.submission.working import running_trial
from seatrial.wiring.portal import the_blobs

router = Router(auth=Token(), tags=["evidence"])

TrialName = Annotated[str, StringConstraints(pattern=NAME)]
Variant = Annotated[str, StringConstraints(min_length=1, max_length=200)]


@router.post("/{case}/trials/{trial}/evidence", openapi_extra=takes_archive("Done"))
def hand_in(
    request: HttpRequest, case: Identity, trial: TrialName, variant: Variant | None = None
) -> HttpResponse:
    """End the running trial with its evidence; with `variant`, enter its start first.

    The archive holds the bundle's files below a folder named as the trial. Checked are: a trusted
    signature over the list of files, every file against it, the report, the case's plan and model.
    """
    claimed, here = content_digest(request), CaseId(case)
    asked = once(request, claimed.encode())
    asked.demand(Action.END_TRIAL, here)
    if variant is not None:
        asked.demand(Action.RUN_TRIAL, here)
    state, _ = the_desk().ledger.state(SUBMISSION, StreamId(f"submission/{case}"))
    if state is None:
        raise NotFoundError
    with heard(request):
        started = _started(state, trial, variant, known=asked.known)
        with received(request, claimed) as archive:
            archived = read_evidence(archive, trial)
            if not asked.known:
                _check(archived, state, started)
            blobs, who = the_blobs(), asked.caller.who
            setting, key = the_desk().setting(who), f"{scoped_key(who, asked.key)}"
            seal_evidence(blobs, here, trial, archived.files, setting, key=key)
            seal_archive(blobs, here, ARCHIVE.format(trial=trial), archive, setting, key=key)
    statement = digest_bytes(archived.files.statement)
    with asked.unit() as (unit, setting):
        for wanted in _commands(started, trial, statement, begin=variant is not None):
            written = give_to_submission(unit, setting, here, wanted, expected=None)
    return answer(done(case, written), number=written.number)


def _started(
    state: Submission, trial: str, variant: str | None, *, known: bool
) -> TrialRun | TrialStarted:
    """Give the trial whose evidence it is. known: it was handed in before, and is on record.

    Raises: NotPossibleError before a large body is read.
    """
    on_record = [one for one in state.trials if one.trial == trial]
    if known and on_record:
        return on_record[0]
    if variant is None:
        running = running_trial(state)
        if running is None or running.trial != trial:
            raise NotPossibleError(
                f"No trial {trial!r} is running.",
                "Name the running one, or give the variant to enter the trial's start too.",
            )
        return running
    offered = [one.name for one in state.model.variants]
    if on_record or variant not in offered or state.plan is None:
        raise NotPossibleError(
            f"A trial {trial!r} is on record, there is no signed plan, or the submission offers"
            f" no variant {variant!r}.",
            f"Give the trial a name of its own and one of: {', '.join(offered)}.",
        )
    return TrialStarted(trial=trial, variant=variant, plan=state.plan)


def _check(archived: Archived, state: Submission, run: TrialRun | TrialStarted) -> None:
    checked = check_evidence(archived.files, run.plan, trusted_keys(settings.DATA))
    check_listed(archived)
    check_tried(checked.report, state, run.variant)


def _commands(
    run: TrialRun | TrialStarted, trial: str, statement: Digest, *, begin: bool
) -> Sequence[Command]:
    ended = TrialEnded(trial=trial, statement=statement)
    if not begin:
        return (ended,)
    return (TrialStarted(trial=trial, variant=run.variant, plan=run.plan), ended)
