"""How the API takes requests: once each, strictly, within limits; and how it says no."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from served_portal import Served, serving

from seatrial.adapters.store.database import FILE

from .conftest import Ask, Copied
from .test_access import MODEL

JSON = {"Content-Type": "application/json"}
PLAN = {"kind": "release-planned", "facts": {"audience": "public", "on": None}}
COMMANDS = "/submissions/opencase/commands"


def number(ask: Ask) -> int:
    return int(ask("GET", "/submissions/opencase", "dora").json()["number"])


def is_problem(response: httpx.Response, status: int, word: str) -> bool:
    """Tell whether an answer is a whole problem of this sort."""
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "application/problem+json"
    said = response.json()
    assert set(said) == {"type", "title", "status", "detail", "remedy"}
    assert "Traceback" not in response.text
    return (said["status"], said["type"]) == (status, f"urn:seatrial:problem:{word}")


def test_the_portal_is_on_the_database_that_the_test_names(served: Served) -> None:
    assert (served.data / FILE).exists() == (served.database is None)


def test_a_draft_is_made_once_for_its_key(ask: Ask) -> None:
    size = ask("GET", "/ledger/head").json()["size"]
    first, again = (
        ask("POST", "/submissions", "dora-drafts", key="draft-1", json={"model": MODEL})
        for _ in range(2)
    )

    assert (first.status_code, first.content) == (201, again.content)
    assert first.headers["Location"] == f"/api/submissions/{first.json()['id']}"
    assert ask("GET", "/ledger/head").json()["size"] == size + 3  # draft, team, first member


def test_a_command_is_done_once_though_the_number_moved_on(ask: Ask) -> None:
    seen = number(ask)
    body = PLAN | {"expected": seen}
    first = ask("POST", COMMANDS, "dora", key="once", json=body)
    ask("POST", COMMANDS, "dora", json=PLAN)
    again = ask("POST", COMMANDS, "dora", key="once", json=body)

    assert (first.status_code, first.content) == (200, again.content)
    assert first.headers["ETag"] == again.headers["ETag"] == f'"{seen + 1}"'
    assert number(ask) == seen + 2


def at_once(ask: Ask, *given: dict[str, Any]) -> list[httpx.Response]:
    """Send requests in threads of their own."""
    with ThreadPoolExecutor(len(given)) as pool:
        return list(pool.map(lambda one: ask("POST", **one), given))


def test_one_key_at_once_is_done_once(ask: Ask) -> None:
    size = ask("GET", "/ledger/head").json()["size"]
    same = {"path": "/submissions", "token": "dora-drafts", "key": "race", "json": {"model": MODEL}}
    answers = at_once(ask, *[same] * 6)

    assert {(one.status_code, one.content) for one in answers} == {(201, answers[0].content)}
    assert ask("GET", "/ledger/head").json()["size"] == size + 3


def test_of_those_who_saw_the_same_one_wins(ask: Ask) -> None:
    tag = ask("GET", "/submissions/opencase", "dora").headers["ETag"]
    given = {"path": COMMANDS, "token": "dora", "headers": {"If-Match": tag}, "json": PLAN}
    answers = at_once(ask, *[given] * 6)

    assert sorted(one.status_code for one in answers) == [200] + [412] * 5


def test_what_was_done_is_answered_the_same_though_it_can_no_longer_be_done(ask: Ask) -> None:
    """After a withdrawal nobody withdraws; the one who did, asking again, learns that it is so."""
    made = ask("POST", "/submissions", "otto", json={"model": MODEL})
    assert is_problem(made, 403, "denied")
    path = "/submissions/otherdraft/commands"
    body = {"kind": "withdrawn", "facts": {"reason": "Not now."}}
    first = ask("POST", path, "otto", key="leave", json=body)
    again = ask("POST", path, "otto", key="leave", json=body)

    assert (first.status_code, first.content) == (200, again.content)
    assert is_problem(ask("POST", path, "otto", json=body), 403, "denied")


def test_a_key_belongs_to_one_request(ask: Ask) -> None:
    ask("POST", COMMANDS, "dora", key="mine", json=PLAN)
    other = PLAN | {"facts": {"audience": "trusted-partners", "on": None}}

    assert is_problem(ask("POST", COMMANDS, "dora", key="mine", json=other), 422, "key-reused")


def test_content_is_sealed_once_for_its_key(ask: Ask) -> None:
    path = "/submissions/opencase/blobs?content=objection"
    bytes_ = {"headers": {"Content-Type": "application/octet-stream"}}
    refused = ask("POST", path, "dora", content=b"We object.", **bytes_)
    assert refused.status_code == 201, refused.text
    size = ask("GET", "/ledger/head").json()["size"]
    first, again = (
        ask("POST", path, "dora", key="seal", content=b"No.", **bytes_) for _ in range(2)
    )

    assert (first.status_code, first.json()) == (201, again.json())
    assert ask("GET", "/ledger/head").json()["size"] == size + 1
    other = ask("POST", path, "dora", key="seal", content=b"Yes.", **bytes_)
    assert is_problem(other, 422, "key-reused")


@pytest.mark.parametrize("key", ["", "a b", "x" * 101, "é"])
def test_a_post_without_a_good_key_is_refused(ask: Ask, key: str) -> None:
    headers = {"Idempotency-Key": key.encode()}
    answer = ask("POST", COMMANDS, "dora", json=PLAN, headers=headers)

    assert is_problem(answer, 400, "bad-request")


def test_etags_guard_reads_and_commands(ask: Ask) -> None:
    shown = ask("GET", "/submissions/opencase", "dora")
    tag = shown.headers["ETag"]
    fresh = ask("GET", "/submissions/opencase", "dora", headers={"If-None-Match": tag})

    assert (fresh.status_code, fresh.content) == (304, b"")
    done = ask("POST", COMMANDS, "dora", json=PLAN, headers={"If-Match": tag})
    assert done.status_code == 200
    late = ask("POST", COMMANDS, "dora", json=PLAN, headers={"If-Match": tag})
    assert is_problem(late, 412, "changed")
    body = PLAN | {"expected": shown.json()["number"]}
    assert is_problem(ask("POST", COMMANDS, "dora", json=body), 409, "conflict")
    odd = ask("POST", COMMANDS, "dora", json=PLAN, headers={"If-Match": "W/5"})
    assert is_problem(odd, 400, "bad-request")


def test_lists_go_on_behind_a_link(ask: Ask) -> None:
    path, found = "/submissions/opencase/history?limit=2", []
    while path:
        page = ask("GET", path, "dora")
        found += [one["number"] for one in page.json()["entries"]]
        following = page.links.get("next", {}).get("url", "")
        path = following.removeprefix("/api")

    assert found == list(range(number(ask)))


def test_a_list_that_grows_meanwhile_repeats_and_passes_over_nothing(ask: Ask) -> None:
    def inquire() -> str:
        asked = ask("POST", "/coverage", "dora-asks", json={"name": "E", "description": "D"})
        return str(asked.json()["id"])

    before, path, found = {inquire() for _ in range(4)}, "/coverage?limit=1", []
    for _ in range(40):
        page = ask("GET", path, "dora-asks")
        found += [one["id"] for one in page.json()["items"]]
        if "next" not in page.links:
            break
        path = page.links["next"]["url"].removeprefix("/api")
        inquire()

    assert len(found) == len(set(found))
    assert before <= set(found)


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        (b"{", 400, "bad-request"),
        (b"", 400, "bad-request"),
        (b'{"kind": "withdrawn", "kind": "closed", "facts": {}}', 400, "bad-request"),
        (b'{"kind": "withdrawn", "facts": {"reason": NaN}}', 400, "bad-request"),
        (b'{"kind": "withdrawn", "facts": {"reason": 1e999}}', 400, "bad-request"),
        (b'{"kind": "withdrawn", "facts": {"reason": 9007199254740992}}', 400, "bad-request"),
        (b'{"kind": "withdrawn", "facts": {"reason": "\\ud800"}}', 400, "bad-request"),
        (b'{"kind": "withdrawn", "facts": {"reason": "\xff"}}', 400, "bad-request"),
        ("[" * 100_000, 400, "bad-request"),
        ('{"kind": "withdrawn", "facts": {}}'.encode("utf-16"), 400, "bad-request"),
        (b"[]", 422, "invalid"),
        (b'{"kind": "purged", "facts": {}}', 422, "invalid"),
        (b'{"kind": "withdrawn"}', 422, "invalid"),
        (b'{"kind": "withdrawn", "facts": {}, "more": 1}', 422, "invalid"),
        (b'{"kind": "withdrawn", "facts": {}, "expected": true}', 422, "invalid"),
    ],
)
def test_bodies_are_read_strictly(ask: Ask, body: bytes, status: int, word: str) -> None:
    assert is_problem(ask("POST", COMMANDS, "dora", content=body, headers=JSON), status, word)


def test_an_error_names_the_fields_path(ask: Ask) -> None:
    model = MODEL | {"variants": [{"name": "a", "safeguards": "sideways"}]}
    body = {"kind": "amended", "facts": {"model": model}}
    detail = ask("POST", COMMANDS, "dora", json=body).json()["detail"]

    assert detail.startswith("facts: model.variants[0].safeguards is 'sideways', expected one of")


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1"]
)
def test_a_body_of_another_type_is_refused(ask: Ask, kind: str) -> None:
    content = json.dumps(PLAN).encode()
    headers = {"Content-Type": kind}

    assert is_problem(
        ask("POST", COMMANDS, "dora", content=content, headers=headers), 415, "media-type"
    )


def test_bodies_have_limits_and_lengths(ask: Ask) -> None:
    large = ask("POST", COMMANDS, "dora", content=b" " * (600 * 1024), headers=JSON)
    assert is_problem(large, 413, "too-large")
    chunked = ask("POST", COMMANDS, "dora", content=iter([b"{}"]), headers=JSON)
    assert is_problem(chunked, 411, "length")


def test_methods_are_told(ask: Ask) -> None:
    other = ask("PUT", "/submissions", "dora")
    assert is_problem(other, 405, "method")
    assert other.headers["Allow"] == "GET, HEAD, OPTIONS, POST"
    options = ask("OPTIONS", "/submissions/opencase")
    assert (options.status_code, options.headers["Allow"]) == (204, "GET, HEAD, OPTIONS")
    head, get = (ask(one, "/submissions/opencase", "dora") for one in ("HEAD", "GET"))
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(get.content))


@pytest.mark.parametrize("path", ["/nothing", "/submissions/", "/submissions/a/b/c/d", "/"])
def test_other_addresses_are_problems_too(ask: Ask, path: str) -> None:
    assert is_problem(ask("GET", path, "dora"), 404, "not-found")


def test_a_foreign_host_is_a_problem(ask: Ask) -> None:
    assert is_problem(ask("GET", "/parties/me", headers={"Host": "elsewhere"}), 400, "bad-request")


@pytest.mark.parametrize(
    "query",
    [
        "?limit=1&limit=2",
        "?limit=0",
        "?limit=101",
        "?limit=x",
        "?after=a%20b",
        "?after=%00",
        "/opencase/history?after=-1",
        "/opencase/history?after=99999999999999999999",
    ],
)
def test_odd_pages_are_refused(ask: Ask, query: str) -> None:
    assert is_problem(ask("GET", f"/submissions{query}", "dora"), 422, "invalid")


def test_a_token_has_so_many_requests_a_minute(served: Served, copied: Copied) -> None:
    with serving(copied.data, served.seed, rate=5, database=copied.database) as slow:
        headers = {"Authorization": f"Bearer {slow.token('dora')}"}
        address = f"{slow.url}/api/parties/me"
        # Twelve in a row: a new minute may begin among them, once.
        answers = [httpx.get(address, headers=headers) for _ in range(12)]
        stranger = [httpx.get(f"{slow.url}/api/ledger/head") for _ in range(4)]
    limited = [one for one in answers if one.status_code == 429]

    assert limited
    assert is_problem(limited[0], 429, "too-many")
    assert 0 < int(limited[0].headers["Retry-After"]) <= 60
    assert any(one.status_code == 429 for one in stranger)


def test_proofs_are_those_of_the_ledger(ask: Ask) -> None:
    head = ask("GET", "/ledger/head").json()
    proof = ask("GET", f"/ledger/inclusion?index=0&size={head['size']}", "dora")
    assert proof.status_code == 200
    beyond = ask("GET", f"/ledger/inclusion?index=0&size={head['size'] + 1000}", "dora")
    assert is_problem(beyond, 404, "not-found")


def test_a_certificate_that_is_not_there(ask: Ask) -> None:
    assert is_problem(ask("GET", "/certificates/sha256:" + "0" * 64), 404, "not-found")
