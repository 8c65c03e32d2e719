import json
from dataclasses import replace
from types import ModuleType

import pytest
from google.protobuf import json_format
from in_toto_attestation.predicates.test_result.v0 import test_result_pb2
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement as OfficialStatement

from seatrial.core.canonical import digest_bytes
from seatrial.core.problem import BadInputError
from seatrial.formats.in_toto import build_statement, read_statement
from seatrial.formats.signed_plan import open_plan, sign_plan
from seatrial.review.trial import ProbeReport

MANIFEST = b"{}"


def test_the_official_library_takes_the_statement(made_up: ModuleType) -> None:
    statement = build_statement(made_up.made_up_trial().report(), MANIFEST)

    parsed = json_format.Parse(statement, statement_pb2.Statement())
    OfficialStatement.copy_from_pb(parsed).validate()

    predicate = json_format.ParseDict(
        json_format.MessageToDict(parsed.predicate), test_result_pb2.TestResult()
    )
    assert predicate.result == "WARNED"
    assert "containment" in predicate.passed_tests


def test_its_subject_is_the_manifest(made_up: ModuleType) -> None:
    statement = json.loads(build_statement(made_up.made_up_trial().report(), MANIFEST))

    assert statement["subject"] == [
        {
            "annotations": {},
            "digest": {"sha256": digest_bytes(MANIFEST).removeprefix("sha256:")},
            "name": "manifest.json",
        }
    ]


def test_a_void_trial_is_said_to_have_failed_and_none_ever_passed(made_up: ModuleType) -> None:
    trial = made_up.made_up_trial()

    void = json.loads(build_statement(trial.but(probe=ProbeReport(probes=())).report(), MANIFEST))

    assert void["predicate"]["result"] == "FAILED"
    assert void["predicate"]["failedTests"] == ["containment"]


def test_a_statement_is_read_back(made_up: ModuleType) -> None:
    report = made_up.made_up_trial().report()

    statement = read_statement(build_statement(report, MANIFEST), place="s")

    assert statement.type == "https://in-toto.io/Statement/v1"
    assert statement.predicate.configuration[0].digest == {
        "sha256": report.plan_digest.removeprefix("sha256:")
    }


def test_a_statement_with_a_missing_field_is_refused() -> None:
    with pytest.raises(BadInputError, match="s: type is missing"):
        read_statement(b'{"subject":[]}', place="s")


def test_a_signed_plan_is_read_back_and_none_other(made_up: ModuleType) -> None:
    signer = made_up.TestSigner()
    plan = made_up.made_up_plan()

    read, opened = open_plan(sign_plan(plan, signer), signer.trusted, place="p")

    assert read == plan
    assert opened.trust == "trusted"
    other = replace(plan, draft=replace(plan.draft, epochs=9))
    assert open_plan(sign_plan(other, signer), signer.trusted, place="p")[0] != plan
