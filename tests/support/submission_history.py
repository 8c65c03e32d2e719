"""The rules of a submission's history, written a second time: over the list of what happened.

Nothing here knows stages, tables or guards. Each rule is a predicate over the whole list; it
yields a sentence when the list breaks it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from seatrial.core.people import PartyId, PersonId
from seatrial.review.submission import events as e
from seatrial.review.submission import work_events as w
from seatrial.review.submission.model import terms_digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One event with its moment and actor."""

    event: object
    at: datetime
    person: PersonId | None
    party: PartyId | None


History = Sequence[Happened]


def broken_rules(history: History) -> list[str]:
    """Give every rule that the history breaks."""
    return [sentence for rule in RULES for sentence in rule(history)]


def last(history: History, *kinds: type[object]) -> int:
    """Give the place of the last event of these kinds, or -1."""
    return max((i for i, one in enumerate(history) if isinstance(one.event, kinds)), default=-1)


def begins_once(history: History) -> Iterator[str]:
    drafts = [i for i, one in enumerate(history) if isinstance(one.event, e.Drafted)]
    if history and drafts != [0]:
        yield f"drafted at {drafts}"


def offer_before_terms_before_access(history: History) -> Iterator[str]:
    for i, one in enumerate(history):
        before = history[:i]
        if isinstance(one.event, e.TermsAgreed):
            proposed = last(before, e.Offered, e.TermsProposed)
            terms = before[proposed].event
            if not isinstance(terms, e.Offered | e.TermsProposed):
                yield "agreed to no terms"
            elif one.event.terms != terms_digest(terms.terms):
                yield "agreed to other terms"
            elif (one.party == history[0].party) == (before[proposed].party == history[0].party):
                yield "agreed with itself"
        if isinstance(one.event, e.Accepted):
            changed = last(before, e.Offered, e.TermsProposed, e.Amended)
            if last(before, e.TermsAgreed) < changed or last(before, e.TermsAgreed) < 0:
                yield "accepted without agreed terms"
        if isinstance(one.event, e.AccessGranted):
            changed = last(before, e.Offered, e.TermsProposed, e.Amended)
            if not changed < last(before, e.TermsAgreed) < last(before, e.Accepted):
                yield "access before acceptance"


def window_ends(history: History) -> datetime | None:
    """Give the end of the window as the events tell it."""
    changed = last(history, e.AccessGranted, e.WindowExtended, e.WindowShortened)
    event = history[changed].event if changed >= 0 else None
    kinds = e.AccessGranted | e.WindowExtended | e.WindowShortened
    return event.ends_at if isinstance(event, kinds) else None


def window_within_policy(history: History) -> Iterator[str]:
    opened = last(history, e.AccessGranted)
    if opened < 0:
        return
    draft = history[0].event
    assert isinstance(draft, e.Drafted)
    ends = window_ends(history)
    assert ends is not None
    extended = last(history, e.WindowExtended) >= 0
    most = draft.rules.extended_maximum_days if extended else draft.rules.maximum_days
    if ends - history[opened].at > timedelta(days=most):
        yield f"a window of {ends - history[opened].at}"
    if sum(isinstance(one.event, e.AccessGranted) for one in history) > 1:
        yield "two windows"


def nothing_after_access_ended(history: History) -> Iterator[str]:
    revoked = last(history, e.AccessRevoked)
    needing = (w.TrialStarted, e.WindowExtended, e.WindowWarned, e.WindowShortened)
    if revoked >= 0:
        if last(history[:revoked], e.AccessGranted) < 0:
            yield "revoked without access"
        if sum(isinstance(one.event, e.AccessRevoked) for one in history) > 1:
            yield "revoked twice"
        if last(history, *needing) > revoked:
            yield "used access after its end"
    for i, one in enumerate(history):
        if isinstance(one.event, needing):
            ends = window_ends(history[:i])
            if ends is None or one.at >= ends:
                yield f"{type(one.event).__name__} at {one.at}, window until {ends}"


def expiry_in_time_and_revoking(history: History) -> Iterator[str]:
    for i, one in enumerate(history):
        if isinstance(one.event, e.WindowExpired):
            ends = window_ends(history[:i])
            if ends is None or one.at < ends:
                yield "expired early"
            following = history[i + 1].event if i + 1 < len(history) else None
            if following != e.AccessRevoked(ending=e.Ending.EXPIRED):
                yield "expired without revoking"


def window_is_before_release(history: History) -> Iterator[str]:
    for i, one in enumerate(history):
        if isinstance(one.event, e.Released) and _open(history[:i]):
            following = history[i + 1].event if i + 1 < len(history) else None
            if following != e.AccessRevoked(ending=e.Ending.RELEASED):
                yield "released with an open window"
    plans = {
        one.event.audience: one.event.on
        for one in history
        if isinstance(one.event, e.ReleasePlanned)
    }
    ends = window_ends(history)
    if ends is not None and _open(history):
        for on in plans.values():
            if on is not None and on < ends:
                yield "a window beyond a planned release"


def _open(history: History) -> bool:
    return last(history, e.AccessGranted) >= 0 and last(history, e.AccessRevoked) < 0


def trials_of_signed_plans(history: History) -> Iterator[str]:
    for i, one in enumerate(history):
        if isinstance(one.event, w.TrialStarted):
            before = history[:i]
            signed = last(before, w.PlanSigned)
            plan = before[signed].event if signed >= 0 else None
            if not isinstance(plan, w.PlanSigned) or plan.plan != one.event.plan:
                yield "a trial of another plan"
            if signed < last(before, w.PlanProposed, e.Amended):
                yield "a trial of a plan that was taken back"
            started = sum(isinstance(x.event, w.TrialStarted) for x in before)
            if started > sum(isinstance(x.event, w.TrialEnded) for x in before):
                yield "two trials at once"


def report_after_review_after_trial(history: History) -> Iterator[str]:
    for i, one in enumerate(history):
        if isinstance(one.event, w.ReportRendered) and not (
            last(history[:i], w.TrialStarted)
            < last(history[:i], w.TrialEnded)
            < last(history[:i], w.IntegrityReviewed)
        ):
            yield "a report without integrity review of the last trial"


def determination_after_a_chance_to_object(history: History) -> Iterator[str]:
    decided = [i for i, one in enumerate(history) if isinstance(one.event, w.Determined)]
    if len(decided) > 1:
        yield "determined twice"
    for i in decided:
        event, before = history[i].event, history[:i]
        assert isinstance(event, w.Determined)
        recommended = last(before, w.Recommended)
        if recommended < 0 or recommended < last(before, w.ReportRendered):
            yield "determined without a recommendation on the present report"
            continue
        draft = history[0].event
        assert isinstance(draft, e.Drafted)
        waited = history[i].at - before[recommended].at
        rested = last(before, w.ObjectionsRested) > recommended
        if waited < timedelta(days=draft.rules.objection_days) and not rested:
            yield "determined without a chance to object"
        objections = {x.event.text for x in before if isinstance(x.event, w.Objected)}
        if {reply.objection for reply in event.replies} != objections:
            yield "an objection without an answer"
        if event.official in (None, before[recommended].person):
            yield "the recommender determined"
        if history[i].person != event.official or history[i].party == history[0].party:
            yield "determined by somebody else"


def corrections_are_answered_first(history: History) -> Iterator[str]:
    for i, one in enumerate(history):
        if isinstance(one.event, w.Recommended | w.Determined | e.Closed):
            asked = {x.event.text for x in history[:i] if isinstance(x.event, w.CorrectionAsked)}
            answered = {
                x.event.text for x in history[:i] if isinstance(x.event, w.CorrectionAnswered)
            }
            if asked != answered:
                yield "a correction without an answer"


def nothing_but_release_after_the_end(history: History) -> Iterator[str]:
    for kind, left in (
        (e.Withdrawn, (w.TrialEnded,)),
        (e.Declined, (e.Withdrawn, w.TrialEnded)),
        (e.Closed, (e.Withdrawn,)),
    ):
        ended = last(history, kind)
        if ended >= 0:
            for one in history[ended + 1 :]:
                if not isinstance(one.event, (e.ReleasePlanned, e.Released, e.Purged, *left)):
                    yield f"{type(one.event).__name__} after {kind.__name__}"


def purged_only_after_retention(history: History) -> Iterator[str]:
    for i, one in enumerate(history):
        if isinstance(one.event, e.Purged):
            endings = [
                x.at
                for x in history[:i]
                if isinstance(x.event, e.Withdrawn | e.Closed | e.Declined)
            ]
            terms = [
                x.event.terms
                for x in history[:i]
                if isinstance(x.event, e.Offered | e.TermsProposed)
            ]
            had = last(history[:i], e.AccessGranted) >= 0
            days = terms[-1].retention_days if had else 0
            if not endings or one.at - endings[0] < timedelta(days=days):
                yield "purged early"


DEVELOPERS = (
    e.Amended,
    e.Offered,
    e.AccessGranted,
    e.WindowExtended,
    e.Withdrawn,
    e.ReleasePlanned,
    e.Released,
    w.CorrectionAsked,
    w.Objected,
    w.ObjectionsRested,
    w.PlanCommented,
)
PROGRAMMES = (
    e.Accepted,
    e.Declined,
    e.Closed,
    w.PlanProposed,
    w.PlanSigned,
    w.Recommended,
    w.CorrectionAnswered,
)


def each_side_acts_for_itself(history: History) -> Iterator[str]:
    for one in history:
        own = one.party == history[0].party
        if isinstance(one.event, DEVELOPERS) and not (own and one.person):
            yield f"{type(one.event).__name__} by {one.party}"
        if isinstance(one.event, PROGRAMMES) and (own or not one.person):
            yield f"{type(one.event).__name__} by {one.party}"


def partners_are_agreed_by_the_other_side(history: History) -> Iterator[str]:
    for i, one in enumerate(history):
        if isinstance(one.event, e.PartnerAgreed):
            about = [
                x
                for x in history[:i]
                if isinstance(x.event, e.PartnerProposed | e.PartnerObjected)
                and x.event.partner == one.event.partner
            ]
            if not about or not isinstance(about[-1].event, e.PartnerProposed):
                yield "agreed to no proposal"
            elif (about[-1].party == history[0].party) == (one.party == history[0].party):
                yield "agreed to its own partner"


RULES = (
    begins_once,
    offer_before_terms_before_access,
    window_within_policy,
    nothing_after_access_ended,
    expiry_in_time_and_revoking,
    window_is_before_release,
    trials_of_signed_plans,
    report_after_review_after_trial,
    determination_after_a_chance_to_object,
    corrections_are_answered_first,
    nothing_but_release_after_the_end,
    purged_only_after_retention,
    each_side_acts_for_itself,
    partners_are_agreed_by_the_other_side,
)


def stage_of(history: History) -> str:
    """Give the stage as the history tells it: by the last thing that decides."""
    for kind, name in (
        (e.Withdrawn, "withdrawn"),
        (e.Closed, "closed"),
        (e.Declined, "declined"),
        (e.AccessRevoked, "ended"),
        (e.AccessGranted, "open"),
    ):
        if last(history, kind) >= 0:
            return name
    offered = last(history, e.Offered, e.TermsProposed)
    changed = last(history, e.Offered, e.TermsProposed, e.Amended)
    if offered < 0:
        return "draft"
    if last(history, e.Accepted) > changed:
        return "accepted"
    return "agreed" if last(history, e.TermsAgreed) > changed else "offered"
