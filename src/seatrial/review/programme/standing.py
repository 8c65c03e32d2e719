"""Who somebody is and where a case stands, taken from the states, for the access table."""

from datetime import datetime

from seatrial.core.access.action import Phase
from seatrial.core.access.standing import CaseStanding, Standing, TokenScope
from seatrial.core.people import CaseId, PartyId, PersonId
from seatrial.review.party.state import Party, has_conflict, nondisclosure_holds, roles_of
from seatrial.review.submission.state import Submission, has_access
from seatrial.review.team.aggregate import Team, member_of


def person_standing(
    person: PersonId,
    party: Party,
    *,
    at: datetime,
    operator: PartyId,
    case: CaseId | None = None,
    submission: Submission | None = None,
    team: Team | None = None,
    token: TokenScope | None = None,
) -> Standing:
    """Give a person's standing, with respect to a case when one is named.

    operator: the party that runs the programme. submission, team: of the case.
    An agreement counts when it is the one that the terms name.
    """
    member = member_of(team, person)
    if member is not None and member.party != party.party:
        member = None
    terms = submission.terms if submission else None
    return Standing(
        person=person,
        party=party.party,
        roles=roles_of(party, person),
        operator=party.party == operator,
        case=case if member else None,
        case_role=member.role if member else None,
        purposes=frozenset(member.purposes if member else ()),
        nondisclosure=terms is not None
        and nondisclosure_holds(party, person, terms.nondisclosure, at),
        conflict=case is not None and has_conflict(party, person, case),
        token=token,
    )


def case_standing(
    case: CaseId,
    submission: Submission,
    *,
    at: datetime,
    export_asked_by: PersonId | None = None,
) -> CaseStanding:
    """Give where a case stands at a moment. A window whose time is over is not open."""
    return CaseStanding(
        case=case,
        developer=submission.developer,
        phase=Phase(submission.stage.value),
        window_open=has_access(submission, at),
        purged=submission.purged_at is not None,
        export_asked_by=export_asked_by,
    )
