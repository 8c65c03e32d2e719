"""Evidence that is handed in must agree with itself, with its signer and with the case's plan."""

from dataclasses import replace
from types import ModuleType

import pytest
from made_up_case import digest

from seatrial.core.canonical import digest_bytes
from seatrial.core.problem import BadInputError
from seatrial.faces.desk.trial_evidence import Evidence, check_evidence, check_plan
from seatrial.review.plan import plan_digest


@pytest.fixture(scope="module")
def files(made_up: ModuleType) -> Evidence:
    bundle = made_up.made_up_trial().bundle()
    return Evidence(
        statement=bundle["statement.dsse.json"],
        manifest=bundle["manifest.json"],
        report_data=bundle["report.json"],
        report_page=bundle["report.html"],
    )


def test_evidence_that_agrees_gives_statement_and_report(
    made_up: ModuleType, files: Evidence
) -> None:
    trial = made_up.made_up_trial()

    checked = check_evidence(files, plan_digest(trial.plan), trial.signer.trusted)

    assert checked.statement == digest_bytes(files.statement)
    assert checked.report == trial.report()


@pytest.mark.parametrize("name", Evidence.__slots__)
def test_no_file_can_be_altered(made_up: ModuleType, files: Evidence, name: str) -> None:
    trial = made_up.made_up_trial()
    content = getattr(files, name)
    middle = len(content) // 2
    altered = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]

    with pytest.raises(BadInputError):
        check_evidence(
            replace(files, **{name: altered}), plan_digest(trial.plan), trial.signer.trusted
        )


def test_evidence_of_another_plan_is_refused(made_up: ModuleType, files: Evidence) -> None:
    with pytest.raises(BadInputError, match="the case's signed plan is"):
        check_evidence(files, digest("other"), made_up.made_up_trial().signer.trusted)


def test_a_signer_whom_the_programme_does_not_trust_is_refused(
    made_up: ModuleType, files: Evidence
) -> None:
    trial, other = made_up.made_up_trial(), made_up.TestSigner(2)

    with pytest.raises(BadInputError, match="Signer unknown"):
        check_evidence(files, plan_digest(trial.plan), other.trusted)
    with pytest.raises(BadInputError, match="Signer unknown"):
        check_plan(trial.bundle()["plan.dsse.json"], other.trusted)


def test_a_trusted_plan_is_named_by_its_digest(made_up: ModuleType) -> None:
    trial = made_up.made_up_trial()

    assert check_plan(trial.bundle()["plan.dsse.json"], trial.signer.trusted) == plan_digest(
        trial.plan
    )
