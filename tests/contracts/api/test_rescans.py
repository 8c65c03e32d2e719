"""Rescans through the API, the typed client and the command line, on both databases."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from planted_trial import DETECTOR
from served_portal import Served, environment, serving
from typer.testing import CliRunner

from seatrial.core.canonical import digest_bytes
from seatrial.core.ledger.aggregate import NotPossibleError
from seatrial.core.people import CaseId
from seatrial.core.problem import BadInputError
from seatrial.faces.api.wire import NewRescan
from seatrial.faces.cli.rescan import rescan_app
from seatrial.faces.client.client import Client
from seatrial.faces.client.problems import AccessDeniedError, NothingThereError
from seatrial.review.rescan.aggregate import Stage

from .conftest import Copied

NEW = NewRescan(purpose="audit", detector=DETECTOR)

SEAL = """
import django; django.setup()
from io import BytesIO
from seatrial.core.ledger.aggregate import Setting
from seatrial.faces.desk.evidence import ARCHIVE
from seatrial.faces.desk.orders import WORKER
from seatrial.wiring.portal import the_blobs, the_clock
setting = Setting(at=the_clock().now(), actor=WORKER)
for case in ("opencase", "otherdraft"):
    the_blobs().seal(case, BytesIO(b"x"), ARCHIVE.format(trial="t1"), setting)
"""


@pytest.fixture
def own(served: Served, copied: Copied) -> Iterator[Served]:
    """A server of its own, with sealed trials in a case of eve's and in one that is not hers."""
    settings = {
        "SEATRIAL_DATA": str(copied.data),
        "DJANGO_SETTINGS_MODULE": "seatrial.faces.web.settings",
    }
    env = environment(copied.database) | settings
    subprocess.run([sys.executable, "-c", SEAL], check=True, env=env)
    with serving(copied.data, served.seed, database=copied.database) as running:
        yield running


def client(served: Served, name: str = "eve-rescans") -> Client:
    return Client(served.url, served.token(name))


def test_an_order_is_done_once_and_told_in_numbers(own: Served) -> None:
    with client(own) as eve:
        done = eve.order_rescan(NEW, key="one")
        again = eve.order_rescan(NEW, key="one")
        shown = eve.rescan(done.id)
        listed = [(one.id, one.stage, one.title) for one in eve.rescans()]

    assert (again.id, again.number) == (done.id, 1)
    assert [one.kind for one in done.entries] == ["rescan.ordered"]
    assert (shown.detector, shown.version, shown.purpose) == ("answer-key", "3", "audit")
    assert shown.rules == digest_bytes(DETECTOR.encode())
    assert (shown.stage, shown.done, shown.found) == (Stage.RUNNING, 0, 0)
    assert shown.cases >= 2  # tests of the same server may have handed in more
    assert listed == [(done.id, "running", "answer-key")]
    assert (own.data / "documents" / shown.rules.removeprefix("sha256:")).exists()


REFUSED = (
    (NewRescan(purpose="audit", cases=(CaseId("otherdraft"),)), "otherdraft is no case of"),
    (NewRescan(purpose="audit", cases=(CaseId("nocase"),)), "nocase is no case of yours"),
    (NewRescan(purpose="audit", detector="schema = 1"), "The detector's file"),
    (
        NewRescan(purpose="audit", detector=DETECTOR.replace("the answer key says", "(?=k)")),
        "is none that RE2 takes",
    ),
    (
        NewRescan(purpose="audit", detector=DETECTOR.replace("answer-key", "seatrial")),
        "which the software's own detectors have",
    ),
    (NewRescan(purpose="a\0b"), "The purpose is no line"),
    (NewRescan(purpose="a" * 101), "The purpose is no line"),
    (NewRescan(purpose=" "), "No purpose is given"),
)


def test_what_cannot_be_ordered_is_refused_and_orders_nothing(own: Served) -> None:
    with client(own) as eve:
        for new, sentence in REFUSED:
            with pytest.raises((BadInputError, NotPossibleError)) as refused:
                eve.order_rescan(new)
            assert sentence in refused.value.what
        assert list(eve.rescans()) == []


def test_only_the_programmes_evaluators_and_officials_order(own: Served) -> None:
    for name in ("eve", "dora", "dora-drafts", "olga-answers"):
        with client(own, name) as other:
            with pytest.raises(AccessDeniedError):
                other.order_rescan(NEW)
            with pytest.raises(AccessDeniedError):
                list(other.rescans())
    with client(own) as eve, pytest.raises(NothingThereError):
        eve.rescan("none")


def test_the_command_line_orders_lists_and_shows(own: Served, tmp_path: Path) -> None:
    file = tmp_path / "detector.toml"
    file.write_text(DETECTOR)

    def run(*arguments: str) -> Result:
        environment = {"SEATRIAL_SERVER": own.url, "SEATRIAL_TOKEN": own.token("eve-rescans")}
        return CliRunner().invoke(rescan_app, arguments, env=environment, catch_exceptions=False)

    assert "There was none yet." in run("list").output
    checked = run("check", str(file)).output.splitlines()
    assert checked == ["answer-key, version 3: 2 rules", digest_bytes(DETECTOR.encode())]
    rescan = run("order", "audit", "--detector", str(file), "--case", "opencase").output.strip()
    assert f"{rescan}  running" in run("list").output
    shown = run("show", rescan).output
    assert "answer-key 3, rules sha256:" in shown
    assert "Cases with a result: 0 of 1" in shown
    assert '"purpose": "audit"' in run("show", rescan, "--json").output
    released = run("order", "audit").output.strip()
    assert "seatrial " in run("show", released).output.splitlines()[0]
