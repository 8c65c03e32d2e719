"""Evidence by the API: whole, checked, sealed, once; on each database."""

import base64
import hashlib
import http.client
import importlib.util
import io
import json
import subprocess
import sys
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from served_portal import SEATRIAL, Served, environment

from seatrial.adapters.bundle_archive import pack_files
from seatrial.core.canonical import digest_bytes
from seatrial.core.ledger.aggregate import NotPossibleError
from seatrial.core.people import CaseId
from seatrial.faces.client.client import Client
from seatrial.review.trial import Safeguards

from .conftest import Ask
from .test_requests import is_problem

CASE = CaseId("tried")
GOLDEN = Path(__file__).parents[2] / "golden" / "made_up_trial.py"
SUPPORT = Path(__file__).parents[2] / "support"


@cache
def made_up() -> Any:
    """The made-up trial, of the model that the case offers."""
    spec = importlib.util.spec_from_file_location("made_up_trial", GOLDEN)
    assert spec is not None
    assert spec.loader is not None
    module: ModuleType = importlib.util.module_from_spec(spec)
    sys.modules["made_up_trial"] = module
    spec.loader.exec_module(module)
    trial = module.made_up_trial()
    model = replace(trial.trial.model, checkpoint=None)
    return trial.but(trial=replace(trial.trial, model=model))


@cache
def bundle() -> dict[str, bytes]:
    made: dict[str, bytes] = made_up().bundle()
    return made


@dataclass(frozen=True, kw_only=True)
class Case:
    """A case with a signed plan and an open window, and a trial's files as they left it."""

    served: Served
    token: str
    dora: str
    folder: Path
    made_up: Any
    bundle: dict[str, bytes]

    def client(self) -> Client:
        return Client(self.served.url, self.token)

    def archive(self, trial: str, files: dict[str, bytes] | None = None) -> io.BytesIO:
        """Pack the trial's files, some of them others."""
        folder = self.folder.parent / f"{trial}-{len(list(self.folder.parent.iterdir()))}"
        return packed(folder, trial, {**self.bundle, **(files or {})})

    def post(self, trial: str, content: bytes, **more: Any) -> httpx.Response:
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        headers = {
            "Authorization": f"Bearer {more.pop('token', self.token)}",
            "Content-Type": "application/octet-stream",
            "Content-Digest": f"sha-256=:{digest}:",
            "Idempotency-Key": f"raw-{trial}",
            **more.pop("headers", {}),
        }
        path = f"{self.served.url}/api/submissions/{CASE}/trials/{trial}/evidence"
        return httpx.post(path, content=content, headers=headers, timeout=60, **more)


def packed(folder: Path, trial: str, files: dict[str, bytes]) -> io.BytesIO:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    archive = io.BytesIO()
    pack_files(folder, files, trial, archive)
    return archive


_seeded: dict[Path, dict[str, Any]] = {}


@pytest.fixture
def case(served: Served, tmp_path: Path) -> Case:
    trial = made_up()
    folder = tmp_path / "trial"
    packed(folder, "any", bundle())
    if served.data not in _seeded:
        pem = trial.signer.public.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        (served.data / "trusted.pem").write_bytes(pem)
        script = [sys.executable, SUPPORT / "seed_worker.py", served.data, "plan"]
        given = [folder / "plan.dsse.json", 'model = "reference/novice"']
        env = environment(served.database)
        ran = subprocess.run([*script, *given], check=True, capture_output=True, env=env)
        _seeded[served.data] = json.loads(ran.stdout)
    seed = _seeded[served.data]
    return Case(
        served=served,
        token=seed["token"],
        dora=seed["dora"],
        folder=folder,
        made_up=trial,
        bundle=bundle(),
    )


def entries(case: Case) -> list[str]:
    with case.client() as eve:
        return [one.entry.kind for one in eve.history(CASE)]


def test_evidence_ends_a_trial_and_is_sealed_once_however_often_it_comes(
    case: Case, ask: Ask
) -> None:
    archive = case.archive("once")
    with case.client() as eve:
        before = eve.head().size
        done = eve.hand_in(CASE, "once", archive, variant="plain")
        after = eve.head().size
        again = eve.hand_in(CASE, "once", archive, variant="plain")
        (run,) = [one for one in eve.submission(CASE).state.trials if one.trial == "once"]

    assert again == done
    assert run.statement == digest_bytes(case.bundle["statement.dsse.json"])
    assert after == before + 5 + 2, "five sealed, one started, one ended"
    assert ask("GET", "/ledger/head").json()["size"] == after
    assert entries(case)[-2:] == ["submission.trial-started", "submission.trial-ended"]


def test_the_command_line_hands_a_folder_in(case: Case, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(case.token)
    ran = subprocess.run(
        [
            *(SEATRIAL, "submission", "evidence", CASE, "by-line", case.folder),
            *("--variant", "plain", "--server", case.served.url),
            *("--token-file", tmp_path / "token"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    assert "submission.trial-ended is entry" in ran.stdout
    assert entries(case)[-1] == "submission.trial-ended"


ALTERED = [
    ({"journal/zz.jsonl": b"more"}, "journal/zz.jsonl is not as manifest.json lists it"),
    ({"trial.json": b"{}"}, "trial.json is not as manifest.json lists it"),
    ({"manifest.json": b"{}"}, "not the one that was signed"),
    ({"report.html": b"<p>well</p>"}, "report.html is not the file"),
]


@pytest.mark.parametrize(("files", "why"), ALTERED)
def test_what_was_altered_is_refused_and_nothing_is_sealed(
    case: Case, ask: Ask, files: dict[str, bytes], why: str
) -> None:
    size = ask("GET", "/ledger/head").json()["size"]
    archive = case.archive("altered", files).getvalue()
    answer = case.post("altered", archive, params={"variant": "plain"})

    assert is_problem(answer, 422, "invalid")
    assert why in answer.json()["detail"]
    assert ask("GET", "/ledger/head").json()["size"] == size


def test_a_file_that_is_missing_is_told(case: Case) -> None:
    files = dict(case.bundle)
    del files["probe.json"]
    archive = packed(case.folder.parent / "less", "less", files).getvalue()
    answer = case.post("less", archive, params={"variant": "plain"})

    assert "probe.json is not as" in answer.json()["detail"]


def test_a_signer_whom_nobody_trusts_is_refused(case: Case) -> None:
    other = case.made_up.but(signer=type(case.made_up.signer)(2)).bundle()
    archive = packed(case.folder.parent / "other", "other", other).getvalue()
    answer = case.post("other", archive, params={"variant": "plain"})

    assert is_problem(answer, 422, "invalid")
    assert "Signer unknown" in answer.json()["detail"]


def test_a_trial_of_another_model_is_refused(case: Case) -> None:
    trial = case.made_up.trial
    for model, why in (
        (replace(trial.model, checkpoint=digest_bytes(b"other weights")), "was of the model sha"),
        (replace(trial.model, safeguards=Safeguards.OFF), "with safeguards off"),
    ):
        other = case.made_up.but(trial=replace(trial, model=model)).bundle()
        folder = case.folder.parent / why.replace(" ", "-")
        answer = case.post(
            "another", packed(folder, "another", other).getvalue(), params={"variant": "plain"}
        )
        assert is_problem(answer, 422, "invalid")
        assert why in answer.json()["detail"]


def test_only_a_running_trial_is_ended(case: Case) -> None:
    with case.client() as eve, pytest.raises(NotPossibleError, match="No trial 'none' is running"):
        eve.hand_in(CASE, "none", case.archive("none"))
    with case.client() as eve, pytest.raises(NotPossibleError, match="no variant 'odd'"):
        eve.hand_in(CASE, "none", case.archive("none"), variant="odd")


def test_only_an_evaluator_of_the_case_hands_in(case: Case) -> None:
    archive = case.archive("hers").getvalue()
    denied = case.post("hers", archive, token=case.dora, params={"variant": "plain"})
    foreign = case.post("hers", archive, token=case.served.token("eve"))

    assert is_problem(denied, 403, "denied")
    assert is_problem(foreign, 404, "not-found")


def test_a_body_is_what_its_headers_say(case: Case) -> None:
    archive = case.archive("odd").getvalue()
    wrong = base64.b64encode(bytes(32)).decode()
    for headers, status, word in (
        ({"Content-Digest": f"sha-256=:{wrong}:"}, 400, "bad-request"),
        ({"Content-Digest": "sha-256=x"}, 400, "bad-request"),
        ({"Content-Type": "application/zip"}, 415, "media-type"),
        ({"Idempotency-Key": ""}, 400, "bad-request"),
    ):
        answer = case.post("odd", archive, headers=headers, params={"variant": "plain"})
        assert is_problem(answer, status, word), headers
    assert is_problem(case.post("odd", b"", params={"variant": "plain"}), 411, "length")


def test_what_is_too_large_is_refused_before_it_is_sent(case: Case) -> None:
    port = int(case.served.url.rpartition(":")[2])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    path = f"/api/submissions/{CASE}/trials/large/evidence?variant=plain"
    connection.putrequest("POST", path)
    for name, value in {
        "Authorization": f"Bearer {case.token}",
        "Content-Type": "application/octet-stream",
        "Content-Digest": f"sha-256=:{base64.b64encode(bytes(32)).decode()}:",
        "Idempotency-Key": "large",
        "Content-Length": str(5 * 1024**3),
    }.items():
        connection.putheader(name, value)
    connection.endheaders()
    try:
        assert connection.getresponse().status == 413
    finally:
        connection.close()


def test_nothing_that_was_received_stays_in_the_clear(case: Case) -> None:
    with case.client() as eve:
        eve.hand_in(CASE, "clear", case.archive("clear"), variant="plain")
    incoming = case.served.data / "incoming"

    assert list(incoming.iterdir()) == []
    assert incoming.stat().st_mode & 0o077 == 0
