"""Parties, invitations by one-time code, roles, agreements, conflicts."""

from dataclasses import replace
from datetime import timedelta

import pytest
from made_up_case import ACTORS, DAY, START, Driven, actor, digest

from seatrial.core.people import CaseId, PartyId, PersonId, Role
from seatrial.core.record import from_json, to_json
from seatrial.review.party import events as p
from seatrial.review.party.aggregate import PARTY
from seatrial.review.party.state import (
    Party,
    has_conflict,
    nondisclosure_holds,
    roles_of,
)

EVA, CASE, NDA = PersonId("eva"), CaseId("case-1"), digest("nda")
INVITED = p.PersonInvited(
    invitation="i1", code=digest("code"), role=Role.EVALUATOR, expires_at=START + 7 * DAY
)
ACCEPTED = p.InvitationAccepted(invitation="i1", person=EVA, code=digest("code"))
DECLARED = p.ConflictDeclared(person=EVA, case=CASE, nature="Holds shares of the developer.")


@pytest.fixture
def agency() -> Driven:
    driven = Driven(aggregate=PARTY)
    roles = (Role.EVALUATOR, Role.DETERMINING_OFFICIAL, Role.ADMINISTRATOR)
    driven.do(p.Registered(party=PartyId("agency"), name="Agency", roles=roles), "timer")
    driven.do(INVITED, "official")
    return driven


@pytest.fixture
def with_eva(agency: Driven) -> Driven:
    agency.do(ACCEPTED, "evaluator")
    return agency


def test_an_invitation_is_accepted_once_by_the_invited_with_the_code(agency: Driven) -> None:
    wrong = p.InvitationAccepted(invitation="i1", person=EVA, code=digest("guess"))
    assert agency.refused(wrong, "evaluator") == "The code does not open this invitation."
    assert agency.refused(ACCEPTED, "official") == "Nobody accepts an invitation for another."
    assert agency.refused(ACCEPTED, "evaluator", 7 * DAY) == (
        "The code does not open this invitation."
    )

    agency.do(ACCEPTED, "evaluator")
    assert roles_of(agency.state, EVA) == {Role.EVALUATOR}
    assert agency.refused(ACCEPTED, "evaluator") == "There is no such open invitation."
    assert agency.refused(INVITED, "official") == (
        "An invitation needs a name of its own and the digest of its code."
    )
    assert from_json(Party, to_json(agency.state), place="row") == agency.state


def test_an_invitation_can_be_taken_back(agency: Driven) -> None:
    agency.do(p.InvitationTakenBack(invitation="i1"), "official")

    assert agency.refused(ACCEPTED, "evaluator") == "There is no such open invitation."


def test_nobody_joins_twice(with_eva: Driven) -> None:
    again = p.PersonInvited(
        invitation="i2", code=digest("c"), role=Role.ADMINISTRATOR, expires_at=START + DAY
    )
    with_eva.do(again, "official")

    accepted = p.InvitationAccepted(invitation="i2", person=EVA, code=digest("c"))
    assert with_eva.refused(accepted, "evaluator") == "eva is in Agency already."


def test_roles_are_given_and_taken_within_those_of_the_party(with_eva: Driven) -> None:
    given = p.RoleGiven(person=EVA, role=Role.DETERMINING_OFFICIAL)
    with_eva.do(given, "official")
    assert with_eva.refused(given, "official") == "eva is determining-official already."
    assert with_eva.refused(p.RoleGiven(person=EVA, role=Role.DEVELOPER), "official") == (
        "Agency has no people who are developer."
    )

    with_eva.do(p.RoleTaken(person=EVA, role=Role.EVALUATOR), "official")
    assert roles_of(with_eva.state, EVA) == {Role.DETERMINING_OFFICIAL}
    assert with_eva.refused(p.RoleTaken(person=EVA, role=Role.EVALUATOR), "official") == (
        "eva is not evaluator."
    )


@pytest.mark.parametrize(
    "roles",
    [
        (),
        (Role.ADMINISTRATOR,),
        (Role.DEVELOPER, Role.EVALUATOR),
        (Role.AUDITOR, Role.CONSULTEE),
    ],
)
def test_nobody_judges_their_own(roles: tuple[Role, ...]) -> None:
    wanted = p.Registered(party=PartyId("x"), name="X", roles=roles)

    assert Driven(aggregate=PARTY).refused(wanted, "timer") == (
        "A party of a developer or an auditor has no role beside it."
    )


def test_an_agreement_binds_from_signature_to_end(with_eva: Driven) -> None:
    signed = p.NondisclosureSigned(person=EVA, agreement=NDA, until=START + 30 * DAY)
    assert with_eva.refused(signed, "official") == "Nobody signs for another."
    with_eva.do(signed, "evaluator")

    def holds(at: timedelta) -> bool:
        return nondisclosure_holds(with_eva.state, EVA, NDA, START + at)

    assert [holds(-DAY), holds(0 * DAY), holds(29 * DAY), holds(30 * DAY)] == [
        False,
        True,
        True,
        False,
    ]
    assert not nondisclosure_holds(with_eva.state, EVA, digest("another"), START)
    ended = p.NondisclosureEnded(person=EVA, agreement=NDA, reason="Replaced.")
    with_eva.do(ended, "timer")
    assert not holds(0 * DAY)
    assert with_eva.refused(ended, "timer") == "eva has no such agreement in force."


def test_an_agreement_of_the_past_is_refused(with_eva: Driven) -> None:
    late = p.NondisclosureSigned(person=EVA, agreement=NDA, until=START)

    assert with_eva.refused(late, "evaluator") == (
        "The agreement would end at 2026-06-02T14:00:00.000Z, or has no digest."
    )


def test_a_conflict_excludes_until_somebody_else_resolves_it(with_eva: Driven) -> None:
    with_eva.do(DECLARED, "evaluator")
    assert has_conflict(with_eva.state, EVA, CASE)
    assert not has_conflict(with_eva.state, EVA, CaseId("case-2"))
    assert with_eva.refused(DECLARED, "evaluator") == "eva has declared a conflict in this case."

    resolved = p.ConflictResolved(person=EVA, case=CASE, how="Sold them.")
    assert with_eva.refused(resolved, "evaluator") == "Nobody resolves a conflict of their own."
    with_eva.do(resolved, "official")
    assert not has_conflict(with_eva.state, EVA, CASE)
    assert with_eva.refused(resolved, "official") == "eva has no open conflict in this case."


def test_who_leaves_and_comes_back_keeps_conflicts_only(with_eva: Driven) -> None:
    with_eva.do(
        p.NondisclosureSigned(person=EVA, agreement=NDA, until=START + 30 * DAY), "evaluator"
    )
    with_eva.do(DECLARED, "evaluator")
    with_eva.do(p.PersonLeft(person=EVA), "official")
    assert roles_of(with_eva.state, EVA) == frozenset()
    assert with_eva.refused(p.PersonLeft(person=EVA), "official") == "eva is not in Agency."

    with_eva.do(
        p.PersonInvited(
            invitation="i2", code=digest("c"), role=Role.EVALUATOR, expires_at=START + DAY
        ),
        "official",
    )
    with_eva.do(p.InvitationAccepted(invitation="i2", person=EVA, code=digest("c")), "evaluator")
    assert roles_of(with_eva.state, EVA) == {Role.EVALUATOR}
    assert not nondisclosure_holds(with_eva.state, EVA, NDA, START)
    assert has_conflict(with_eva.state, EVA, CASE)


def test_a_party_that_left_opens_nothing(with_eva: Driven) -> None:
    with_eva.do(p.PartyLeft(reason="Dissolved."), "official")

    assert roles_of(with_eva.state, EVA) == frozenset()
    assert with_eva.refused(INVITED, "official") == (
        "The party is left: person invited is not possible now."
    )


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        (p.RoleGiven(person=PersonId("zoe"), role=Role.EVALUATOR), "zoe is not in Agency."),
        (p.ConflictDeclared(person=EVA, case=CASE, nature=""), "A conflict goes on record."),
        (p.PartyLeft(reason=" "), "Leaving goes on record."),
        (p.NondisclosureEnded(person=EVA, agreement=NDA, reason=""), "Ending goes on record."),
        (
            p.PersonInvited(
                invitation="i3", code=digest("c"), role=Role.EVALUATOR, expires_at=START
            ),
            "The invitation would be over.",
        ),
    ],
)
def test_a_refusal_says_why(with_eva: Driven, wanted: object, sentence: str) -> None:
    assert with_eva.refused(wanted, "official") == sentence


def test_software_invites_nobody_but_the_first(with_eva: Driven) -> None:
    assert with_eva.refused(p.PartyLeft(reason="x"), ACTORS["timer"]) == (
        "Party left can only be entered by a person."
    )
    another = replace(INVITED, invitation="i2")
    assert "by a person" in with_eva.refused(another, actor(None, "agency"))


def test_whoever_sets_a_portal_up_invites_its_first_person(agency: Driven) -> None:
    another = replace(INVITED, invitation="i2")
    agency.do(another, ACTORS["timer"])
    assert [one.invitation for one in agency.state.invitations] == ["i1", "i2"]
