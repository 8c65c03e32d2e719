"""The typed client and the command line, against a real server."""

import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from click.testing import Result
from served_portal import SEATRIAL, Served
from typer.testing import CliRunner

from seatrial.core.canonical import Digest
from seatrial.core.ledger.aggregate import ConflictError, NotPossibleError
from seatrial.core.ledger.port import KeyReusedError
from seatrial.core.ledger.proof import verify_consistency, verify_inclusion
from seatrial.core.ledger.tree import leaf_hash
from seatrial.core.people import CaseId, PartyId
from seatrial.core.problem import BadInputError, UnavailableError
from seatrial.core.record import from_json
from seatrial.core.words import DISCLAIMER
from seatrial.faces.cli.submission import submission_app
from seatrial.faces.client import exchange
from seatrial.faces.client.client import Client
from seatrial.faces.client.problems import (
    AccessDeniedError,
    NothingThereError,
    TokenRefusedError,
)
from seatrial.review.certificate.aggregate import Standing
from seatrial.review.coverage.events import Answered, FactsGiven, TakenBack
from seatrial.review.incident.events import PartyAffected
from seatrial.review.submission.events import Audience, Closed, ReleasePlanned, Withdrawn
from seatrial.review.submission.model import Model
from seatrial.review.submission.state import Stage
from seatrial.review.submission.work_events import Finding, Objected

from .test_access import MODEL

CASE = CaseId("opencase")
PLAN = ReleasePlanned(audience=Audience.PUBLIC, on=None)


def client(served: Served, token: str) -> Client:
    return Client(served.url, served.token(token))


def test_records_come_back_as_the_rules_know_them(served: Served) -> None:
    model = from_json(Model, MODEL, place="model")
    with client(served, "dora-drafts") as drafts, client(served, "dora") as dora:
        made = drafts.draft(model)
        shown = dora.submission(CASE)
        listed = [one.id for one in dora.submissions()]
        me = dora.me()

    assert (made.number, made.entries[0].kind) == (1, "submission.drafted")
    assert (shown.state.stage, shown.state.model.name) == (Stage.OPEN, "Example 1")
    assert (listed, me.case, me.purpose) == ([CASE], CASE, "own model")


def test_entries_are_proven_from_their_own_bytes(served: Served) -> None:
    with client(served, "dora") as dora:
        entries = list(dora.history(CASE))
        head = dora.head()
        proofs = [dora.inclusion(one.index, head.size) for one in entries]
        growth = dora.consistency(1, head.size)

    assert growth
    assert [one.entry.number for one in entries] == list(range(len(entries)))
    for one, proof in zip(entries, proofs, strict=True):
        leaf = leaf_hash(one.content)
        root = bytes.fromhex(head.root)
        assert verify_inclusion(leaf, index=one.index, size=head.size, root=root, proof=proof)


def test_sealed_content_is_named_by_a_command(served: Served) -> None:
    with client(served, "dora") as dora:
        digest = dora.seal(CASE, "comment", b"Shorter, please.", key="comment-1")
        again = dora.seal(CASE, "comment", b"Shorter, please.", key="comment-1")
        objection = dora.seal(CASE, "objection", b"No.")
        with pytest.raises(NotPossibleError, match="objected"):
            dora.give(CASE, Objected(text=objection))

    assert digest == again
    with client(served, "eve") as eve:
        credentials = Digest(served.seed["credentials"])
        assert eve.read(CASE, credentials) == b"key: sesame"


def test_what_the_server_refuses_is_raised_by_its_sort(served: Served) -> None:
    with client(served, "dora") as dora:
        done = dora.give(CASE, PLAN, key="sorts")
        assert dora.give(CASE, PLAN, key="sorts") == done
        with pytest.raises(KeyReusedError):
            dora.give(CASE, Withdrawn(), key="sorts")
        with pytest.raises(ConflictError):
            dora.give(CASE, PLAN, expected=1)
        with pytest.raises(AccessDeniedError):
            dora.give(CASE, Closed(reason="over"))
        with pytest.raises(NothingThereError):
            dora.submission(CaseId("otherdraft"))
        with pytest.raises(NothingThereError):
            dora.certificate("no such code")
    with client(served, "old") as old, pytest.raises(TokenRefusedError):
        old.me()


def test_a_question_and_its_answer(served: Served) -> None:
    with client(served, "dora-asks") as dora, client(served, "olga-answers") as olga:
        asked = dora.ask("Example 3", "Very large.").id
        facts = dora.seal_facts(asked, b"And fast.")
        dora.give_to_inquiry(asked, FactsGiven(facts=facts))
        answer = Answered(
            official=olga.me().person,
            office="Office",
            answer=Finding.NOT_COVERED,
            reasons="Below the threshold.",
        )
        done = olga.give_to_inquiry(asked, answer, expected=2)
        assert (done.number, dora.inquiry(asked).state.answer) == (3, answer)
        assert asked in [one.id for one in dora.inquiries()]
        with pytest.raises(NotPossibleError):
            dora.give_to_inquiry(asked, TakenBack())


def test_incidents_of_a_case_and_of_none(served: Served) -> None:
    with client(served, "eve") as eve, client(served, "eve-alarms") as alarm:
        assert [one.id for one in eve.incidents(CASE)] == ["door"]
        shown = eve.incident(CASE, "door")
        affected = PartyAffected(party=PartyId("other-lab"))
        done = eve.give_to_incident(CASE, "door", affected, expected=shown.number)
        assert eve.incident(CASE, "door").number == done.number == shown.number + 1
        first, again = (
            alarm.open_incident(
                "Odd traffic", "At night.", datetime(2026, 6, 2, tzinfo=UTC), key="a"
            )
            for _ in range(2)
        )
        assert first == again
        with pytest.raises(NothingThereError):
            eve.incident(CASE, first.id)


def test_a_certificate_is_found_by_its_code_without_a_token(served: Served) -> None:
    with Client(served.url) as anyone:
        found = anyone.certificate(served.seed["code"])

    assert (found.id, found.standing, found.issued.name) == ("one", Standing.IN_FORCE, "Example 1")
    assert DISCLAIMER in found.issued.statement


def test_the_signed_head_is_for_everybody_and_the_ledger_continues_it(served: Served) -> None:
    with Client(served.url) as anyone, client(served, "dora") as dora:
        signed, head = anyone.checkpoint().checkpoint, anyone.head()
        proof = dora.consistency(signed.size, head.size)

    assert verify_consistency(
        first=signed.size,
        first_root=signed.root,
        second=head.size,
        second_root=bytes.fromhex(head.root),
        proof=proof,
    )


def test_a_token_is_sent_to_no_stranger_in_the_clear() -> None:
    for server in ("http://review.example.org", "ftp://localhost", "localhost:8000"):
        with pytest.raises(BadInputError, match="no https address"):
            Client(server, "token")


def test_a_bad_way_is_tried_again_with_the_same_key(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(exchange.time, "sleep", pauses.append)
    seen: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["Idempotency-Key"])
        if len(seen) == 1:
            raise httpx.ReadError("gone")
        if len(seen) == 2:
            return httpx.Response(503)
        return httpx.Response(201, json={"id": "a", "number": 1, "entries": []})

    with Client("http://localhost", "token", transport=httpx.MockTransport(handle)) as sent:
        assert sent.draft(from_json(Model, MODEL, place="model")).id == "a"
    assert len(seen) == 3
    assert set(seen) == {seen[0]}
    assert pauses == [0.4, 0.8]


@pytest.mark.parametrize(
    "answer", [httpx.Response(502, text="<html>"), httpx.Response(200, text="{")]
)
def test_what_is_no_seatrial_is_said(answer: httpx.Response) -> None:
    transport = httpx.MockTransport(lambda _: answer)
    with (
        Client("http://localhost", "token", transport=transport) as sent,
        pytest.raises((UnavailableError, BadInputError), match="http://localhost/api/parties/me"),
    ):
        sent.me()


def test_a_server_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "PAUSE_SECONDS", 0)
    with Client("http://127.0.0.1:9", "token") as sent, pytest.raises(UnavailableError):
        sent.me()


@pytest.fixture
def run(served: Served, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run a command in this process: each start of the program costs seconds."""
    monkeypatch.setenv("SEATRIAL_SERVER", served.url)

    def command(token: str, *arguments: str) -> Result:
        monkeypatch.setenv("SEATRIAL_TOKEN", served.token(token))
        return CliRunner().invoke(submission_app, arguments)

    return command


def test_the_command_line_goes_through_the_client(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    model = tmp_path / "model.toml"
    model.write_text(
        'name = "Example 4"\ncheckpoint = "1"\nmodalities = ["text"]\n'
        f'digest = "sha256:{"d" * 64}"\nscope = ["memory-safety discovery"]\n'
        'variants = [{name = "plain", safeguards = "on"}]\n'
    )
    first, again = (run("dora-drafts", "create", str(model), "--key", "line-1") for _ in range(2))
    assert (first.exit_code, first.stdout) == (0, again.stdout), first.exception
    assert "opencase  open" in run("dora", "list").stdout
    assert "reads no case" in run("dora-drafts", "list").stdout
    facts = tmp_path / "facts.json"
    facts.write_text('{"audience": "public", "on": null}')
    done = run("dora", "do", "opencase", "release-planned", "--facts", str(facts))
    assert "submission.release-planned is entry" in done.stdout
    shown = run("dora", "show", "opencase")
    assert "Stage: open" in shown.stdout
    assert "access-granted" in shown.stdout
    whole = json.loads(run("dora", "show", "opencase", "--json").stdout)
    assert whole["state"]["model"]["name"] == "Example 1"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("do", "opencase", "accepted"), AccessDeniedError),
        (("do", "opencase", "flown"), BadInputError),
        (("do", "opencase", "withdrawn", "--facts", "{odd}"), BadInputError),
        (("show", "otherdraft"), NothingThereError),
        (("create", "{odd}"), BadInputError),
        (("list", "--token-file", "{empty}"), BadInputError),
    ],
)
def test_the_command_line_says_what_is_wrong(
    run: Callable[..., Result],
    tmp_path: Path,
    arguments: tuple[str, ...],
    error: type[Exception],
) -> None:
    odd, empty = tmp_path / "odd.toml", tmp_path / "empty"
    odd.write_text("name = ")
    empty.write_text("")
    told = run("dora", *(one.format(odd=odd, empty=empty) for one in arguments))

    assert isinstance(told.exception, error)


def test_the_program_exits_as_its_problems_say(served: Served) -> None:
    ran = subprocess.run(
        [str(SEATRIAL), "submission", "do", "opencase", "accepted", "--server", served.url],
        env={"SEATRIAL_TOKEN": served.token("dora"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, "AccessDenied" in ran.stderr) == (3, True), ran.stderr
