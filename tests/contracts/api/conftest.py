"""The API as programs meet it: a server of its own, tokens, plain HTTP."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from served_portal import Served, seeded, serving

Ask = Callable[..., httpx.Response]


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data = tmp_path_factory.mktemp("api")
    with serving(data, seeded(data)) as running:
        yield running


@pytest.fixture(scope="session")
def ask(served: Served) -> Iterator[Ask]:
    """Send one request. token: by name; key: of a POST, a new one unless it is given."""
    with httpx.Client(base_url=f"{served.url}/api", timeout=30) as http:
        count = iter(range(10**6))

        def send(
            method: str,
            path: str,
            token: str | None = None,
            *,
            key: str | None = None,
            headers: dict[str, Any] | None = None,
            **more: Any,
        ) -> httpx.Response:
            sent: dict[str, Any] = dict(headers or {})
            if token is not None:
                sent.setdefault("Authorization", f"Bearer {served.token(token)}")
            if method == "POST":
                sent.setdefault("Idempotency-Key", key or f"key-{next(count)}")
            return http.request(method, path, headers=sent, **more)

        yield send
