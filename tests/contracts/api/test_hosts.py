"""A trials' host at the API: what its token and its lease are good for; on each database."""

import base64
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from served_portal import Served, environment, serving
from worker_portal import Workplace, wait_until

from seatrial.adapters.bundle_archive import pack_files
from seatrial.adapters.store.database import SETTING
from seatrial.core.ledger.aggregate import NotPossibleError
from seatrial.core.people import CaseId
from seatrial.core.problem import BadInputError
from seatrial.faces.client.client import Client
from seatrial.faces.client.hosts import HostClient, LeaseClient
from seatrial.faces.client.problems import TokenRefusedError
from seatrial.faces.desk.host_wire import HostOrder, HostProgress
from seatrial.faces.host.order_folder import OrderFolder
from seatrial.review.trial import Safeguards

from .conftest import Copied
from .test_evidence import SUPPORT, made_up

DETAILS = (
    'model = "openai-api/lab/m-1"\nbase_url = "http://127.0.0.1:9/v1"\napi_key = "sk-secret"\n'
)

MORE = """
import django, json, sys
django.setup()
from datetime import timedelta
from seatrial.core.access.action import Action
from seatrial.core.access.standing import TokenScope
from seatrial.faces.web.accounts.models import Account
from seatrial.faces.web.accounts.tokens import make_token
from seatrial.wiring.portal import the_clock
now = the_clock().now()
def token(name):
    scope = TokenScope(case=None, purpose=Action.TAKE_ORDERS.value)
    return make_token(Account.objects.get(name=name), scope, now, now + timedelta(days=9))
print(json.dumps({name: token(name) for name in ("eve", "dora", "olga")}))
"""


@pytest.fixture
def place(copied: Copied, served: Served, tmp_path: Path) -> Iterator[tuple[Served, Any]]:
    """Give a portal of the test's own with an ordered trial, and tokens for taking it."""
    trial, plan = made_up(), tmp_path / "plan.dsse.json"
    plan.write_bytes(trial.given()["plan.dsse.json"])
    pem = trial.signer.public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    (copied.data / "trusted.pem").write_bytes(pem)
    for name, content in (
        (trial.plan.draft.scope.file, trial.given()["policy/scope.toml"]),
        (trial.plan.draft.thresholds.file, trial.given()["policy/thresholds.toml"]),
    ):
        path = copied.data / "policies" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    env = environment(copied.database) | {
        "SEATRIAL_DATA": str(copied.data),
        "DJANGO_SETTINGS_MODULE": "seatrial.faces.web.settings",
    }
    script = [sys.executable, SUPPORT / "seed_worker.py", copied.data, "trial", plan, DETAILS]
    seeded = subprocess.run(script, check=True, capture_output=True, env=env)
    more = [sys.executable, "-c", MORE]
    ran = subprocess.run(more, check=True, capture_output=True, env=env)
    tokens = json.loads(ran.stdout) | {"case": json.loads(seeded.stdout)["token"]}
    with serving(copied.data, served.seed, database=copied.database) as own:
        yield own, tokens


def taken(own: Served, token: str, name: str = "one") -> HostOrder | None:
    client = HostClient(own.url, token)
    try:
        return client.take(name)
    finally:
        client.close()


def sent(own: Served, secret: str, method: str, path: str, **more: Any) -> int:
    headers = {"Authorization": f"Bearer {secret}", **more.pop("headers", {})}
    url = f"{own.url}/api{path}"
    return httpx.request(method, url, headers=headers, timeout=60, **more).status_code


ENDED = "submission.trial-ended"
TRIED = CaseId("tried")
SILENT = HostProgress(said="", planned=None, samples=())


@pytest.mark.slow
def test_what_a_hosts_token_and_lease_are_good_for(
    place: tuple[Served, Any], tmp_path: Path
) -> None:
    own, tokens = place
    for name in ("dora", "olga"):
        assert sent(own, tokens[name], "PUT", "/hosts/one/order") == 403
    order = taken(own, tokens["eve"])
    assert order is not None
    assert (order.case, order.trial, order.model) == ("tried", "t1", "openai-api/lab/m-1")
    assert "sk-secret" not in str(order)
    assert (order.safeguards, order.seeds) == (Safeguards.ON, ())

    # The token gets orders and nothing else; the lease is good for its trial and nothing else.
    for path in ("/submissions/tried", "/submissions/tried/history"):
        assert sent(own, tokens["eve"], "GET", path) == 404
    assert sent(own, tokens["eve"], "PUT", "/hosts/order/progress", json={}) == 401
    for path in ("/submissions", "/submissions/tried", "/parties/me"):
        assert sent(own, order.lease, "GET", path) == 401
    assert sent(own, order.lease, "PUT", "/hosts/one/order") == 401

    # Nobody else gets the trial while it is held, and who holds it gets it again.
    assert taken(own, tokens["eve"], "two") is None
    with LeaseClient(own.url, order.lease) as held:
        assert held.tell(SILENT).go_on
        again = taken(own, tokens["eve"])
        assert again is not None
        assert again.name == order.name
        with pytest.raises(TokenRefusedError):
            held.tell(SILENT)
    assert sent(own, order.lease, "POST", "/hosts/order/model/chat", content=b"") == 401
    assert sent(own, again.lease, "POST", "/hosts/order/model/chat", content=b"") == 502
    for odd in ("/hosts/order/model/../../x", "/hosts/order/model/a%2F..%2Fb"):
        assert sent(own, again.lease, "POST", odd, content=b"") in (401, 404)

    # What no board has room for is refused; evidence is taken once, and only as an archive.
    with LeaseClient(own.url, again.lease) as client:
        with pytest.raises(BadInputError):
            client.tell(HostProgress(said="", planned=-1, samples=()))
        digest = base64.b64encode(hashlib.sha256(b"x" * 600).digest()).decode()
        odd_body = {
            "Content-Digest": f"sha-256=:{digest}:",
            "Content-Type": "application/octet-stream",
        }
        evidence = "/hosts/order/evidence?finished=true"
        refused = sent(own, again.lease, "PUT", evidence, content=b"x" * 600, headers=odd_body)
        assert refused == 422
        (tmp_path / "run").mkdir()
        (tmp_path / "run" / "a").write_bytes(b"a")
        with (tmp_path / "archive").open("w+b") as archive:
            pack_files(tmp_path / "run", ["a"], "t1", archive)
            first = client.hand_in(archive, finished=True)
            assert client.hand_in(archive, finished=True) == first
        with (tmp_path / "other").open("w+b") as archive:
            pack_files(tmp_path / "run", [], "t1", archive)
            content = (archive.seek(0), archive.read())[1]
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        other = {**odd_body, "Content-Digest": f"sha-256=:{digest}:"}
        assert sent(own, again.lease, "PUT", evidence, content=content, headers=other) == 409
    assert taken(own, tokens["eve"]) is None
    assert "Traceback" not in own.log
    what_does_not_hold_is_not_signed(own, tokens["case"])
    assert taken(own, tokens["eve"]) is None
    with LeaseClient(own.url, again.lease) as late, pytest.raises(NotPossibleError):
        late.tell(SILENT)


def what_does_not_hold_is_not_signed(own: Served, token: str) -> None:
    """Let a worker look at what was handed in: the trial ends, and nothing of it is signed."""
    environment = {SETTING: own.database} if own.database else {}
    place = Workplace(data=own.data, environment=environment)
    with place.working("--only", "others"), Client(own.url, token) as eve:
        wait_until(lambda: eve.submission(TRIED).state.trials[0].ended_at is not None, "the end")
    (end,) = [one for one in place.entries() if one["kind"] == ENDED]
    media = [one["facts"].get("media", "") for one in place.entries()]
    said = place.ask(
        "from seatrial.wiring.worker import the_boards\n"
        "answer = the_boards().board('tried', 't1').said"
    )

    assert (end["facts"]["statement"], end["by"]) == (None, "worker")
    assert not [one for one in media if "name=statement; trial=t1" in one]
    assert "not signed: The host's evidence does not hold: plan.dsse.json cannot be read" in said
    assert not (own.data / "trials" / "tried" / "t1.signing").exists()


@pytest.mark.parametrize("name", ["../x", "..", "a/b", ""])
def test_no_order_leads_a_host_out_of_its_folder(name: str, tmp_path: Path) -> None:
    class Odd:
        case, trial = "tried", name

    with pytest.raises(Exception, match="names no folder"):
        OrderFolder.of(tmp_path, Odd())  # type: ignore[arg-type]  # two names are all it reads


def test_a_host_imports_nothing_that_opens_a_ledger() -> None:
    modules = ("seatrial.faces.host.hosting", "seatrial.faces.worker.trial_process")
    program = (
        f"import sys, {', '.join(modules)}\n"
        "bad = {'django', 'dbos', 'sqlalchemy', 'psycopg', 'pyrage', 'ninja'}\n"
        "print(sorted(bad & set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "[]"
