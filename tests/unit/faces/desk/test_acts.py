from seatrial.core.access.action import Action
from seatrial.core.people import PartyId, PersonId, Role
from seatrial.faces.desk.acts import ACTIONS, action_of
from seatrial.review.audit import AUDIT
from seatrial.review.certificate.aggregate import CERTIFICATE
from seatrial.review.coverage.aggregate import COVERAGE
from seatrial.review.incident.aggregate import INCIDENT
from seatrial.review.party.aggregate import PARTY
from seatrial.review.programme.in_force import POLICY
from seatrial.review.rescan.aggregate import RESCAN
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.team.aggregate import TEAM, Assigned, Member

NOT_FOR_PEOPLE = {
    "submission.window-warned": "a timer",
    "submission.window-shortened": "only follows from a planned release",
    "submission.window-expired": "a timer",
    "submission.purged": "a retention job",
    "team.formed": "comes with the draft",
    "team.purposes-changed": "comes with the agreed terms",
    "team.assigned": "two actions, by the member's role",
    "incident.clock-missed": "a timer",
    "incident.rescanned": "a job",
    "rescan.case-scanned": "a job",
    "rescan.case-missed": "a job",
    "rescan.finished": "a job",
    "audit.refusals-removed": "a job",
    "party.invitation-accepted": "whoever has the code, before they have any role",
    "party.nondisclosure-ended": "a timer, or the party's leaving",
}


def test_every_event_needs_an_access_or_is_no_persons_to_enter() -> None:
    without = {
        f"{aggregate.name}.{name}"
        for aggregate in (
            SUBMISSION,
            TEAM,
            COVERAGE,
            CERTIFICATE,
            INCIDENT,
            PARTY,
            RESCAN,
            POLICY,
            AUDIT,
        )
        for name, kind in aggregate.kinds.items()
        if kind not in ACTIONS
    }
    assert without == set(NOT_FOR_PEOPLE)


def test_a_developer_puts_only_its_own_people_into_a_case() -> None:
    def assigned(role: Role) -> Assigned:
        person, party = PersonId("p"), PartyId("q")
        return Assigned(member=Member(person=person, party=party, role=role, purposes=()))

    assert action_of(assigned(Role.DEVELOPER)) is Action.ASSIGN_OWN
    assert {action_of(assigned(role)) for role in Role if role is not Role.DEVELOPER} == {
        Action.ASSIGN_TEAM
    }


def test_what_the_table_does_not_know_nobody_may() -> None:
    assert action_of(object()) is None
