"""What hostile parties try over HTTP: odd names, digests of others, people who are gone."""

import httpx
import pytest
from served_portal import Served

from .conftest import Ask
from .test_access import MODEL
from .test_requests import COMMANDS, is_problem

FOREIGN = "sha256:" + "d" * 64


def get(served: Served, path: str, *, session: str | None = None, cookie: str = "") -> int:
    """Ask for a page. session: of a person by name; cookie: the header, instead of it."""
    given = cookie or (f"session={served.seed['sessions'][session]}" if session else "")
    headers = {"Cookie": given} if given else {}
    return httpx.get(f"{served.url}{path}", headers=headers, timeout=30).status_code


@pytest.mark.parametrize(
    "cookie", ['session="aaaaaaaa\\000bbbbbbbb"', 'session="' + "\\331\\241" * 9 + '"']
)
def test_a_cookie_that_names_no_session_is_a_strangers(served: Served, cookie: str) -> None:
    assert get(served, "/check/", cookie=cookie) == 200
    assert get(served, "/submissions/", cookie=cookie) == 302


@pytest.mark.parametrize(
    "path",
    [
        "/submissions/%00",
        "/submissions/%00/withdrawn",
        "/sealed/opencase/%00",
        "/submissions/opencase/trials/%00",
        "/team/%00",
        "/incidents/%00",
        "/coverage/%00",
        "/certificates/%00",
        "/told/%00",
        "/partner-notices/%00",
        "/account/confirm-email/%00/",
        "/account/password/reset/key/%00-%00/",
    ],
)
def test_there_is_nothing_under_a_name_with_a_nul(served: Served, path: str) -> None:
    assert get(served, path, session="dora") in (302, 404)
    assert get(served, path) in (302, 404)


def test_an_incident_known_at_the_end_of_time_is_refused(ask: Ask) -> None:
    for at, status in (("9999-12-31T23:59:59.000Z", 409), ("0999-01-01T00:00:00.000Z", 201)):
        given = {"title": "T", "account": "A", "known_at": at}
        assert ask("POST", "/incidents", "eve-alarms", json=given).status_code == status, at


@pytest.mark.parametrize("field", ["credentials", "endpoint", "elicitation", "ml_bom"])
def test_a_draft_names_nothing_that_is_another_cases(ask: Ask, served: Served, field: str) -> None:
    """Its trials would use their credentials, and the end of its access destroy them."""
    model = MODEL | {field: served.seed["credentials"]}
    refused = ask("POST", "/submissions", "dora-drafts", json={"model": model})

    assert is_problem(refused, 409, "not-possible")
    assert "is not sealed to this case" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("kind", "facts", "said"),
    [
        ("plan-commented", {"text": FOREIGN}, "not sealed to this case as comment"),
        ("correction-asked", {"text": FOREIGN}, "not sealed to this case as correction"),
        ("objected", {"text": FOREIGN}, "not sealed to this case as objection"),
        ("partner-proposed", {"partner": "nobody\0", "reason": "r"}, "No party of the programme"),
        ("partner-proposed", {"partner": "nobody", "reason": "r"}, "No party of the programme"),
    ],
)
def test_a_command_names_nothing_that_is_not_there(
    ask: Ask, kind: str, facts: dict[str, str], said: str
) -> None:
    refused = ask("POST", COMMANDS, "dora", json={"kind": kind, "facts": facts})

    assert is_problem(refused, 409, "not-possible")
    assert said in refused.json()["detail"]


def test_content_of_one_sort_is_not_named_as_another(ask: Ask) -> None:
    sealed = ask(
        "POST",
        "/submissions/opencase/blobs?content=comment",
        "dora",
        content=b"text",
        headers={"Content-Type": "application/octet-stream"},
    )
    body = {"kind": "objected", "facts": {"text": sealed.json()["digest"]}}

    assert is_problem(ask("POST", COMMANDS, "dora", json=body), 409, "not-possible")


@pytest.mark.parametrize(
    ("path", "token", "body", "said"),
    [
        ("/submissions", "dora-drafts", {"model": MODEL | {"name": "x" * 201}}, "body.model.name"),
        (
            "/submissions",
            "dora-drafts",
            {"model": MODEL | {"scope": ["s", "x" * 201]}},
            "body.model.scope[1]",
        ),
        ("/coverage", "dora-asks", {"name": "x" * 201, "description": "d"}, "body.name"),
        (
            "/incidents",
            "eve-alarms",
            {"title": "x" * 201, "account": "a", "known_at": "2026-06-02T14:00:00.000Z"},
            "body.title",
        ),
        (
            COMMANDS,
            "dora",
            {"kind": "withdrawn", "facts": {"reason": "x" * 10_001}},
            "facts.reason",
        ),
    ],
)
def test_no_entry_holds_more_than_a_page_can_show(
    ask: Ask, path: str, token: str, body: dict[str, object], said: str
) -> None:
    refused = ask("POST", path, token, json=body)

    assert is_problem(refused, 422, "invalid")
    assert refused.json()["detail"].startswith(f"{said} has ")


def test_what_is_sealed_may_be_long(ask: Ask) -> None:
    asked = {"name": "Example", "description": "x" * 300_000}

    assert ask("POST", "/coverage", "dora-asks", json=asked).status_code == 201
