"""A rescan whose worker is killed loses no case and doubles no entry, on either database."""

import json
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from planted_trial import DETECTOR
from postgres_server import PostgresServer
from worker_portal import HERE, Workplace, wait_until, workplace

from seatrial.core.canonical import digest_bytes

pytestmark = pytest.mark.slow

WORK = ("--only", "others", "--dead-after", "3")

AGAIN = """
from seatrial.faces.worker import rescan_work
rescan_work.search_case("r1", "planted", "again/1")
answer = rescan_work.left_of("r1")
"""

DESTROYED = "Its sealed content is destroyed."

RECORDS = """
from seatrial.core.ledger.aggregate import Setting
from seatrial.faces.desk.orders import WORKER
setting = Setting(at=the_clock().now(), actor=WORKER)
answer = {}
for one in the_ledger().since(0):
    if one.entry.kind == "rescan.case-scanned":
        content = the_blobs().read(one.entry.facts["record"], "test", setting)
        answer[one.entry.facts["case"]] = content.decode()
"""


def ordered(place: Workplace, clean: int) -> None:
    script = [sys.executable, HERE / "seed_rescan.py", place.data, str(clean)]
    ran = subprocess.run(script, capture_output=True, text=True, env=place.env, check=False)
    assert ran.returncode == 0, ran.stderr


def of_rescan(place: Workplace, kind: str) -> list[dict[str, Any]]:
    return [one for one in place.entries() if one["kind"] == f"rescan.{kind}"]


@pytest.mark.parametrize("vendor", ["sqlite", "postgresql"])
def test_a_killed_workers_rescan_is_ended_by_another(
    vendor: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    environment: dict[str, str] = {}
    if vendor == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        environment = {
            "SEATRIAL_DATABASE": server.url(server.create()),
            "SEATRIAL_WORK_DATABASE": server.url(server.create()),
        }
    place = workplace(tmp_path / "data", environment)
    ordered(place, 1)
    first = place.start(*WORK)
    try:
        wait_until(lambda: bool(of_rescan(place, "case-scanned")), "a case is searched")
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait()
    before = of_rescan(place, "case-scanned")
    assert not of_rescan(place, "finished"), "the kill came too late to test anything"

    with place.working(*WORK):
        wait_until(lambda: bool(of_rescan(place, "finished")), "the rescan's end", seconds=120)
    scanned, missed = of_rescan(place, "case-scanned"), of_rescan(place, "case-missed")

    assert before == scanned[: len(before)]
    results = {one["facts"]["case"]: one["facts"] for one in (*scanned, *missed)}
    assert len(scanned) + len(missed) == len(results) == 7
    counts = {
        case: (said["scanned"], said["found"], said["unread"])
        for case, said in results.items()
        if "found" in said
    }
    assert counts == {
        "planted": (1, 1, 0),
        "older": (1, 1, 0),
        "clean0": (1, 0, 0),
        "broken": (0, 0, 1),
    }
    reasons = {one["facts"]["case"]: one["facts"]["reason"] for one in missed}
    assert reasons.pop("purged") == DESTROYED
    # Retention of these terms is no day: a timer may have destroyed what was withdrawn.
    assert reasons.pop("withdrawn") in ("It was withdrawn.", DESTROYED)
    assert reasons == {"narrow": "Its terms do not have the purpose audit."}
    assert len(of_rescan(place, "finished")) == 1
    assert all(one["by"] == "worker" for one in (*scanned, *missed))
    assert all(str(one["key"]).startswith("rescan/r1/0/") for one in (*scanned, *missed))
    check_sealed(place)
    count = len(place.entries())
    assert place.ask(AGAIN) == []
    assert len(place.entries()) == count, "a case that has its result was searched again"
    assert not [one for one in (place.data / "trials").glob("*/*") if "rescan" in one.name]


def check_sealed(place: Workplace) -> None:
    """Each record is sealed once, each opening of an archive is an entry with the purpose."""
    entries = place.entries()
    media = Counter(one["facts"]["media"] for one in entries if one["kind"] == "sealed.sealed")
    assert media["application/json; name=rescan-record"] == 4
    reads = [one for one in entries if one["kind"] == "sealed.read"]
    assert {one["facts"]["purpose"] for one in reads} == {"audit"}
    assert len({one["stream"] for one in reads}) == 4
    records = {case: json.loads(text) for case, text in place.ask(RECORDS).items()}
    (trial,) = records["planted"]["trials"]
    assert records["planted"]["means"]["reads_answer_key"].startswith("It names the folder")
    assert records["planted"]["rules"] == digest_bytes(DETECTOR.encode())
    assert trial["shown"][0]["detections"][0]["what"] == "call: /srv/answer/key7"
    assert records["broken"]["trials"][0]["unread"][0]["where"] == "archive"


ROLE_LOST = """
from seatrial.core.ledger.aggregate import Setting
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import Actor, Role
from seatrial.faces.desk.standing import OPERATOR
from seatrial.faces.web.accounts.models import Account
from seatrial.faces.worker import rescan_work
from seatrial.review.party.aggregate import PARTY
from seatrial.review.party.events import RoleTaken
head, eve = (Account.objects.get(name=one).person_id for one in ("head", "eve"))
setting = Setting(at=the_clock().now(), actor=Actor(person=head, party=OPERATOR, by="test"))
taken = RoleTaken(person=eve, role=Role.EVALUATOR)
the_ledger().handle(PARTY, StreamId(f"party/{OPERATOR}"), taken, setting)
rescan_work.search_case("r1", "planted", "own/1")
answer = rescan_work.left_of("r1")
"""


def test_nothing_is_opened_for_somebody_who_may_order_no_more(tmp_path: Path) -> None:
    place = workplace(tmp_path / "data")
    ordered(place, 0)

    left = place.ask(ROLE_LOST)
    (missed,) = of_rescan(place, "case-missed")

    assert "planted" not in left
    assert missed["facts"] == {
        "case": "planted",
        "reason": "Whoever ordered the rescan may not any more.",
    }
    assert not [one for one in place.entries() if one["kind"] == "sealed.read"]
