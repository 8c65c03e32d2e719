"""A policy is put in force by a person, with a reason; a version names one file."""

from dataclasses import replace

import pytest
from made_up_case import DAY, START, Driven, digest

from seatrial.core.record import from_json, to_json
from seatrial.review.programme.in_force import POLICY, PolicyHistory, PutInForce, in_force

FIRST = PutInForce(
    digest=digest("first"), name="programme", version="1", issuer="Agency", reason="Set up."
)
SECOND = replace(FIRST, digest=digest("second"), version="2", reason="Shorter window.")


@pytest.fixture
def policy() -> Driven:
    driven = Driven(aggregate=POLICY)
    driven.do(FIRST, "timer")
    return driven


def test_every_moment_has_its_policy(policy: Driven) -> None:
    policy.do(SECOND, "official", after=10 * DAY)

    found = [in_force(policy.state, START + days * DAY) for days in (-1, 0, 9, 10, 99)]
    assert found == [None, FIRST, FIRST, SECOND, SECOND]
    assert from_json(PolicyHistory, to_json(policy.state), place="row") == policy.state


def test_an_earlier_policy_can_come_back(policy: Driven) -> None:
    policy.do(SECOND, "official")
    policy.do(FIRST, "official")

    assert in_force(policy.state, policy.at) == FIRST


@pytest.mark.parametrize(
    ("wanted", "who", "sentence"),
    [
        (FIRST, "official", "This policy is in force."),
        (replace(SECOND, version="1"), "official", "Version 1 was another file."),
        (SECOND, "timer", "Put in force can only be entered by a person."),
        (
            replace(SECOND, reason=""),
            "official",
            "A policy is put in force with its digest, a version and a reason.",
        ),
    ],
)
def test_a_refusal_says_why(policy: Driven, wanted: object, who: str, sentence: str) -> None:
    assert policy.refused(wanted, who) == sentence
