"""What lists show of each of the programme's aggregates, and how states are read back."""

from typing import Any

from seatrial.core.ledger.projection import Columns, Mark, Projection
from seatrial.core.people import CaseId
from seatrial.review.audit import AUDIT
from seatrial.review.certificate.aggregate import CERTIFICATE, Certificate
from seatrial.review.coverage.aggregate import COVERAGE, Inquiry
from seatrial.review.incident.aggregate import INCIDENT
from seatrial.review.incident.state import Incident
from seatrial.review.party.aggregate import PARTY
from seatrial.review.party.state import Party
from seatrial.review.programme.in_force import POLICY, PolicyHistory
from seatrial.review.rescan.aggregate import RESCAN, Rescan
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.submission.state import Submission
from seatrial.review.team.aggregate import TEAM, Team

WORK, PERSON, ROLE, CODE, AFFECTED = "work", "person", "role", "code", "affected"
"""Sorts of marks: a submission's work, a party's people and roles, a certificate's code, the
parties an incident affects. Those of a team are the roles of its people."""

_NOTHING = Columns()


def _submission(state: Submission | None) -> Columns:
    if state is None:
        return _NOTHING
    window = state.window
    return Columns(
        stage=state.stage.value,
        party=state.developer,
        title=state.model.name,
        begins=window.opened_at if window else None,
        ends=(window.ended_at or window.ends_at) if window else None,
        marks=frozenset({Mark(value=state.work.value, sort=WORK)}),
    )


def _coverage(state: Inquiry | None) -> Columns:
    if state is None:
        return _NOTHING
    return Columns(stage=state.stage.value, party=state.developer, title=state.name)


def _party(state: Party | None) -> Columns:
    if state is None:
        return _NOTHING
    people = {Mark(value=one.person, sort=PERSON, past=one.left) for one in state.people}
    roles = {Mark(value=one.value, sort=ROLE) for one in state.roles}
    return Columns(
        stage=state.stage.value,
        party=state.party,
        title=state.name,
        marks=frozenset(people | roles),
    )


def _team(state: Team | None) -> Columns:
    if state is None:
        return _NOTHING
    present = {Mark(value=one.person, sort=one.role.value) for one in state.members}
    past = {Mark(value=one.person, sort=one.role.value, past=True) for one in state.past}
    return Columns(stage=state.stage.value, party=state.developer, marks=frozenset(present | past))


def _certificate(state: Certificate | None) -> Columns:
    if state is None:
        return _NOTHING
    issued = state.issued
    return Columns(
        stage=state.stage.value,
        party=issued.developer,
        case=issued.case,
        title=issued.name,
        marks=frozenset({Mark(value=issued.code, sort=CODE)}),
    )


def _incident(state: Incident | None) -> Columns:
    if state is None:
        return _NOTHING
    case: CaseId | None = state.opened.case
    return Columns(
        stage=state.stage.value,
        case=case,
        title=state.opened.title,
        marks=frozenset(Mark(value=one, sort=AFFECTED) for one in state.affected),
    )


def _rescan(state: Rescan | None) -> Columns:
    if state is None:
        return _NOTHING
    return Columns(stage=state.stage.value, title=state.ordered.detector)


def _policy(state: PolicyHistory | None) -> Columns:
    if state is None:
        return _NOTHING
    put = state.policies[-1].put
    return Columns(stage=state.stage.value, title=f"{put.name}, version {put.version}")


PROJECTIONS: tuple[Projection[Any, Any, Any], ...] = (
    Projection(aggregate=SUBMISSION, columns=_submission, kind=Submission | None),
    Projection(aggregate=COVERAGE, columns=_coverage, kind=Inquiry | None),
    Projection(aggregate=PARTY, columns=_party, kind=Party | None),
    Projection(aggregate=TEAM, columns=_team, kind=Team | None),
    Projection(aggregate=CERTIFICATE, columns=_certificate, kind=Certificate | None),
    Projection(aggregate=INCIDENT, columns=_incident, kind=Incident | None),
    Projection(aggregate=RESCAN, columns=_rescan, kind=Rescan | None),
    Projection(aggregate=POLICY, columns=_policy, kind=PolicyHistory | None),
    Projection(aggregate=AUDIT),
)
"""One for each aggregate of the review programme."""
