"""The database goes and comes back while the API serves: each answer says so, and none lies."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
from postgres_server import PostgresServer
from psycopg import sql
from served_portal import Served

from .conftest import Ask
from .test_requests import is_problem

COMMAND = {"kind": "release-planned", "facts": {"audience": "public", "on": None}}


@contextmanager
def gone(server: PostgresServer, database: str) -> Iterator[None]:
    """End every connection to a database and let no new one come, as while it restarts."""
    name = sql.Identifier(urlsplit(database).path.lstrip("/"))
    takes = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
    with psycopg.connect(server.url("postgres"), autocommit=True) as admin:
        admin.execute(takes.format(name, sql.SQL("false")))
        try:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                (urlsplit(database).path.lstrip("/"),),
            )
            yield
        finally:
            admin.execute(takes.format(name, sql.SQL("true")))


@pytest.mark.slow
def test_while_the_database_is_gone_everything_says_so_and_can_be_sent_again(
    postgresql_api: tuple[Served, Ask], postgres_server: PostgresServer
) -> None:
    served, ask = postgresql_api
    path = "/submissions/opencase"
    before = ask("GET", path, "dora")
    assert served.database
    with gone(postgres_server, served.database):
        for _ in range(10):  # each thread of the server has a connection of its own
            for method, where in (
                ("GET", path),
                ("GET", "/ledger/head"),
                ("POST", f"{path}/commands"),
            ):
                body = {"json": COMMAND} if method == "POST" else {}
                answer = ask(method, where, "dora", **body)
                assert is_problem(answer, 503, "unavailable")
                assert answer.headers["Retry-After"]
    # Nothing has to be started again, and the first to ask is served.
    for _ in range(10):
        after = ask("GET", path, "dora")
        assert (after.status_code, after.json()) == (200, before.json())


@pytest.mark.slow
def test_while_the_database_is_gone_pages_and_health_say_so_too(
    postgresql_api: tuple[Served, Ask], postgres_server: PostgresServer
) -> None:
    served, _ = postgresql_api
    assert served.database
    with httpx.Client(base_url=served.url, cookies={"session": "a" * 32}) as person:
        with gone(postgres_server, served.database):
            for path in ("/healthz", "/submissions/", "/account/login/", "/") * 5:
                answer = person.get(path)
                assert (answer.status_code, path) == (503, path)
                assert answer.headers["Retry-After"]
                assert "does not answer" in answer.text
                assert "form-action 'self'" in answer.headers["Content-Security-Policy"]
        assert person.get("/healthz").json()["status"] == "ok"


@pytest.mark.slow
def test_when_connections_break_the_next_request_is_served(
    postgresql_api: tuple[Served, Ask], postgres_server: PostgresServer
) -> None:
    served, ask = postgresql_api
    assert served.database
    for _ in range(8):
        postgres_server.disconnect(served.database)
        assert ask("GET", "/submissions/opencase", "dora").status_code == 200
