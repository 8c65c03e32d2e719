"""What lists show of each of the programme's aggregates, and how states are read back."""

from typing import Any

from seatrial.core.ledger.projection import Columns, Projection
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

_NOTHING = Columns()


def _submission(state: Submission | None) -> Columns:
    if state is None:
        return _NOTHING
    return Columns(stage=state.stage.value, party=state.developer, title=state.model.name)


def _coverage(state: Inquiry | None) -> Columns:
    if state is None:
        return _NOTHING
    return Columns(stage=state.stage.value, party=state.developer, title=state.name)


def _party(state: Party | None) -> Columns:
    if state is None:
        return _NOTHING
    return Columns(stage=state.stage.value, party=state.party, title=state.name)


def _team(state: Team | None) -> Columns:
    return _NOTHING if state is None else Columns(stage=state.stage.value, party=state.developer)


def _certificate(state: Certificate | None) -> Columns:
    if state is None:
        return _NOTHING
    issued = state.issued
    return Columns(
        stage=state.stage.value, party=issued.developer, case=issued.case, title=issued.name
    )


def _incident(state: Incident | None) -> Columns:
    if state is None:
        return _NOTHING
    case: CaseId | None = state.opened.case
    return Columns(stage=state.stage.value, case=case, title=state.opened.title)


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
