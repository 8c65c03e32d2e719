"""The access table and the stages' table agree: no dead ends, no empty promises."""

from typing import get_args

import pytest
from made_up_case import (
    DAY,
    TERMS,
    Driven,
    actor,
    digest,
    submission_at,
)

from seatrial.core.access.action import Action, Phase
from seatrial.core.access.decide import decide_access
from seatrial.core.access.matrix import granted_roles
from seatrial.core.access.standing import Denied, Granted
from seatrial.core.access.table import TABLE
from seatrial.core.people import CaseId, PartyId, PersonId, Role
from seatrial.core.stages import Side
from seatrial.review.certificate.aggregate import CERTIFICATE
from seatrial.review.coverage.aggregate import COVERAGE
from seatrial.review.incident.aggregate import INCIDENT
from seatrial.review.incident.events import ClockMissed
from seatrial.review.party import events as p
from seatrial.review.party.aggregate import PARTY
from seatrial.review.programme.actions import ACTION_OF
from seatrial.review.programme.standing import case_standing, person_standing
from seatrial.review.submission import events as e
from seatrial.review.submission import work_events as w
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.submission.state import Stage
from seatrial.review.submission.table import SIDES, STAGES, Command
from seatrial.review.team.aggregate import TEAM, Assigned, Formed, Member

OF_SUBMISSIONS = [kind for kind in get_args(Command) if kind in ACTION_OF]


def test_phases_are_the_submissions_stages() -> None:
    assert [one.value for one in Phase] == [
        one.value for one in sorted(Stage, key=lambda s: list(Phase).index(Phase(s.value)))
    ]
    assert {one.value for one in Phase} == {one.value for one in Stage}


def test_what_no_person_can_ask_for_is_entered_by_timers_or_follows() -> None:
    every = {
        kind
        for aggregate in (SUBMISSION, COVERAGE, PARTY, TEAM, CERTIFICATE, INCIDENT)
        for kind in aggregate.kinds.values()
    }
    software = {kind for kind, side in SIDES.items() if side is Side.SOFTWARE}

    assert every - set(ACTION_OF) == {
        *software,
        e.WindowShortened,
        p.InvitationAccepted,
        ClockMissed,
    }


@pytest.mark.parametrize("kind", OF_SUBMISSIONS)
def test_both_tables_agree(kind: type[object]) -> None:
    """A command has somebody who may ask for it exactly in the stages where it is possible."""
    action = ACTION_OF[kind]
    possible = {stage for stage in STAGES[kind] if stage is not None}
    if TABLE[action].phases is None:
        assert possible == set()
        return
    asked = {Stage(phase.value) for phase in Phase if granted_roles(action, phase)}
    if kind is w.TrialEnded:  # after a withdrawal only the software hands evidence in
        possible -= {Stage.WITHDRAWN}
    shared = [k for k in OF_SUBMISSIONS if ACTION_OF[k] is action]
    others = {stage for k in shared for stage in STAGES[k] if stage is not None}

    assert possible <= asked
    assert asked <= others


EVA, CASE, AGENCY = PersonId("eva"), CaseId("case"), PartyId("agency")


@pytest.fixture
def agency() -> Driven:
    party = Driven(aggregate=PARTY)
    party.do(p.Registered(party=AGENCY, name="Agency", roles=(Role.EVALUATOR,)), "timer")
    party.do(
        p.PersonInvited(
            invitation="i", code=digest("c"), role=Role.EVALUATOR, expires_at=party.at + DAY
        ),
        "official",
    )
    party.do(p.InvitationAccepted(invitation="i", person=EVA, code=digest("c")), "evaluator")
    return party


def test_from_states_to_a_decision(agency: Driven) -> None:
    """An evaluator uses the model from signature and assignment until the window is over."""
    submission = submission_at("open")
    team = Driven(aggregate=TEAM)
    team.do(Formed(developer=PartyId("lab"), purposes=TERMS.purposes), "timer")

    def answer(after_days: int = 0) -> Granted | Denied:
        at = submission.at + after_days * DAY
        who = person_standing(
            EVA,
            agency.state,
            at=at,
            operator=AGENCY,
            case=CASE,
            submission=submission.state,
            team=team.state,
        )
        case = case_standing(CASE, submission.state, at=at)
        return decide_access(who, Action.USE_MODEL, case, "evaluation")

    assert answer() == Denied(reason="You are not in the team of this case.")
    member = Member(person=EVA, party=AGENCY, role=Role.EVALUATOR, purposes=("evaluation",))
    team.do(Assigned(member=member), "timer")
    assert "nondisclosure agreement" in str(answer())
    agency.do(
        p.NondisclosureSigned(
            person=EVA, agreement=TERMS.nondisclosure, until=agency.at + 99 * DAY
        ),
        "evaluator",
    )
    assert answer() == Granted(sealed=True)
    assert answer(20) == Denied(reason="The window is not open.")
    agency.do(p.ConflictDeclared(person=EVA, case=CASE, nature="Shares."), "evaluator")
    assert "conflict of interest" in str(answer())


def test_a_member_of_another_party_is_no_member(agency: Driven) -> None:
    team = Driven(aggregate=TEAM)
    team.do(Formed(developer=PartyId("lab"), purposes=("evaluation",)), "timer")
    member = Member(
        person=EVA, party=PartyId("other"), role=Role.EVALUATOR, purposes=("evaluation",)
    )
    team.do(Assigned(member=member), actor("admin", "agency"))

    who = person_standing(
        EVA, agency.state, at=agency.at, operator=AGENCY, case=CASE, team=team.state
    )
    assert (who.case, who.case_role) == (None, None)
