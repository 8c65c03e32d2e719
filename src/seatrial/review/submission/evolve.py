"""What a submission is after an event."""

from dataclasses import replace
from typing import assert_never

from seatrial.core.ledger.aggregate import Setting
from seatrial.core.people import PartyId
from seatrial.review.submission.events import (
    Accepted,
    AccessGranted,
    AccessRevoked,
    Amended,
    Audience,
    Closed,
    Declined,
    Drafted,
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
    WindowShortened,
    WindowWarned,
    Withdrawn,
)
from seatrial.review.submission.offering import is_developer
from seatrial.review.submission.partners import evolve_partners
from seatrial.review.submission.state import Submission, Window, Work
from seatrial.review.submission.table import STAGES, WORK, Event, Happening, WorkEvent
from seatrial.review.submission.window import open_window
from seatrial.review.submission.work_evolve import evolve_work


def evolve(state: Submission | None, event: Event, setting: Setting) -> Submission:
    """Give the submission after an event that `decide` gave."""
    stage = STAGES[type(event)][state.stage if state else None]
    if state is None:
        return _begin(event, setting)
    moved = replace(state, stage=stage)
    if isinstance(event, WorkEvent):
        at_work = replace(moved, work=WORK[type(event)][state.work])
        return evolve_work(at_work, event, setting)
    return _happened(moved, event, setting)


def _begin(event: Event, setting: Setting) -> Submission:
    if not isinstance(event, Drafted):
        raise TypeError("the table lets a submission begin with a draft only")
    return Submission(
        stage=STAGES[Drafted][None],
        work=Work.NONE,
        developer=setting.actor.party or PartyId(""),
        drafted_at=setting.at,
        rules=event.rules,
        model=event.model,
    )


def _happened(  # noqa: C901, PLR0911, PLR0912 - one line a kind
    state: Submission, event: Happening | WindowShortened, setting: Setting
) -> Submission:
    match event:
        case Drafted() | Accepted() | TermsAgreed() | WindowExpired():
            return state
        case Amended():
            return replace(state, model=event.model, work=Work.NONE, plan=None, comments=())
        case Offered() | TermsProposed():
            by_developer = is_developer(state, setting)
            return replace(state, terms=event.terms, terms_by_developer=by_developer)
        case AccessGranted():
            window = Window(
                opened_at=setting.at, ends_at=event.ends_at, credentials=event.credentials
            )
            return replace(state, window=window)
        case WindowWarned():
            window = open_window(state)
            return replace(state, window=replace(window, warned=(*window.warned, event.days)))
        case WindowExtended():
            window = open_window(state)
            longer = replace(
                window, ends_at=event.ends_at, warned=(), extensions=window.extensions + 1
            )
            return replace(state, window=longer)
        case WindowShortened():
            window = open_window(state)
            return replace(state, window=replace(window, ends_at=event.ends_at, warned=()))
        case AccessRevoked():
            window = open_window(state)
            # However late it is entered: nobody had access after the window's end.
            ended_at = min(setting.at, window.ends_at)
            return replace(state, window=replace(window, ended_at=ended_at, ending=event.ending))
        case PartnerProposed() | PartnerAgreed() | PartnerObjected():
            by_developer = is_developer(state, setting)
            partners = evolve_partners(state.partners, event, by_developer=by_developer)
            return replace(state, partners=partners)
        case ReleasePlanned() | Released():
            return _release(state, event, setting)
        case Declined() | Withdrawn() | Closed():
            # Retention runs from the first ending.
            return replace(state, finished_at=state.finished_at or setting.at)
        case Purged():
            return replace(state, purged_at=setting.at)
        case _:
            assert_never(event)


def _release(state: Submission, event: ReleasePlanned | Released, setting: Setting) -> Submission:
    trusted = event.audience is Audience.TRUSTED_PARTNERS
    release = state.trusted_release if trusted else state.public_release
    if isinstance(event, ReleasePlanned):
        release = replace(release, planned=event.on)
    else:
        release = replace(release, released=setting.at)
    if trusted:
        return replace(state, trusted_release=release)
    return replace(state, public_release=release)
