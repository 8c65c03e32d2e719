"""Parties and partners outside a case are told once, whoever is killed between entry and inbox."""

import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from served_portal import free_port, seeded, start, wait_for
from worker_portal import Workplace, wait_until

pytestmark = pytest.mark.slow

NOTIFIED, PARTNER_NOTICE = "incident.party-notified", "submission.partner-notice"

TELL = "from seatrial.faces.worker.notices import tell_people\n"

KILLED = (
    "import os, signal\n"
    "from seatrial.adapters.mail import telling\n"
    "def kill(*args, **named): os.kill(os.getpid(), signal.SIGKILL)\n"
)

ROWS = (
    "from seatrial.adapters.mail.models import Notice\n"
    "from seatrial.faces.web.accounts.models import Account\n"
    "names = dict(Account.objects.values_list('person', 'name'))\n"
    "answer = sorted([names[one.person], one.kind, one.case]\n"
    f"    for one in Notice.objects.filter(kind__in={[NOTIFIED, PARTNER_NOTICE]}))\n"
)


def killed(place: Workplace, code: str) -> None:
    """Run a few lines in the portal's Django, which kill their own process: it says nothing."""
    with pytest.raises(AssertionError, match=r"^$"):
        place.ask(TELL + KILLED + code + "\nanswer = None")


def tell_by_api(place: Workplace, seed: Mapping[str, Any], text: str) -> None:
    """Enter through the API that a party was told; the server dies with its answer."""
    port = free_port()
    with (place.data / "server.log").open("ab") as log:
        server = start(place.data, port, log, 10**6)
        wait_for(port, server, place.data / "server.log")
        with httpx.Client(base_url=f"http://127.0.0.1:{port}/api") as http:
            for kind, facts in (
                ("party-affected", {"party": "other-lab"}),
                ("party-notified", {"party": "other-lab", "text": text}),
            ):
                answer = http.post(
                    "/submissions/opencase/incidents/door/commands",
                    json={"kind": kind, "facts": facts},
                    headers={
                        "Authorization": f"Bearer {seed['tokens']['eve']}",
                        "Idempotency-Key": kind,
                    },
                )
                assert answer.status_code == 200, answer.text
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def test_who_is_told_outside_a_case_is_told_once_whoever_is_killed(tmp_path: Path) -> None:
    seed = seeded(tmp_path / "data")
    place = Workplace(data=tmp_path / "data")
    given = place.seed("partner")
    tell_by_api(place, seed, given["notice"])
    assert place.ask(ROWS) == []

    killed(place, "telling.Told.save = kill; tell_people()")
    assert place.ask(ROWS) == [], "rows without the cursor"
    # Told, and killed before anything is mailed.
    killed(place, "tell_people(); kill()")
    expected = [
        ["dora", NOTIFIED, "opencase"],
        ["olga", NOTIFIED, "opencase"],
        ["otto", NOTIFIED, "door"],
        ["tove", PARTNER_NOTICE, "opencase"],
    ]
    assert place.ask(ROWS) == expected
    # As after a restore of the cursor alone: all is told again, and nothing doubles.
    place.ask(
        f"{TELL}from seatrial.adapters.mail.models import Told\n"
        "Told.objects.update(size=0); tell_people(); answer = None"
    )
    assert place.ask(ROWS) == expected
    silent = Workplace(
        data=place.data,
        environment={"SEATRIAL_EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend"},
    )
    with silent.working() as worker:
        wait_until(lambda: "No mail can be sent" in silent.log, "the worker says so")
        assert worker.poll() is None
    with place.working():
        mailed = (
            "from seatrial.adapters.mail.models import Notice\n"
            "answer = not Notice.objects.filter(mailed_at=None).exists()"
        )
        wait_until(lambda: place.ask(mailed), "the mails")
    mails = "".join(one.read_text() for one in (place.data / "mail").iterdir())
    assert mails.count("Something happened in case door.") == 1
