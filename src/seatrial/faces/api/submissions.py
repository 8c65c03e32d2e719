"""Submissions: one's cases, a draft, a case, its history, commands to it."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router

from seatrial.adapters.store.models import StreamRow
from seatrial.core.access.action import Action
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import CaseId
from seatrial.faces.api.answers import (
    MOST,
    Cursor,
    Identity,
    Limit,
    answer,
    answer_thing,
)
from seatrial.faces.api.auth import Token, caller_of, demand, the_desk
from seatrial.faces.api.body import read_json, read_record
from seatrial.faces.api.commands import SUBMISSION_STEPS, access_of, read_command
from seatrial.faces.api.doing import done, once
from seatrial.faces.api.histories import history_page
from seatrial.faces.api.lists import list_page
from seatrial.faces.api.problems import NotFoundError
from seatrial.faces.api.spec import gives, takes
from seatrial.faces.api.wire import NewSubmission, SubmissionShown
from seatrial.faces.desk.drafting import draft_submission
from seatrial.faces.desk.giving import give_to_submission
from seatrial.faces.desk.policy import policy_in_force
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.submission.model import rules_of
from seatrial.review.submission.table import Command

router = Router(auth=Token(), tags=["submissions"])


@router.get("", openapi_extra=gives("Listing", paged=True))
def list_submissions(
    request: HttpRequest, after: Identity | None = None, limit: Limit = MOST
) -> HttpResponse:
    """List the cases that the token reads, by identity; a case's token lists that case."""
    caller, token = caller_of(request), caller_of(request).who.token
    # No token reads more than its own case.
    cases = [token.case] if token and token.case else []
    read = the_desk().open_in(caller.who, Action.READ_CASE, cases)
    rows = StreamRow.objects.filter(stream__in=[f"submission/{one}" for one in read])
    return list_page(request, rows, SUBMISSION.name, after=after, limit=limit)


@router.post("", openapi_extra=takes("NewSubmission", status=201))
def draft(request: HttpRequest) -> HttpResponse:
    """Begin a submission; whoever drafts it is the first of its team."""
    content, body = read_json(request)
    new, asked = read_record(NewSubmission, body), once(request, content)
    case, desk = CaseId(asked.identity()), the_desk()
    asked.demand(Action.DRAFT_SUBMISSION)
    state, _ = desk.ledger.state(SUBMISSION, StreamId(f"submission/{case}"))
    # Repeated, it began under the rules of back then.
    policy = policy_in_force(settings.DATA)
    rules = rules_of(policy.policy, policy.digest) if state is None else state.rules
    with asked.unit() as (unit, setting):
        written = draft_submission(unit, setting, case, new.model, rules)
    location = f"/api/submissions/{case}"
    return answer(done(case, written), status=201, number=written.number, location=location)


@router.get("/{case}", openapi_extra=gives("SubmissionShown", tagged=True))
def show(request: HttpRequest, case: Identity) -> HttpResponse:
    """Show a case."""
    caller, here = caller_of(request), CaseId(case)
    demand(caller, Action.READ_CASE, here)
    state, number = the_desk().ledger.state(SUBMISSION, StreamId(f"submission/{case}"))
    if state is None:
        raise NotFoundError
    return answer_thing(request, SubmissionShown(id=here, number=number, state=state), number)


@router.get("/{case}/history", openapi_extra=gives("History", paged=True))
def history(
    request: HttpRequest, case: Identity, after: Cursor = 0, limit: Limit = MOST
) -> HttpResponse:
    """Show a case's entries, oldest first; `after` counts those passed over."""
    demand(caller_of(request), Action.READ_CASE, CaseId(case))
    return history_page(request, StreamId(f"submission/{case}"), after, limit)


@router.post("/{case}/commands", openapi_extra=takes("SubmissionCommand", matched=True))
def command(request: HttpRequest, case: Identity) -> HttpResponse:
    """Ask for something to happen in a case; `expected` or If-Match says what you had seen."""
    content, body = read_json(request)
    wanted, asked = read_command(SUBMISSION_STEPS, body), once(request, content)
    here = CaseId(case)
    asked.demand(access_of(wanted), here)
    expected = asked.expecting(wanted.expected)
    with asked.unit() as (unit, setting):
        wish: Command = wanted.command  # type: ignore[assignment]  # one of SUBMISSION_STEPS
        written = give_to_submission(unit, setting, here, wish, expected=expected)
    return answer(done(case, written), number=written.number)
