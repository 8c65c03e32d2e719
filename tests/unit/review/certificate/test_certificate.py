"""Certificates carry digest, scope, expiry, triggers, and that they are not an approval."""

from dataclasses import replace
from datetime import timedelta

import pytest
from made_up_case import DAY, MODEL, POLICY, STATEMENT, Driven, digest, submission_at

from seatrial.core.ledger.aggregate import NotPossibleError
from seatrial.core.people import CaseId
from seatrial.core.problem import BadInputError
from seatrial.core.record import from_json, to_json
from seatrial.core.words import DISCLAIMER
from seatrial.review.certificate.aggregate import CERTIFICATE, Certificate, Standing, standing
from seatrial.review.certificate.events import Issued, RetestTriggered, Revoked, Superseded
from seatrial.review.certificate.issue import certificate_for
from seatrial.review.submission import events as e

CASE = submission_at("determined")
TOO_LATE = (
    "The certificate would expire at 2027-06-28T14:00:00.000Z; by the policy it expires after"
    " 2026-06-27T14:00:00.000Z and by 2027-06-27T14:00:00.000Z."
)


def made(case: Driven = CASE, *, days: int = 365) -> Issued:
    return certificate_for(
        case.state,
        case=CaseId("case-1"),
        expires_at=case.at + days * DAY,
        code=digest("code"),
        policy=POLICY,
        policy_digest=digest("policy"),
    )


@pytest.fixture
def certificate() -> Driven:
    driven = Driven(aggregate=CERTIFICATE, at=CASE.at)
    driven.do(made(), "official")
    return driven


def test_says_what_was_tested_and_that_it_is_not_an_approval(certificate: Driven) -> None:
    issued = certificate.state.issued

    assert issued.statement.startswith(DISCLAIMER)
    assert issued.model == MODEL.digest
    assert issued.scope == MODEL.scope
    assert issued.statements == (STATEMENT,)
    assert issued.retest == POLICY.certificate.retest
    assert from_json(Certificate, to_json(certificate.state), place="row") == certificate.state


def test_stands_until_it_expires(certificate: Driven) -> None:
    end = CASE.at + 365 * DAY

    assert standing(certificate.state, end - timedelta(milliseconds=1)) is Standing.IN_FORCE
    assert standing(certificate.state, end) is Standing.EXPIRED


def test_a_trigger_calls_for_a_new_trial(certificate: Driven) -> None:
    trigger = POLICY.certificate.retest[0]
    certificate.do(RetestTriggered(trigger=trigger, note="New checkpoint."), "timer")

    assert standing(certificate.state, certificate.at) is Standing.RETEST_DUE
    assert certificate.refused(RetestTriggered(trigger="rain", note=""), "timer").startswith(
        "The certificate has no trigger 'rain'."
    )


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Revoked(reason="The digest was another model's."), Standing.REVOKED),
        (Superseded(by="certificate/2"), Standing.SUPERSEDED),
    ],
)
def test_ends_once(certificate: Driven, wanted: object, found: Standing) -> None:
    certificate.do(wanted, "official")

    assert standing(certificate.state, certificate.at + 999 * DAY) is found
    assert "is not possible now" in certificate.refused(wanted, "official")


@pytest.mark.parametrize(
    ("wanted", "who", "sentence"),
    [
        (replace(made(), statement="Well done."), "official",
         "The certificate does not say: This certificate is not an approval."),
        (replace(made(), statements=()), "official",
         "A certificate names model, report, code and signed statements by digest."),
        (replace(made(), retest=()), "official",
         "A certificate tells what was tested, and what calls for a new trial."),
        (made(), "developer", "Issued can only be entered by the programme."),
        (made(), "timer", "Issued can only be entered by the programme."),
        (made(days=366), "official",
         TOO_LATE),
    ],
)  # fmt: skip
def test_a_refusal_says_why(wanted: object, who: str, sentence: str) -> None:
    driven = Driven(aggregate=CERTIFICATE, at=CASE.at)

    assert driven.refused(wanted, who) == sentence


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        (Revoked(reason=""), "Revoking goes on record."),
        (Superseded(by=""), "The later certificate is not named."),
    ],
)
def test_an_ending_needs_its_facts(certificate: Driven, wanted: object, sentence: str) -> None:
    assert certificate.refused(wanted, "official") == sentence


def test_no_text_of_ours_hints_at_a_permission(certificate: Driven) -> None:
    with pytest.raises(BadInputError, match="'cleared'"):
        certificate.do(Revoked(reason="Never cleared."), "official")
    trigger = RetestTriggered(trigger=made().retest[0], note="What was approved is changed.")
    with pytest.raises(BadInputError, match="'approved'"):
        certificate.do(trigger, "timer")
    other, issued = Driven(aggregate=CERTIFICATE, at=CASE.at), replace(made(), retest=("licensed",))
    with pytest.raises(BadInputError, match="'licensed'"):
        other.do(issued, "official")


def test_what_the_developer_wrote_is_not_altered_and_stops_no_certificate() -> None:
    """Its name and scope are quoted as its own, whatever they hint at."""
    issued = replace(made(), name="Approved M", scope=("permitted inputs \u202ex",))
    driven = Driven(aggregate=CERTIFICATE, at=CASE.at)
    driven.do(issued, "official")

    assert driven.state.issued == issued


def test_follows_a_determination_and_no_withdrawal() -> None:
    with pytest.raises(NotPossibleError, match="no determination to certify"):
        made(submission_at("recommended"))
    withdrawn = submission_at("determined")
    withdrawn.do(e.Withdrawn(), "developer")
    with pytest.raises(NotPossibleError, match="is withdrawn"):
        made(withdrawn)
