"""Joint selection of trusted partners: each side answers the other's proposals, with reasons."""

from collections.abc import Mapping

from seatrial.core.ledger.aggregate import NotPossibleError, Setting
from seatrial.core.people import PartyId
from seatrial.core.stages import refuse_unless
from seatrial.review.programme.policy import Selection
from seatrial.review.submission.events import PartnerAgreed, PartnerObjected, PartnerProposed
from seatrial.review.submission.model import Partner, Said, Selecting
from seatrial.review.submission.offering import is_developer
from seatrial.review.submission.state import Submission


def propose_partner(
    state: Submission, wanted: PartnerProposed, setting: Setting
) -> tuple[PartnerProposed | PartnerAgreed, ...]:
    """Give what a proposal leads to. Where one side alone selects, its own are agreed at once.

    Raises: NotPossibleError without a reason, for the developer itself, and for a partner that
    is proposed or agreed.
    """
    _need_reason(wanted.reason)
    refuse_unless(
        wanted.partner != state.developer,
        "The developer is no trusted partner of its own model.",
        "Propose another party.",
    )
    known = _find(state, wanted.partner)
    refuse_unless(
        known is None or known.objected,
        f"{wanted.partner} is {'agreed' if known and known.agreed else 'proposed'} already.",
        "Answer the proposal instead.",
    )
    if decides_alone(state, by_developer=is_developer(state, setting)):
        return (wanted, PartnerAgreed(partner=wanted.partner, reason=wanted.reason))
    return (wanted,)


def check_partner_answer(
    state: Submission, wanted: PartnerAgreed | PartnerObjected, setting: Setting
) -> None:
    """Refuse an answer without a reason, to no proposal, or to one's own proposal.

    The side that proposed may object later: so it takes its proposal back.
    """
    _need_reason(wanted.reason)
    known = _find(state, wanted.partner)
    if known is None or known.objected:
        raise NotPossibleError(f"{wanted.partner} is not proposed.", "Propose it first.")
    if isinstance(wanted, PartnerAgreed):
        refuse_unless(not known.agreed, f"{wanted.partner} is agreed.", "Nothing is left to do.")
        refuse_unless(
            is_developer(state, setting) != known.by_developer,
            "Whoever proposed a partner cannot agree to it for the other side.",
            "Wait for the other side.",
        )


def decides_alone(state: Submission, *, by_developer: bool) -> bool:
    """Tell whether this side selects partners without the other."""
    alone = Selection.DEVELOPER if by_developer else Selection.PROGRAMME
    return state.rules.selected_by is alone


def evolve_partners(
    partners: tuple[Partner, ...],
    event: PartnerProposed | PartnerAgreed | PartnerObjected,
    *,
    by_developer: bool,
) -> tuple[Partner, ...]:
    """Give the partners after what was said of one. Who is proposed again comes last."""
    known = next((one for one in partners if one.party == event.partner), None)
    what = _WHAT[type(event)]
    word = Said(what=what, by_developer=by_developer, reason=event.reason)
    proposer = by_developer if known is None else known.by_developer
    changed = Partner(
        party=event.partner,
        by_developer=by_developer if what is Selecting.PROPOSED else proposer,
        agreed=what is Selecting.AGREED,
        objected=what is Selecting.OBJECTED,
        said=(*(known.said if known else ()), word),
    )
    if what is Selecting.PROPOSED:
        return (*(one for one in partners if one.party != event.partner), changed)
    return tuple(changed if one.party == event.partner else one for one in partners)


_WHAT: Mapping[type[object], Selecting] = {
    PartnerProposed: Selecting.PROPOSED,
    PartnerAgreed: Selecting.AGREED,
    PartnerObjected: Selecting.OBJECTED,
}


def _find(state: Submission, party: PartyId) -> Partner | None:
    return next((one for one in state.partners if one.party == party), None)


def _need_reason(reason: str) -> None:
    refuse_unless(reason.strip(), "Selection of partners goes on record.", "Give a reason.")
