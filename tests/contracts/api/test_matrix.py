"""The access table over HTTP: every role, every command and every sort of content, every phase."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from served_portal import Served, seeded, serving

from seatrial.core.access.action import Action, Phase
from seatrial.core.access.matrix import LETTERS, granted_roles
from seatrial.core.people import Role
from seatrial.faces.api.commands import SUBMISSION_STEPS
from seatrial.faces.desk.acts import ACTIONS
from seatrial.faces.desk.content import SORTS, Content

pytestmark = pytest.mark.slow

D = "sha256:" + "e" * 64
TERMS = {"purposes": ["evaluation"], "retention_days": 1, "nondisclosure": D}
MODEL = {
    "name": "M",
    "checkpoint": "1",
    "digest": D,
    "modalities": ["text"],
    "variants": [{"name": "v", "safeguards": "on"}],
    "scope": ["s"],
}
REASON = {"reason": "r"}
FACTS: Mapping[str, dict[str, Any]] = {
    "amended": {"model": MODEL},
    "offered": {"terms": TERMS},
    "terms-proposed": {"terms": TERMS},
    "terms-agreed": {"terms": D},
    "accepted": {},
    "declined": REASON,
    "access-granted": {"ends_at": "2100-01-01T00:00:00.000Z", "credentials": D},
    "window-extended": {"ends_at": "2100-01-01T00:00:00.000Z"},
    "access-revoked": {"ending": "revoked", "reason": "r"},
    "partner-proposed": {"partner": "grid", "reason": "r"},
    "partner-agreed": {"partner": "grid", "reason": "r"},
    "partner-objected": {"partner": "grid", "reason": "r"},
    "release-planned": {"audience": "public", "on": None},
    "released": {"audience": "public"},
    "withdrawn": REASON,
    "closed": REASON,
    "plan-commented": {"text": D},
    "correction-asked": {"text": D},
    "correction-answered": {"text": D, "taken": True, "reason": "r"},
    "objected": {"text": D},
    "objections-rested": {},
    "determined": {
        "official": "o",
        "office": "o",
        "finding": "covered",
        "reasons": "r",
        "consultees": [],
        "evidence": [D],
        "replies": [],
        "agrees": True,
    },
}
MISSING = ("unsigned", "lapsed", "conflicted", "unpurposed", "outside", "elsewhere")
"""Evaluators to whom something is missing; see `seed_matrix.py`."""

ABSENT = ("conflicted", "outside", "elsewhere")
"""Those for whom the case is not there."""

LATE = 10**6
"""An entry's number that nobody has seen: whoever may do it is told of a conflict."""


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data = tmp_path_factory.mktemp("matrix")
    seed = dict(seeded(data))
    script = [sys.executable, Path(__file__).parents[2] / "support" / "seed_matrix.py", data]
    ran = subprocess.run(script, check=True, capture_output=True, text=True)
    with serving(data, seed | {"matrix": json.loads(ran.stdout)}) as served:
        yield served


@pytest.fixture(scope="module")
def http(portal: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{portal.url}/api", timeout=30) as client:
        yield client


def headers(portal: Served, phase: Phase, who: str, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {portal.seed['matrix']['tokens'][phase.value][who]}", **more}


def may(action: Action, phase: Phase, who: str) -> bool:
    """Say what the table says of somebody who signed, has the purpose and no conflict."""
    return LETTERS[Role(who)] in granted_roles(action, phase)


def expected(action: Action, phase: Phase, who: str) -> int:
    """Give the status of a refusal; 0 when the table grants."""
    if may(action, phase, who):
        return 0
    return 403 if may(Action.READ_CASE, phase, who) else 404


def give(portal: Served, http: httpx.Client, phase: Phase, who: str, kind: str) -> int:
    sent = headers(portal, phase, who)
    sent["Idempotency-Key"] = f"{phase.value}-{who}-{kind}"
    body = {"kind": kind, "facts": FACTS[kind], "expected": LATE}
    return http.post(f"/submissions/m-{phase.value}/commands", json=body, headers=sent).status_code


def test_every_command_of_the_api_is_tried() -> None:
    assert set(FACTS) == set(SUBMISSION_STEPS)


@pytest.mark.parametrize("phase", list(Phase))
def test_a_command_is_taken_from_whom_the_table_grants_it(
    portal: Served, http: httpx.Client, phase: Phase
) -> None:
    """And a refusal tells nobody that a case is there who may not read it."""
    wrong = []
    for kind, command in SUBMISSION_STEPS.items():
        for role in Role:
            wanted = expected(ACTIONS[command], phase, role.value)
            status = give(portal, http, phase, role.value, kind)
            if status != (wanted or 409):
                wrong.append((kind, role.value, status, wanted))

    assert wrong == []


@pytest.mark.parametrize("phase", list(Phase))
def test_a_case_is_read_by_whom_the_table_grants_it(
    portal: Served, http: httpx.Client, phase: Phase
) -> None:
    case = f"/submissions/m-{phase.value}"
    for path, action in (
        (case, Action.READ_CASE),
        (f"{case}/history", Action.READ_CASE),
        (f"{case}/incidents", Action.HANDLE_INCIDENT),
    ):
        for role in Role:
            status = http.get(path, headers=headers(portal, phase, role.value)).status_code
            assert status == (expected(action, phase, role.value) or 200), (path, role)
        for who in ABSENT:
            assert http.get(path, headers=headers(portal, phase, who)).status_code == 404, who


@pytest.mark.parametrize("phase", [one for one in Phase if one is not Phase.DRAFT])
def test_sealed_content_is_read_by_whom_the_table_grants_it(
    portal: Served, http: httpx.Client, phase: Phase
) -> None:
    wrong = []
    for sort in Content:
        path = f"/submissions/m-{phase.value}/blobs/{portal.seed['matrix']['sealed'][phase][sort]}"
        action = SORTS[sort].action
        if action is Action.ANSWER_COVERAGE:  # of inquiries, which are no cases
            continue
        for role in Role:
            status = http.get(path, headers=headers(portal, phase, role.value)).status_code
            wanted = expected(action, phase, role.value) or 200
            if status != wanted:
                wrong.append((sort.value, role.value, status, wanted))

    assert wrong == []


@pytest.mark.parametrize("who", MISSING)
def test_an_evaluator_to_whom_something_is_missing_reads_nothing_sealed(
    portal: Served, http: httpx.Client, who: str
) -> None:
    phase = Phase.OPEN
    for digest in portal.seed["matrix"]["sealed"][phase].values():
        path = f"/submissions/m-open/blobs/{digest}"
        status = http.get(path, headers=headers(portal, phase, who)).status_code
        assert status == (404 if who in ABSENT else 403)
