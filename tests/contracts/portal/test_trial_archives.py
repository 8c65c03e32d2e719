"""A trial's archive as its case's people read it: somebody's upload, shown as text, on record."""

from pathlib import Path

import pytest
from hostile_archive import JOURNAL, KEY, SEAL, write_archive
from tried import signed_plan
from worker_portal import Workplace, workplace

pytestmark = pytest.mark.slow

Answer = tuple[int, str]


CLIENT = """
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.test import Client
from seatrial.faces.web.accounts.models import Account

# Neither a browser's address nor built assets are there.
user_logged_in.receivers = []
plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
settings.STORAGES["staticfiles"]["BACKEND"] = plain
PATH = "/submissions/tried/trials/t1/evidence"

def client(name):
    account = Account.objects.get(name=name)
    Authenticator.objects.get_or_create(user=account, type="totp", data={"secret": "x"})
    made = Client(SERVER_NAME="127.0.0.1")
    made.force_login(account, backend=settings.AUTHENTICATION_BACKENDS[0])
    return made

def get(name, path=PATH):
    found = client(name).get(path)
    return [found.status_code, found.content.decode()]

def post(name, given, path=PATH):
    found = client(name).post(path, given)
    return [found.status_code, found.content.decode()]
"""


def sealed(folder: Path) -> tuple[Workplace, str]:
    """Make a portal with a trial whose archive is sealed; give its digest too."""
    made = workplace(folder / "data")
    made.seed("trial", signed_plan(folder), 'model = "reference/novice"')
    archive = write_archive(folder, "t1")
    digest = made.ask(f"{SEAL}answer = seal({str(archive)!r}, 'tried', ARCHIVE.format(trial='t1'))")
    return made, digest


ASKED = f"""
answer = {{
    "seen": get("eve"),
    "listed": post("eve", GIVEN),
    "found": post("eve", GIVEN | {{"find": "e2.bin"}}),
    "transcript": post("eve", GIVEN | {{"sample": "model {KEY}"}}),
    "another": post("eve", GIVEN | {{"sample": "model another.e1"}}),
    "nobody": post("eve", GIVEN | {{"sample": "model nobody.e9"}}),
    "no role": post("eve", GIVEN | {{"sample": "../work/secrets x"}}),
    "journal": post("eve", GIVEN | {{"file": "{JOURNAL}"}}),
    "first": post("eve", GIVEN | {{"file": "notes/long.txt"}}),
    "second": post("eve", GIVEN | {{"file": "notes/long.txt", "start": "200000"}}),
    "beyond": post("eve", GIVEN | {{"file": "notes/long.txt", "start": "999999999999"}}),
    "no log": post("eve", GIVEN | {{"sample": "null x"}}),
    "odd": post("eve", GIVEN | {{"archive": ODD}}),
    "unknown": post("eve", GIVEN | {{"archive": "sha256:" + "a" * 64}}),
    **{{
        name: post("eve", GIVEN | {{"file": name}})
        for name in ("work/secrets.json", "../../etc/passwd", "/etc/passwd", "t1", "a\\0b")
    }},
    "reads": [the_blobs().blob(GIVEN["archive"]).reads, ""],
    "dora": get("dora"),
    "dora opens": post("dora", GIVEN),
    "other purpose": post("eve", GIVEN | {{"purpose": "audit"}}),
    "no purpose": post("eve", GIVEN | {{"purpose": ""}}),
    "otto": get("otto"),
    "otto opens": post("otto", GIVEN),
    "reads then": [the_blobs().blob(GIVEN["archive"]).reads, ""],
}}
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workplace, str]:
    return sealed(tmp_path_factory.mktemp("archives"))


@pytest.fixture(scope="module")
def answers(
    place: tuple[Workplace, str], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Answer]:
    """What the portal answered to everything that is asked here, in one process."""
    portal, digest = place
    odd = tmp_path_factory.mktemp("odd") / "odd.tar"
    odd.write_bytes(b"\x00\x01" * 5000)
    media = "application/x-tar; name=host-archive; trial=t1; ended=stopped"
    given = f"GIVEN = {{'archive': {digest!r}, 'purpose': 'evaluation'}}\n"
    answered: dict[str, Answer] = portal.ask(
        f"{CLIENT}{SEAL}{given}ODD = seal({str(odd)!r}, 'tried', {media!r})\n{ASKED}"
    )
    return answered


def test_samples_and_files_are_listed_and_the_harness_own_are_not(
    answers: dict[str, Answer],
) -> None:
    seen, listed, found = (answers[one] for one in ("seen", "listed", "found"))

    assert seen[0] == listed[0] == found[0] == 200
    assert "Open it" in seen[1]
    assert KEY not in seen[1]
    assert f'value="model {KEY}"' in listed[1]
    assert f'value="{JOURNAL}"' in listed[1]
    assert 'value="100">Next' in listed[1]
    assert "work/" not in listed[1]
    assert "privilege_escalation.0000.e2.bin" in found[1]
    assert "e1.bin" not in found[1]


def test_each_opening_is_a_reading_with_its_purpose(
    place: tuple[Workplace, str], answers: dict[str, Answer]
) -> None:
    stream = f"sealed/{place[1].removeprefix('sha256:')}"
    reads = [
        one for one in place[0].entries() if (one["stream"], one["kind"]) == (stream, "sealed.read")
    ]

    assert len(reads) == answers["reads"][0]
    assert {one["facts"]["purpose"] for one in reads} == {"evaluation"}
    assert all(one["person"] for one in reads)


def test_a_transcript_is_text_whatever_the_model_wrote(answers: dict[str, Answer]) -> None:
    for key, name in ((KEY, "transcript"), ("another.e1", "another")):
        status, page = answers[name]
        assert status == 200
        assert f"{key} &lt;script&gt;document.title" in page
        assert "<script>document" not in page
        assert "</pre><b>" not in page
        assert r"\x1b[31m\u202e" in page
        assert not {"\x1b", "\u202e"} & set(page)
    assert "It has no such sample" in answers["nobody"][1]
    assert answers["no role"][0] == 404


def test_a_file_is_shown_in_parts(answers: dict[str, Answer]) -> None:
    journal = answers["journal"][1]

    assert "&lt;script&gt;" in journal
    assert "<script>document" not in journal
    assert not {"\x1b", "\u202e"} & set(journal)
    assert 'value="200000">Next' in answers["first"][1]
    assert "end</pre>" in answers["second"][1]
    assert 'value="0">Before' in answers["second"][1]
    assert answers["beyond"][0] == 200


def test_what_is_no_log_or_no_archive_is_said_and_breaks_nothing(
    answers: dict[str, Answer],
) -> None:
    assert [answers[one][0] for one in ("no log", "odd", "unknown")] == [200, 400, 404]
    assert "It cannot be read" in answers["no log"][1]
    assert "not of its form" in answers["odd"][1]


def test_only_files_of_the_bundle_are_found(answers: dict[str, Answer]) -> None:
    names = ("work/secrets.json", "../../etc/passwd", "/etc/passwd", "t1", "a\0b")

    assert {answers[one][0] for one in names} == {404}
    assert not [one for _, one in answers.values() if "planted-in-work" in one]


def test_only_who_reads_evidence_opens_it(answers: dict[str, Answer]) -> None:
    names = ("dora", "dora opens", "other purpose", "no purpose", "otto", "otto opens")

    assert [answers[one][0] for one in names] == [200, 403, 403, 403, 404, 404]
    assert "Open it" not in answers["dora"][1]
    assert answers["reads"] == answers["reads then"]


@pytest.mark.usefixtures("answers")
def test_nothing_of_it_lies_under_a_name_afterwards(place: tuple[Workplace, str]) -> None:
    assert list((place[0].data / "incoming").iterdir()) == []
