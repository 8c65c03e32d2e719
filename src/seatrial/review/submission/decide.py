"""What a command to a submission leads to."""

from typing import assert_never

from seatrial.core.ledger.aggregate import Setting
from seatrial.core.stages import check_side, move, refuse_unless
from seatrial.core.words import check_issued
from seatrial.review.submission.ending import check_closing, check_purge
from seatrial.review.submission.events import (
    Accepted,
    AccessGranted,
    AccessRevoked,
    Amended,
    Closed,
    Declined,
    Drafted,
    Ending,
    Offered,
    PartnerAgreed,
    PartnerObjected,
    PartnerProposed,
    Purged,
    Released,
    ReleasePlanned,
    TermsAgreed,
    TermsProposed,
    WindowExpired,
    WindowExtended,
    WindowWarned,
    Withdrawn,
)
from seatrial.review.submission.offering import check_agreement, check_model, check_terms
from seatrial.review.submission.partners import check_partner_answer, propose_partner
from seatrial.review.submission.state import Stage, Submission
from seatrial.review.submission.table import (
    SIDES,
    STAGES,
    WORK,
    Command,
    Event,
    Happening,
    WorkEvent,
)
from seatrial.review.submission.window import (
    check_expiry,
    check_extension,
    check_grant,
    check_warning,
    end_access,
    plan_release,
    release,
    revoke_access,
)
from seatrial.review.submission.working import check_work


def decide(state: Submission | None, wanted: Command, setting: Setting) -> tuple[Event, ...]:
    """Give the wanted event and what follows from it.

    Raises: NotPossibleError when table or guard refuse it, with the reason in one sentence;
    BadInputError when words of the programme hint at a permission.
    """
    move(STAGES, state.stage if state else None, wanted, thing="submission")
    refuse_unless(
        type(wanted) in SIDES, "This only follows from something else.", "Ask for that instead."
    )
    developer = state.developer if state else None
    check_side(SIDES[type(wanted)], setting, wanted, developer=developer)
    if state is None:
        return _begin(wanted, setting)
    if isinstance(wanted, WorkEvent):
        move(WORK, state.work, wanted, thing="review")
        check_work(state, wanted, setting)
        return (wanted,)
    return _happen(state, wanted, setting)


def _begin(wanted: Command, setting: Setting) -> tuple[Event, ...]:
    if not isinstance(wanted, Drafted):
        raise TypeError("the table lets a submission begin with a draft only")
    check_model(wanted.model)
    refuse_unless(setting.actor.party, "A draft needs a party that offers it.", "Act for a party.")
    return (wanted,)


def _happen(state: Submission, wanted: Happening, setting: Setting) -> tuple[Event, ...]:  # noqa: C901, PLR0911, PLR0912 - one line a kind
    match wanted:
        case Drafted() | Accepted():
            pass
        case Amended():
            check_model(wanted.model)
        case Offered() | TermsProposed():
            check_terms(state, wanted.terms)
        case TermsAgreed():
            check_agreement(state, wanted.terms, setting)
        case Declined():
            refuse_unless(wanted.reason.strip(), "A refusal goes on record.", "Give a reason.")
            check_issued(wanted.reason, place="reason of the refusal")
        case AccessGranted():
            check_grant(state, wanted, setting)
        case WindowWarned():
            check_warning(state, wanted, setting)
        case WindowExtended():
            check_extension(state, wanted, setting)
        case WindowExpired():
            check_expiry(state, setting)
            return (wanted, AccessRevoked(ending=Ending.EXPIRED))
        case AccessRevoked():
            return revoke_access(state, wanted, setting)
        case PartnerProposed():
            return propose_partner(state, wanted, setting)
        case PartnerAgreed() | PartnerObjected():
            check_partner_answer(state, wanted, setting)
        case ReleasePlanned():
            return plan_release(state, wanted, setting)
        case Released():
            return release(state, wanted, setting)
        case Withdrawn():
            if state.stage is Stage.OPEN:
                return (*end_access(state, setting, Ending.WITHDRAWN), wanted)
        case Closed():
            check_closing(state, wanted)
        case Purged():
            check_purge(state, wanted, setting)
        case _:
            assert_never(wanted)
    return (wanted,)
