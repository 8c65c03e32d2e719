"""Trials' hosts: an order, signs of life, evidence. A host reaches nothing else of the portal."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import StringConstraints

from seatrial.adapters.bundle_archive import read_archive
from seatrial.adapters.queue.progress import FinishedSample
from seatrial.core.access.action import Action
from seatrial.core.ledger.aggregate import NotPossibleError, Setting
from seatrial.core.problem import BadInputError
from seatrial.faces.api.answers import answer
from seatrial.faces.api.auth import Token, caller_of, demand
from seatrial.faces.api.body import read_json, read_record
from seatrial.faces.api.leases import LeaseToken, leased_of, order_of
from seatrial.faces.api.spec import gives
from seatrial.faces.api.streams import content_digest, heard, received, takes_archive
from seatrial.faces.api.wire import SealedContent
from seatrial.faces.desk.host_orders import (
    FINISHED,
    HANDED_IN,
    HOST,
    STOPPED,
    give_order,
    handed_in,
)
from seatrial.faces.desk.host_wire import MOST_SAMPLES, HostProgress, HostTold
from seatrial.faces.desk.orders import access_ended
from seatrial.review.shown import shown
from seatrial.wiring.portal import the_blobs, the_clock
from seatrial.wiring.worker import the_boards, the_leases

router = Router(tags=["hosts"])

HostName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,100}$")]

MOST_ON_BOARD = 20_000
"""Samples of a trial that a board keeps: twice a large trial's. A host is not trusted."""

MOST_SAID = 400
MOST_NAME = 100
"""Characters, as the board's columns have them."""

MOST_COUNT = 2**31 - 1


def _may_have_none(described: dict[str, Any]) -> dict[str, Any]:
    described["responses"][204] = {"description": "No trial waits"}
    return described


def _takes_progress() -> dict[str, Any]:
    described = gives("HostTold")
    schema = {"$ref": "#/components/schemas/HostProgress"}
    described["requestBody"] = {
        "required": True,
        "content": {"application/json": {"schema": schema}},
    }
    return described


@router.put("/{host}/order", auth=Token(), openapi_extra=_may_have_none(gives("HostOrder")))
def take(request: HttpRequest, host: HostName) -> HttpResponse:
    """Give the host the trial that it holds, or one that waits, under a new lease."""
    caller = caller_of(request)
    demand(caller, Action.TAKE_ORDERS)
    # The token's number: a host cannot take the place of another's by its name.
    order = give_order(f"{caller.token.pk}/{host}")
    return HttpResponse(status=204) if order is None else answer(order)


@router.put("/order/progress", auth=LeaseToken(), openapi_extra=_takes_progress())
def progress(request: HttpRequest) -> HttpResponse:
    """Note a sign of life, for the board; the answer says whether to go on."""
    leased, (_, body) = leased_of(request), read_json(request)
    told = read_record(HostProgress, body)
    _check(told)
    order_of(leased)
    lease, boards = leased.lease, the_boards()
    the_leases().renew(lease.case, lease.trial, lease.holder, the_clock().now())
    if told.said:
        said = shown(told.said, MOST_SAID)
        boards.say(lease.case, lease.trial, said, planned=told.planned)
    if told.samples:
        board = boards.board(lease.case, lease.trial)
        room = MOST_ON_BOARD - (len(board.samples) if board else 0)
        for one in told.samples[: max(0, room)]:
            boards.finish(lease.case, lease.trial, one)
    return answer(HostTold(go_on=not access_ended(lease.case)))


@router.put("/order/evidence", auth=LeaseToken(), openapi_extra=takes_archive("SealedContent"))
def hand_in(request: HttpRequest, *, finished: bool) -> HttpResponse:
    """Hand a trial's folder in, as it is; a worker elsewhere checks and signs it.

    finished: False when it was stopped, and holds no whole bundle.
    """
    leased, claimed = leased_of(request), content_digest(request)
    case, trial = leased.lease.case, leased.lease.trial
    key = f"host/{case}/{trial}/{claimed}"
    with heard(request):
        order_of(leased)
        if handed_in(case, trial) and not the_blobs().is_sealed(f"{key}/archive"):
            raise NotPossibleError("Other evidence of this trial is here.", "Leave it at that.")
        with received(request, claimed) as archive:
            for _ in read_archive(archive, trial):
                pass  # its form is checked before it is kept
            archive.seek(0)
            media = HANDED_IN.format(trial=trial) + (FINISHED if finished else STOPPED)
            setting = Setting(at=the_clock().now(), actor=HOST)
            try:
                digest = the_blobs().seal(case, archive, media, setting, key=f"{key}/archive")
            except NotPossibleError:
                # The case was purged meanwhile: nothing more comes of this lease.
                the_leases().end(case, trial)
                raise
    the_boards().say(case, trial, "handed in, to be checked and signed")
    return answer(SealedContent(digest=digest))


def _check(told: HostProgress) -> None:
    """Refuse what no board has room for. Raises: BadInputError."""
    fits = len(told.samples) <= MOST_SAMPLES and 0 <= (told.planned or 0) <= MOST_COUNT
    if not fits or not all(map(_fits, told.samples)):
        raise BadInputError(
            f"body: more than {MOST_SAMPLES} samples, or a value that no board has room for.",
            "Tell less at a time.",
        )


def _fits(one: FinishedSample) -> bool:
    names = (one.role, one.sample, one.outcome)
    return all(name.isprintable() and len(name) <= MOST_NAME for name in names) and all(
        0 <= number <= MOST_COUNT for number in (one.model_calls, one.tokens)
    )
