"""Every address: without a token, with another's, an old, a revoked, a wrong one."""

from typing import Any

import pytest
from served_portal import Served

from .conftest import Ask

ADDRESSES = [
    ("GET", "/submissions"),
    ("POST", "/submissions"),
    ("GET", "/submissions/opencase"),
    ("GET", "/submissions/opencase/history"),
    ("POST", "/submissions/opencase/commands"),
    ("POST", "/submissions/opencase/blobs?content=comment"),
    ("GET", "/submissions/opencase/blobs/{credentials}"),
    ("POST", "/submissions/opencase/trials/none/evidence"),
    ("GET", "/submissions/opencase/incidents"),
    ("GET", "/submissions/opencase/incidents/none"),
    ("POST", "/submissions/opencase/incidents/none/commands"),
    ("POST", "/incidents"),
    ("GET", "/coverage"),
    ("POST", "/coverage"),
    ("GET", "/coverage/none"),
    ("POST", "/coverage/none/blobs"),
    ("POST", "/coverage/none/commands"),
    ("GET", "/parties/me"),
    ("GET", "/rescans"),
    ("POST", "/rescans"),
    ("GET", "/rescans/none"),
    ("PUT", "/hosts/one/order"),
    ("PUT", "/hosts/order/progress"),
    ("PUT", "/hosts/order/evidence?finished=true"),
    ("POST", "/hosts/order/model/chat"),
    ("GET", "/hosts/order/model/chat"),
    ("GET", "/ledger/inclusion?index=0&size=1"),
    ("GET", "/ledger/consistency?first=1&second=1"),
]
PUBLIC = {"/certificates/{digest}", "/ledger/head", "/ledger/checkpoint"}

MODEL = {
    "name": "Example 2",
    "checkpoint": "1",
    "digest": "sha256:" + "b" * 64,
    "modalities": ["text"],
    "variants": [{"name": "plain", "safeguards": "on"}],
    "scope": ["memory-safety discovery"],
}
BODIES: dict[str, dict[str, Any]] = {
    "/submissions": {"json": {"model": MODEL}},
    "/incidents": {"json": {"title": "T", "account": "A", "known_at": "2026-06-02T14:00:00.000Z"}},
    "/rescans": {"json": {"purpose": "audit"}},
    "/coverage": {"json": {"name": "Example", "description": "Large."}},
    "/submissions/opencase/commands": {"json": {"kind": "withdrawn", "facts": {}}},
    "/coverage/none/commands": {"json": {"kind": "taken-back", "facts": {}}},
    "/submissions/opencase/trials/none/evidence": {
        "content": b"text",
        "headers": {
            "Content-Type": "application/octet-stream",
            "Content-Digest": "sha-256=:mC2ePrmW9VnmM/TRlN7zdh2Qn1o7ZH0ahR/q1nwyydE=:",
        },
    },
    "/submissions/opencase/incidents/none/commands": {
        "json": {"kind": "closed", "facts": {"lessons": "sha256:" + "c" * 64}}
    },
}
BYTES: dict[str, Any] = {
    "content": b"text",
    "headers": {"Content-Type": "application/octet-stream"},
}


def send(ask: Ask, served: Served, method: str, path: str, token: str | None) -> int:
    body = {} if method == "GET" else BODIES.get(path.replace("nocase", "opencase"), BYTES)
    path = path.format(credentials=served.seed["credentials"])
    return ask(method, path, token, **body).status_code


def test_the_list_here_is_every_address_of_the_api(ask: Ask) -> None:
    paths = ask("GET", "/openapi.json").json()["paths"]
    known = {
        (method.upper(), path.removeprefix("/api"))
        for path, operations in paths.items()
        for method in operations
    }
    listed = {
        (method, path.partition("?")[0].replace("{credentials}", "{digest}"))
        for method, path in ADDRESSES
    }
    named = {
        (
            method,
            path.replace("opencase", "{case}")
            .replace("incidents/none", "incidents/{incident}")
            .replace("trials/none", "trials/{trial}")
            .replace("hosts/one", "hosts/{host}")
            .replace("rescans/none", "rescans/{rescan}")
            .replace("model/chat", "model/{path}"),
        )
        for method, path in listed
    }
    named = {
        (method, path.replace("coverage/none", "coverage/{inquiry}")) for method, path in named
    }

    assert known == named | {("GET", path) for path in PUBLIC}


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
@pytest.mark.parametrize("token", [None, "old", "void"])
def test_without_a_good_token_nothing_is_told(
    ask: Ask, served: Served, method: str, path: str, token: str | None
) -> None:
    assert send(ask, served, method, path, token) == 401


@pytest.mark.parametrize(("method", "path"), ADDRESSES[2:11])
@pytest.mark.parametrize("token", ["otto", "otto-asks", "dora-drafts"])
def test_another_cases_token_finds_nothing_here(
    ask: Ask, served: Served, method: str, path: str, token: str
) -> None:
    """The same as for a case that is not there; nor for the same person's token for no case."""
    there = send(ask, served, method, path, token)
    nowhere = send(ask, served, method, path.replace("opencase", "nocase"), token)

    assert (there, nowhere) == (404, 404)


@pytest.mark.parametrize("token", ["dora", "eve", "dora-asks", "olga-answers"])
def test_drafting_needs_a_token_made_for_it(ask: Ask, token: str) -> None:
    assert ask("POST", "/submissions", token, json={"model": MODEL}).status_code == 403


@pytest.mark.parametrize("token", ["dora", "eve", "dora-asks"])
def test_opening_an_incident_needs_a_token_made_for_it(ask: Ask, token: str) -> None:
    assert ask("POST", "/incidents", token, **BODIES["/incidents"]).status_code == 403


@pytest.mark.parametrize("token", ["dora", "eve", "dora-drafts"])
def test_asking_about_coverage_needs_a_token_made_for_it(ask: Ask, token: str) -> None:
    assert ask("GET", "/coverage", token).status_code == 403
    asked = {"name": "Example", "description": "Large."}
    assert ask("POST", "/coverage", token, json=asked).status_code == 403


def test_a_token_lists_its_own_case_only(ask: Ask) -> None:
    for token, cases in (("dora", ["opencase"]), ("otto", ["otherdraft"]), ("dora-drafts", [])):
        items = ask("GET", "/submissions", token).json()["items"]
        assert [one["id"] for one in items] == cases


def test_sealed_content_is_read_for_the_tokens_purpose_only(ask: Ask, served: Served) -> None:
    path = f"/submissions/opencase/blobs/{served.seed['credentials']}"

    assert ask("GET", path, "eve").content == b"key: sesame"
    assert ask("GET", path, "eve-audits").status_code == 200
    for purpose in ("audit", "determination", "anything", ""):
        refused = ask("GET", path, "eve", params={"purpose": purpose})
        assert (refused.status_code, refused.json()["type"]) == (403, "urn:seatrial:problem:denied")
    assert ask("GET", path, "olga").status_code == 403


def test_reading_sealed_content_is_an_entry(ask: Ask, served: Served) -> None:
    before = ask("GET", "/ledger/head").json()["size"]
    ask("GET", f"/submissions/opencase/blobs/{served.seed['credentials']}", "eve")

    assert ask("GET", "/ledger/head").json()["size"] == before + 1


def test_an_inquiry_is_its_partys_and_the_officials(ask: Ask) -> None:
    asked = ask("POST", "/coverage", "dora-asks", json={"name": "E", "description": "Large."})
    path = asked.headers["Location"].removeprefix("/api")

    assert [ask("GET", path, who).status_code for who in ("dora-asks", "olga-answers")] == [200] * 2
    assert ask("GET", path, "otto-asks").status_code == 404
    listed = ask("GET", "/coverage", "otto-asks").json()["items"]
    assert all(one["id"] != asked.json()["id"] for one in listed)


def test_a_session_cookie_is_nothing_here(ask: Ask) -> None:
    assert ask("GET", "/parties/me", headers={"Cookie": "session=abc"}).status_code == 401


def test_a_token_in_the_address_is_nothing(ask: Ask, served: Served) -> None:
    assert ask("GET", f"/parties/me?token={'x' * 8}").status_code == 401
    assert (
        ask("GET", "/parties/me", headers={"Authorization": served.token("eve")}).status_code == 401
    )


def test_no_token_is_ever_logged_or_kept(ask: Ask, served: Served) -> None:
    for token in served.seed["tokens"]:
        ask("GET", "/parties/me", token)
        ask("DELETE", "/submissions", token)
        ask("POST", "/submissions/opencase/commands", token, content=b"{", headers={})
    kept = [path for path in served.data.rglob("*") if path.is_file()]

    assert "Unauthorized: /api/parties/me" in served.log
    for secret in served.seed["tokens"].values():
        assert [one for one in kept if secret.encode() in one.read_bytes()] == []
