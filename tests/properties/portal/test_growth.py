"""Pages and the API's lists ask the database as often with twenty times as many cases."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FEWER, MORE = 10, 200
"""Cases: part of a page, and four pages."""

PROGRAM = """
import json, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
sys.path[:0] = ["benchmarks", "tests/support"]
from seatrial.faces.web.beginning import begin_programme
now = datetime.now(UTC).replace(microsecond=0)
begin = now - timedelta(days=730)
begin_programme("Office", Path("policy/programme-example.toml").read_bytes(), begin)
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from portal_cases import fill
from portal_people import cookie_of, token_of
call_command("collectstatic", interactive=False, verbosity=0)
people, cases = fill(int(sys.argv[1]), begin, now)
seen = {}
for name, path in json.loads(sys.argv[2]):
    client, given, who = Client(SERVER_NAME="localhost"), {}, getattr(people, name)
    if path.startswith("/api/"):
        secret = token_of(who, cases[7].name, now)
        given["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    else:
        client.cookies["session"] = cookie_of(who)
    client.get(path, **given)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(path, **given)
    text = answer.content.decode()
    seen[path] = [answer.status_code, len(asked), text.count("<tr>"), text.count("<option")]
from seatrial.core.access.action import Action
from seatrial.core.access.standing import Granted
from seatrial.faces.desk.cases import case_of, submissions_with
from seatrial.faces.desk.standing import Whoever
from seatrial.faces.web.acting import the_desk
desk, names, differ = the_desk(), {one.name for one in cases}, []
for one in (people.every, people.few, people.official, people.auditor, people.labs[1]):
    who = Whoever(person=one.person)
    for action in (Action.READ_CASE, Action.HANDLE_INCIDENT):
        each = {case for case in names if isinstance(desk.may(who, action, case), Granted)}
        listed = {case_of(row) for row in submissions_with(one.person)}
        if desk.open_in(who, action, names) != each or not each <= listed:
            differ.append(one.account.name)
print(json.dumps([seen, differ]))
"""

PAGES = (
    ("every", "/submissions/"),
    ("every", "/submissions/case000007"),
    ("every", "/calendar/"),
    ("every", "/integrity/"),
    ("every", "/incidents/"),
    ("every", "/incidents/open"),
    ("every", "/incidents/open?find=Model+7"),
    ("every", "/inbox/"),
    ("head", "/staffing/"),
    ("auditor", "/ledger/entries"),
    ("auditor", "/ledger/entries?kind=submission"),
    ("auditor", "/ledger/entries?kind=policy"),
    ("auditor", "/ledger/"),
    ("auditor", "/transparency/"),
    ("every", "/api/submissions"),
    ("every", "/api/submissions/case000007/history"),
    ("every", "/api/submissions/case000007/incidents"),
)


SOME = 8
"""Queries that a page may ask more: the smaller portal has no window in this month."""

Seen = Mapping[str, tuple[int, int, int, int]]


def asked(folder: Path, cases: int) -> tuple[Seen, list[str]]:
    """Give each page's status, queries and rows shown, in a portal of so many cases.

    And for whom lists decide on access otherwise than the desk does for a single case.
    """
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(cases), json.dumps(PAGES)],
        cwd=ROOT,
        env=os.environ
        | {
            "SEATRIAL_DATA": str(folder),
            "DJANGO_SETTINGS_MODULE": "seatrial.faces.web.settings",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    seen, differ = json.loads(ran.stdout)
    return seen, differ


@pytest.mark.slow
def test_queries_do_not_grow_with_the_number_of_cases(tmp_path: Path) -> None:
    (fewer, differ), (more, _) = asked(tmp_path / "fewer", FEWER), asked(tmp_path / "more", MORE)

    assert differ == []
    for _, path in PAGES:
        assert fewer[path][0] == more[path][0] == 200
        assert fewer[path][1] > 0
        # One for each case of a page would be forty more.
        assert more[path][1] - fewer[path][1] <= SOME, f"{path}: {fewer} {more}"
    assert more["/submissions/"][2] == 51
    # Whoever is in two hundred cases chooses among the latest, or among what a search finds.
    assert more["/incidents/open"][3] == 1 + 25
    assert more["/incidents/open?find=Model+7"][3] == 1 + 11
