"""Who works on a case: one role each, nobody on both sides, purposes of the terms only."""

import pytest
from made_up_case import Driven

from seatrial.core.people import PartyId, PersonId, Role
from seatrial.core.record import from_json, to_json
from seatrial.review.team.aggregate import (
    TEAM,
    Assigned,
    Formed,
    Member,
    PurposesChanged,
    Released,
    Team,
    member_of,
)

PURPOSES = ("evaluation", "determination")


def assigned(
    person: str, role: Role, party: str = "agency", purposes: tuple[str, ...] = ("evaluation",)
) -> Assigned:
    return Assigned(
        member=Member(person=PersonId(person), party=PartyId(party), role=role, purposes=purposes)
    )


@pytest.fixture
def team() -> Driven:
    driven = Driven(aggregate=TEAM)
    driven.do(Formed(developer=PartyId("lab"), purposes=PURPOSES), "evaluator")
    driven.do(assigned("eva", Role.EVALUATOR, purposes=PURPOSES), "evaluator")
    return driven


def test_people_come_and_go(team: Driven) -> None:
    team.do(Released(person=PersonId("eva"), reason="Moved."), "evaluator")

    assert member_of(team.state, PersonId("eva")) is None
    assert [one.person for one in team.state.past] == ["eva"]
    assert team.refused(Released(person=PersonId("eva"), reason="x"), "evaluator") == (
        "eva is not in this case."
    )
    assert from_json(Team, to_json(team.state), place="row") == team.state


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        (
            assigned("eva", Role.DETERMINING_OFFICIAL),
            "eva has a role in this case; nobody has two.",
        ),
        (
            assigned("dana", Role.EVALUATOR, party="lab"),
            "lab is the developer: its people cannot be evaluator here.",
        ),
        (
            assigned("otto", Role.DEVELOPER),
            "agency is not the developer: its people cannot be developer here.",
        ),
        (
            assigned("otto", Role.AUDITOR, purposes=("training",)),
            "The agreed terms have the purposes evaluation, determination; asked for: training.",
        ),
        (
            assigned("otto", Role.AUDITOR, purposes=()),
            "The agreed terms have the purposes evaluation, determination; asked for: none.",
        ),
    ],
)
def test_a_refusal_says_why(team: Driven, wanted: object, sentence: str) -> None:
    assert team.refused(wanted, "evaluator") == sentence


def test_nobody_keeps_a_purpose_that_the_terms_no_longer_have(team: Driven) -> None:
    team.do(PurposesChanged(purposes=("determination",)), "timer")

    assert [one.purposes for one in team.state.members] == [("determination",)]
