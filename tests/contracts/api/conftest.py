"""The API as programs meet it: a server of its own, tokens, plain HTTP; once on each database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from postgres_server import PostgresServer
from served_portal import Served, copy_of, seeded, serving

Ask = Callable[..., httpx.Response]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """A portal's data, not served yet. database: URL; None for SQLite."""

    data: Path
    database: str | None


@pytest.fixture(scope="session")
def sqlite_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Ask]]:
    with _api(tmp_path_factory.mktemp("api"), None) as api:
        yield api


@pytest.fixture(scope="session")
def postgresql_api(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer
) -> Iterator[tuple[Served, Ask]]:
    database = postgres_server.url(postgres_server.create())
    with _api(tmp_path_factory.mktemp("api"), database) as api:
        yield api


# Not itself of the session: tests come in random order, and each change would seed it anew.
@pytest.fixture(params=["sqlite", "postgresql"])
def api(request: pytest.FixtureRequest) -> tuple[Served, Ask]:
    api: tuple[Served, Ask] = request.getfixturevalue(f"{request.param}_api")
    return api


@pytest.fixture
def served(api: tuple[Served, Ask]) -> Served:
    return api[0]


@pytest.fixture
def ask(api: tuple[Served, Ask]) -> Ask:
    """Send one request. token: by name; key: of a POST, a new one unless it is given."""
    return api[1]


@pytest.fixture
def copied(served: Served, request: pytest.FixtureRequest, tmp_path: Path) -> Copied:
    """Copy the portal's data, for a server of the test's own."""
    database = None
    if served.database:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        database = server.url(server.create())
    return Copied(data=copy_of(served, tmp_path / "data", database), database=database)


@contextmanager
def _api(data: Path, database: str | None) -> Iterator[tuple[Served, Ask]]:
    seed = seeded(data, database)
    with (
        serving(data, seed, database=database) as served,
        httpx.Client(base_url=f"{served.url}/api", timeout=30) as http,
    ):
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

        yield served, send
