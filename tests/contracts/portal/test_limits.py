"""Limits of attempts, which hold for all server processes of a portal together."""

import re
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest
from served_portal import Served, seeded, serving

from seatrial.adapters.clock import SystemClock

MOST, RATE = 20, 40


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Served]]:
    """Two servers of one portal."""
    data = tmp_path_factory.mktemp("limits")
    seed = seeded(data)
    with serving(data, seed, rate=RATE) as one, serving(data, seed, rate=RATE) as other:
        yield one, other


def posting(url: str, path: str, form: dict[str, str]) -> Iterator[httpx.Response]:
    """Send a form again and again, as its page asks for it."""
    with httpx.Client(base_url=url) as client:
        page = client.get(path).text
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token
        while True:
            yield client.post(path, data=form | {"csrfmiddlewaretoken": token[1]})


def test_codes_are_not_tried_at_will(servers: tuple[Served, Served]) -> None:
    one, other = (posting(served.url, "/check/", {"code": "AAAA-BBBB"}) for served in servers)
    answers = [next(one if number % 2 else other) for number in range(MOST)]
    assert {answer.status_code for answer in answers} == {200}
    assert "No certificate has this code" in answers[-1].text
    for refused in (next(one), next(other)):
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == "60"
        assert "Too many attempts" in refused.text
        assert "Wait a minute" in refused.text
    # Looking at the page is no attempt.
    assert httpx.get(f"{servers[0].url}/check/").status_code == 200


def test_passwords_are_not_tried_at_will_on_one_server_after_another(
    servers: tuple[Served, Served],
) -> None:
    """Five an account in five minutes, also when the name of the server differs by its port."""
    form = {"login": "eve@example.org", "password": "not the password"}
    one, other = (posting(served.url, "/account/login/", form) for served in servers)
    said = [next(one if number % 2 else other).text for number in range(6)]
    assert not [text for text in said[:5] if "Too many failed" in text]
    assert "Too many failed login attempts" in said[5]


def minute() -> int:
    return int(SystemClock().now().timestamp()) // 60


def test_a_tokens_requests_count_over_all_servers(servers: tuple[Served, Served]) -> None:
    """Together they never serve more; what one took and did not use is a twentieth at most."""
    headers = {"Authorization": f"Bearer {servers[0].token('dora')}"}
    minutes, answers = set(), list[int]()
    with ExitStack() as stack:
        both = [stack.enter_context(httpx.Client(base_url=one.url)) for one in servers]
        for number in range(2 * RATE + 10):
            minutes.add(minute())
            answer = both[number % 2].get("/api/parties/me", headers=headers)
            minutes.add(minute())
            answers.append(answer.status_code)
    served = answers.count(200)

    assert answers.count(429) == len(answers) - served
    # Of each minute that these took, at most the limit; of the first, all of it but a part.
    assert RATE - RATE // 20 <= served <= RATE * len(minutes)
