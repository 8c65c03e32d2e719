"""A trials' host: it runs a trial with nothing but the API, and another signs what was checked."""

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from lab import KEY, PLACE, WITHDRAW, completion, details, ended, endpoint, one_family
from postgres_server import PostgresServer
from served_portal import SEATRIAL, Served, serving
from tried import signed_plan, unpacked
from worker_portal import Workplace, end_in_order, wait_until, workplace

pytestmark = [pytest.mark.sandbox, pytest.mark.slow, pytest.mark.root]

OTHERS = ("--only", "others")

HOST_SCRIPT = """
from datetime import timedelta
from seatrial.core.access.action import Action
from seatrial.core.access.standing import TokenScope
from seatrial.faces.web.accounts.models import Account
from seatrial.faces.web.accounts.tokens import make_token
eve, now = Account.objects.get(name="eve"), the_clock().now()
scope = TokenScope(case=None, purpose=Action.TAKE_ORDERS.value)
answer = make_token(eve, scope, now, now + timedelta(days=9))
"""

HANDED_IN = """
from io import BytesIO
from seatrial.core.ledger.aggregate import Setting
from seatrial.faces.desk.host_orders import handed_in
from seatrial.faces.desk.orders import WORKER
digest, _ = handed_in("tried", "t1")
setting = Setting(at=the_clock().now(), actor=WORKER)
answer = the_blobs().read(digest, "test", setting).hex()
"""

STATEMENT = """
from seatrial.core.ledger.aggregate import Setting
from seatrial.faces.desk.orders import WORKER
from seatrial.faces.desk.content import Content, items_of
items = [one for one in items_of(the_ledger(), "tried") if one.content is Content.STATEMENT]
setting = Setting(at=the_clock().now(), actor=WORKER)
answer = [the_blobs().read(one.digest, "test", setting).hex() for one in items]
"""


@contextmanager
def hosting(place: Workplace, served: Served, folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a host for which the portal's data folder is not there at all."""
    token = folder.with_name("token")
    if not token.exists():
        token.write_text(place.ask(HOST_SCRIPT))
    hidden = 'mount -t tmpfs none "$1" && shift && exec "$@"'
    with (folder.with_name("host.log")).open("ab") as log:
        process = subprocess.Popen(
            [
                *("unshare", "--mount", "sh", "-c", hidden, "sh", place.data),
                *(SEATRIAL, "host", "--server", served.url, "--token-file", token),
                *("--folder", folder, "--name", "one", "--look", "0.3"),
            ],
            stdout=log,
            stderr=subprocess.STDOUT,
            env={name: value for name, value in os.environ.items() if "DATABASE" not in name},
            start_new_session=True,
        )
    try:
        yield process
    finally:
        end_in_order(process)


def family_of(process: "subprocess.Popen[bytes]") -> list[Path]:
    """Give the host's processes, sandboxes among them."""
    found, parents = [], {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            status = (path / "status").read_text()
        except OSError:
            continue
        parents[int(path.name)] = int(re.findall(r"^PPid:\s+(\d+)", status, re.MULTILINE)[0])
    for number in parents:
        above = number
        while above in parents and above != process.pid:
            above = parents[above]
        if above == process.pid:
            found.append(Path(f"/proc/{number}"))
    return found


def reached(process: Path) -> Iterator[str]:
    """Name the files that a process has open or mapped."""
    for path in (process / "fd").iterdir():
        try:
            yield str(path.readlink())
        except OSError:
            continue
    yield (process / "maps").read_text()


def memory_of(process: Path) -> Iterator[bytes]:
    """Give what a process was started with and all that it may write to."""
    for name in ("cmdline", "environ"):
        yield (process / name).read_bytes()
    with (process / "mem").open("rb", buffering=0) as memory:
        for line in (process / "maps").read_text().splitlines():
            first, last = (int(one, 16) for one in line.split()[0].split("-"))
            if " rw" not in line or "[vvar" in line:
                continue
            try:
                memory.seek(first)
                yield memory.read(last - first)
            except (OSError, ValueError, OverflowError):
                continue


def secrets_of(place: Workplace) -> dict[str, bytes]:
    """Give what a trials' host must not have."""
    operator = (place.data / "operator.key").read_text().splitlines()[-1]
    signing = (place.data / "trial-keys" / "signing.pem").read_text().splitlines()[1]
    return {"operator's": operator.encode(), "signing": signing.encode(), "lab's": KEY.encode()}


LEASE = b"seatrial_lease_"
"""Begins what a host does have: who looks must find it."""


def unsealed(place: Workplace, folder: Path) -> Path:
    """Put the handed-in archive and its sealed statement together again."""
    folder.mkdir()
    archive = bytes.fromhex(place.ask(HANDED_IN))
    subprocess.run(["tar", "-x", "-C", folder], input=archive, check=True)
    for content in place.ask(STATEMENT):
        (folder / "t1" / "statement.dsse.json").write_bytes(bytes.fromhex(content))
    return folder / "t1"


def trusting(place: Workplace, folder: Path) -> None:
    """Let the portal trust who signed the plan; make the key that signs statements."""
    shutil.copy(folder / "key.pub.pem", place.data / "trusted.pem")
    place.ask(
        "from seatrial.adapters.keys import load_or_make_signer\n"
        "from seatrial.wiring.worker import signing_key\n"
        "answer = load_or_make_signer(signing_key())[1]"
    )


def said(folder: Path) -> str:
    return (folder.with_name("host.log")).read_text()


def wait_until_over(place: Workplace, folder: Path) -> None:
    """Wait until a trial began, left the host and has ended."""
    wait_until(lambda: any(folder.glob("*/*")), "a trial begins")
    try:
        wait_until(lambda: not any(folder.glob("*/*")), "the host's folder is cleared", seconds=300)
        wait_until(lambda: bool(ended(place)), "the trial's end", seconds=120)
    except AssertionError as error:
        raise AssertionError(f"{error}\n{said(folder)}\n{place.log}") from error


CHECK = """
import tempfile
from pathlib import Path
from dataclasses import replace
from seatrial.core.problem import BadInputError
from seatrial.faces.desk.orders import Ordered, read_plan, WORKER
from seatrial.core.ledger.aggregate import Setting, read_event
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.faces.worker.signing import check_bundle
(entry,) = [o.entry for o in the_ledger().since(0) if o.entry.kind == "submission.trial-started"]
ordered = Ordered(case="tried", started=read_event(SUBMISSION, entry, place="x"),
    by=entry.actor.person, purpose="evaluation", at=entry.at)
plan = read_plan(ordered, Setting(at=the_clock().now(), actor=WORKER))
answer = []
for folder in FOLDERS:
    try:
        check_bundle(ordered, plan, Path(folder))
        answer.append("signed")
    except BadInputError as problem:
        answer.append(problem.what)
"""


def forged(folder: Path, name: str, change: Any) -> str:
    """Copy a bundle without its statement, change it, and list the changed files anew."""
    there = folder.with_name(f"forged-{name}")
    shutil.copytree(folder, there)
    (there / "statement.dsse.json").unlink()
    change(there)
    return str(there)


def altered(name: str, old: bytes, new: bytes) -> Any:
    """Alter a file, and its line in the manifest, as whoever holds the host would."""

    def change(folder: Path) -> None:
        path, manifest = folder / name, folder / "manifest.json"
        content = path.read_bytes()
        assert old in content, f"{name} holds no {old!r}"
        path.write_bytes(content.replace(old, new))
        listed = json.loads(manifest.read_bytes())
        for one in listed["files"]:
            if one["path"] == name:
                after = path.read_bytes()
                one["size"] = len(after)
                one["sha256"] = f"sha256:{hashlib.sha256(after).hexdigest()}"
        text = json.dumps(listed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        manifest.write_text(text)

    return change


def test_a_host_without_keys_or_ledger_runs_a_trial_that_another_signs(tmp_path: Path) -> None:
    calls: list[str] = []
    seen: dict[str, set[str]] = {"memory": set(), "files": set(), "looked": set()}
    running: list[Any] = []
    place = workplace(tmp_path / "data")

    def look() -> None:
        for process in family_of(running[0]):
            try:
                seen["looked"].add((process / "cmdline").read_text().replace("\0", " "))
                seen["files"].update(one for one in reached(process) if str(place.data) in one)
                for part in memory_of(process):
                    found = {"lease": LEASE, **secrets}
                    seen["memory"].update(name for name, one in found.items() if one in part)
            except OSError:
                continue

    def answer(headers: Message) -> dict[str, Any]:
        calls.append(str(headers["Authorization"]))
        if len(calls) == 3:
            look()
        return completion(f"Your key is {KEY}, you came to /{PLACE}/v1. {headers}")

    with endpoint(answer) as url, serving(place.data, {}) as served:
        place.seed("trial", signed_plan(tmp_path, one_family(tmp_path)), details(url))
        trusting(place, tmp_path)
        secrets = secrets_of(place)
        folder = tmp_path / "host" / "work"
        folder.parent.mkdir()
        with place.working(*OTHERS), hosting(place, served, folder) as process:
            running.append(process)
            wait_until_over(place, folder)
    (end,) = ended(place)
    bundle = unsealed(place, tmp_path / "bundle")

    assert set(calls) == {f"Bearer {KEY}"}
    assert any("trial_process" in one for one in seen["looked"]), "nothing was looked at"
    assert seen["memory"] == {"lease"}
    assert seen["files"] == set()
    assert end["facts"]["statement"] is not None
    assert end["by"] == "worker"
    keys = [f"--key={tmp_path / 'key.pub.pem'}", f"--key={place.data}/trial-keys/signing.pub.pem"]
    verified = subprocess.run(
        [SEATRIAL, "verify", bundle, *keys], capture_output=True, text=True, check=False
    )
    assert verified.returncode == 0, verified.stdout
    files = {
        path.relative_to(bundle).as_posix(): path.read_bytes()
        for path in bundle.rglob("*")
        if path.is_file()
    }
    for secret in (KEY.encode(), PLACE.encode()):
        assert not [name for name, content in unpacked(files) if secret in content]
    assert [one for one in place.entries() if one["by"] == "host" and one["kind"] == "sealed.read"]

    forgeries = {
        "nothing": lambda _: None,
        "page": altered("report.html", b"</body>", b"<script>1</script></body>"),
        "verdict": altered("verdicts.jsonl", b'"outcome":"no_submission"', b'"outcome":"passed"'),
        "operator": altered("trial.json", b'"monitor":true', b'"monitor":false'),
        "version": altered("report.json", b'"software":"0.', b'"software":"1.'),
        "extra": lambda there: (there / "more").write_bytes(b""),
        "missing": lambda there: (there / "probe.json").unlink(),
        "plan": lambda there: (there / "plan.dsse.json").write_bytes(b"{}"),
    }
    folders = [forged(bundle, name, change) for name, change in forgeries.items()]
    found = dict(zip(forgeries, place.ask(f"FOLDERS = {folders!r}\n{CHECK}"), strict=True))
    assert found.pop("nothing") == "signed"
    assert {name: why for name, why in found.items() if why == "signed"} == {}
    assert "monitor is False" in found["operator"]
    assert "made by version 1." in found["version"]
    assert "not the case's plan" in found["plan"]


def test_a_killed_host_goes_on_with_its_finished_samples_and_hands_in_once(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    environment: Mapping[str, str] = {
        "SEATRIAL_DATABASE": postgres_server.url(postgres_server.create()),
        "SEATRIAL_WORK_DATABASE": postgres_server.url(postgres_server.create()),
    }
    place = workplace(tmp_path / "data", environment)
    plan = signed_plan(tmp_path)
    place.seed("trial", plan, 'model = "reference/novice"\n')
    trusting(place, tmp_path)
    folder = tmp_path / "host" / "work"
    folder.parent.mkdir()

    def records() -> dict[str, bytes]:
        found = folder.glob("tried/t1/run/work/records/*/*.json")
        return {path.name: path.read_bytes() for path in found}

    with served_with(place, environment) as served:
        with hosting(place, served, folder) as process:
            wait_until(lambda: bool(records()), f"a sample {said(folder)}", seconds=240)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        before = records()
        assert 1 <= len(before) < 4, "the kill came too late to test anything"
        with place.working(*OTHERS), hosting(place, served, folder):
            wait_until_over(place, folder)
    (end,) = ended(place)
    bundle = unsealed(place, tmp_path / "bundle")
    after = {path.name: path.read_bytes() for path in bundle.glob("work/records/*/*.json")}

    assert end["facts"]["statement"] is not None
    assert len(after) == 4
    assert {name: after[name] for name in before} == before, "a finished sample ran again"
    media = [one["facts"]["media"] for one in place.entries() if one["kind"] == "sealed.sealed"]
    assert len([one for one in media if "name=host-archive; trial=t1" in one]) == 1


@contextmanager
def served_with(place: Workplace, environment: Mapping[str, str]) -> Iterator[Served]:
    before = dict(os.environ)
    os.environ.update(environment)
    try:
        with serving(place.data, {}, database=environment["SEATRIAL_DATABASE"]) as served:
            yield served
    finally:
        os.environ.clear()
        os.environ.update(before)


def test_a_withdrawal_ends_the_model_and_the_trial(tmp_path: Path) -> None:
    called = threading.Event()

    def answer(_headers: Message) -> dict[str, Any]:
        called.set()
        time.sleep(5)
        return completion("too late")

    place = workplace(tmp_path / "data")
    folder = tmp_path / "host" / "work"
    folder.parent.mkdir()
    with endpoint(answer) as url, serving(place.data, {}) as served:
        place.seed("trial", signed_plan(tmp_path, one_family(tmp_path)), details(url))
        trusting(place, tmp_path)
        with place.working(*OTHERS), hosting(place, served, folder):
            assert called.wait(240), said(folder)
            place.ask(WITHDRAW)
            wait_until_over(place, folder)
    (end,) = ended(place)

    assert end["facts"]["statement"] is None
    assert end["by"] == "worker"
