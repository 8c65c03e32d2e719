"""Workers killed at random: what is due is done once, and nothing is forgotten."""

import re
import signal
import subprocess
import time
from collections import Counter
from functools import partial
from pathlib import Path

import pytest
from worker_portal import Workplace, wait_until, workplace

from seatrial.core.seeding import SeedStream

COUNT = 3
DONE = {"submission.window-expired", "submission.purged", "incident.clock-missed"}

pytestmark = pytest.mark.slow


def done(place: Workplace) -> Counter[str]:
    """Count what was entered, and in which stream, by an independent reader."""
    return Counter(f"{one['stream']} {one['kind']}" for one in place.entries())


def begun(place: Workplace, worker: "subprocess.Popen[bytes]") -> bool:
    return place.log.count("works:") > place.log.count("killed") or worker.poll() is not None


def nothing_left(place: Workplace, seeded: dict[str, list[str]]) -> bool:
    found = done(place)
    ends = [f"submission/{case} submission.window-expired" for case in seeded["ends"]]
    purges = [f"submission/{case} submission.purged" for case in seeded["withdrawn"]]
    return all(found[one] for one in (*ends, *purges)) and (
        found["incident/one incident.clock-missed"] >= 2
    )


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workplace, dict[str, list[str]]]:
    """A portal whose workers were killed until nothing was due any more."""
    place = workplace(tmp_path_factory.mktemp("killed"))
    seeded = place.seed("timers", 1, COUNT)
    stream = SeedStream(7, "kills")
    for _ in range(4):
        worker = place.start("--dead-after", "6")
        wait_until(partial(begun, place, worker), "a worker")
        time.sleep(stream.below(1500) / 1000)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        with (place.data / "workers.log").open("a") as log:
            log.write("killed\n")
    with place.working("--dead-after", "6"):
        wait_until(lambda: nothing_left(place, seeded), "what is due is done", seconds=200)
        time.sleep(1.5)
    return place, seeded


def test_each_due_act_is_entered_once(killed: tuple[Workplace, dict[str, list[str]]]) -> None:
    place, seeded = killed
    found = done(place)
    for case in seeded["ends"]:
        assert found[f"submission/{case} submission.window-expired"] == 1
        assert found[f"submission/{case} submission.access-revoked"] == 1
    for case in seeded["withdrawn"]:
        assert found[f"submission/{case} submission.purged"] == 1
        assert found[f"case-key/{case} case-key.key-destroyed"] == 1
    assert found["incident/one incident.clock-missed"] == 2


def test_every_append_of_a_worker_has_workflow_and_step_as_its_key(
    killed: tuple[Workplace, dict[str, list[str]]],
) -> None:
    place, _ = killed
    by_software = [one for one in place.entries() if one["by"] == "timer"]

    assert {one["kind"] for one in by_software} >= DONE
    for one in by_software:
        assert one["person"] is None
        assert re.fullmatch(r"[0-9a-f-]{36}/\d+(#\d+)?(\+\d+)?", one["key"]), one


def test_an_ended_window_voids_tokens_and_stored_credentials(
    killed: tuple[Workplace, dict[str, list[str]]],
) -> None:
    place, seeded = killed
    good = place.ask(
        "from seatrial.faces.web.accounts.models import ApiToken\n"
        "answer = list(ApiToken.objects.filter(revoked_at=None, case__startswith='ends')"
        ".values_list('case', flat=True))"
    )
    assert good == []
    names = [one.removeprefix("sha256:") for one in seeded["credentials"]]
    assert not [one for one in names if list(Path(place.data / "sealed").glob(f"*/{one}"))]


def test_a_purged_case_has_no_key_and_no_content(
    killed: tuple[Workplace, dict[str, list[str]]],
) -> None:
    place, seeded = killed
    for case in seeded["withdrawn"]:
        assert not (place.data / "case-keys" / f"{case}.json").exists()


def test_people_are_told_once_and_mails_say_nothing(
    killed: tuple[Workplace, dict[str, list[str]]],
) -> None:
    place, seeded = killed
    with place.working():
        wait_until(
            lambda: place.ask(
                "from seatrial.adapters.mail.models import Notice\n"
                "from seatrial.adapters.mail.telling import is_behind\n"
                "answer = not is_behind(the_ledger())"
                " and not Notice.objects.filter(mailed_at=None).exists()"
            ),
            place.log,
        )
    rows = place.ask(
        "from seatrial.adapters.mail.models import Notice\n"
        "answer = list(Notice.objects.values_list('person', 'entry', 'kind'))"
    )
    kinds = {kind for _, _, kind in rows}
    assert {"submission.window-expired", "submission.purged", "incident.opened"} <= kinds
    assert not [kind for kind in kinds if kind.startswith(("sealed.", "case-key."))]
    mails = [path.read_text() for path in (place.data / "mail").iterdir()]
    assert any(f"Something happened in case {seeded['ends'][0]}." in one for one in mails)
    for secret in ("Model of", "Something\n", "purge", "expired", "incident", "sesame"):
        assert not [one for one in mails if secret in one]


def test_the_ledger_replays_to_its_rows(
    killed: tuple[Workplace, dict[str, list[str]]],
) -> None:
    place, _ = killed
    differences = place.ask(
        "from seatrial.adapters.store.replay import replay\n"
        "answer = [str(one) for one in replay(the_ledger().projections).differences]"
    )
    assert differences == []
