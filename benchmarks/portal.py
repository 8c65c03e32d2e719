"""How long the portal's pages take with 10,000 cases, on SQLite and on PostgreSQL.

    python benchmarks/portal.py [--cases N] [--rounds N] [--database sqlite|postgresql] [--publish]

A portal is filled by its own rules (`portal_cases.py`; minutes) and served by its own server, one
process of eight threads. One client asks for each page in turn, on a connection that is kept.
Beside the pages, in the same rounds: an empty page behind the same server and middleware, and for
each page the SQL that fetches what it shows, on the bare driver. With --publish the tables go to
docs/reference/performance.md.
"""

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
from measuring import machine, program_version, publish, spread, table

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from postgres_server import newest_programs, running_postgres  # noqa: E402 - of the tests' folder
from served_portal import free_port, wait_for  # noqa: E402 - the same

WARM_UP = 2
"""Rounds that are not counted."""

LIST = (
    "SELECT stream, title, stage, at FROM stream_row WHERE aggregate = 'submission'"
    " ORDER BY at DESC LIMIT 50"
)
CASE = "SELECT state FROM stream_row WHERE stream = 'submission/{case}'"
HISTORY = "SELECT content FROM ledger_entry WHERE stream = 'submission/{case}' ORDER BY number"
OPEN = "SELECT stream, state FROM stream_row WHERE aggregate = 'submission' AND stage = 'open'"
STAFFED = (
    "SELECT stream, title, stage FROM stream_row WHERE aggregate = 'submission'"
    " AND stage IN ('offered', 'agreed', 'accepted', 'open', 'ended') ORDER BY at DESC LIMIT 50"
)
INCIDENTS = (
    "SELECT stream, title, stage FROM stream_row WHERE aggregate = 'incident'"
    " ORDER BY at DESC LIMIT 50"
)
NOTICES = "SELECT * FROM notice WHERE person = '{person}' ORDER BY entry DESC LIMIT 50"
ENTRIES = 'SELECT "index", content FROM ledger_entry ORDER BY "index" DESC LIMIT 26'
OF_CASE = (
    'SELECT "index", content FROM ledger_entry WHERE "case" = \'{case}\''
    ' ORDER BY "index" DESC LIMIT 26'
)
OF_KIND = (
    "SELECT \"index\", content FROM ledger_entry WHERE kind LIKE 'policy%'"
    ' ORDER BY "index" DESC LIMIT 26'
)
HEAD = "SELECT size, root FROM ledger_head"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One line of the table. who: signed in; a token is sent to the API. sql: the bare query."""

    name: str
    path: str
    who: str | None = None
    sql: str = HEAD


PAGES = (
    Page(name="empty page, signed in", path="/floor", who="few"),
    Page(name="submissions: of 20 cases", path="/submissions/", who="few", sql=LIST),
    Page(name="submissions: of all cases", path="/submissions/", who="every", sql=LIST),
    Page(
        name="submissions: of all, page 100", path="/submissions/?page=100", who="every", sql=LIST
    ),
    Page(name="a case", path="/submissions/{case}", who="few", sql=f"{CASE}; {HISTORY}"),
    Page(name="a case, by who has all", path="/submissions/{case}", who="every", sql=CASE),
    Page(name="calendar: of 20 cases", path="/calendar/", who="few", sql=OPEN),
    Page(name="calendar: of all cases", path="/calendar/", who="every", sql=OPEN),
    Page(name="integrity reviews: of all", path="/integrity/", who="every", sql=OPEN),
    Page(name="staffing", path="/staffing/", who="head", sql=STAFFED),
    Page(name="incidents: of all cases", path="/incidents/", who="every", sql=INCIDENTS),
    Page(name="inbox: of 20 cases", path="/inbox/", who="few", sql=NOTICES),
    Page(name="inbox: of all cases", path="/inbox/", who="every", sql=NOTICES),
    Page(name="transparency", path="/transparency/"),
    Page(name="ledger: head", path="/ledger/"),
    Page(name="ledger: entries", path="/ledger/entries", who="auditor", sql=ENTRIES),
    Page(
        name="ledger: of one case", path="/ledger/entries?case={case}", who="auditor", sql=OF_CASE
    ),
    Page(
        name="ledger: of a rare kind",
        path="/ledger/entries?kind=policy",
        who="auditor",
        sql=OF_KIND,
    ),
    Page(name="API: list, 20 cases", path="/api/submissions", who="few", sql=CASE),
    Page(name="API: list, all cases", path="/api/submissions", who="every", sql=CASE),
    Page(name="API: a case", path="/api/submissions/{case}", who="few", sql=CASE),
    Page(name="API: its history", path="/api/submissions/{case}/history", who="few", sql=HISTORY),
)

Query = Callable[[str], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """A filled portal. made: what `portal_maker.py` printed."""

    environment: Mapping[str, str]
    data: Path
    made: Mapping[str, Any]
    seconds: float


def make(data: Path, cases: int, database: str | None) -> Portal:
    """Fill a portal."""
    environment = {**os.environ, "SEATRIAL_DATA": str(data), "SEATRIAL_API_RATE": "1000000"}
    environment |= {"SEATRIAL_WEB_WORKERS": "1"}
    if database:
        environment["SEATRIAL_DATABASE"] = database
    data.mkdir()
    started = time.perf_counter()
    program = [sys.executable, Path(__file__).parent / "portal_maker.py", str(cases)]
    made = subprocess.run(program, env=environment, check=True, stdout=subprocess.PIPE)
    seconds = time.perf_counter() - started
    return Portal(environment=environment, data=data, made=json.loads(made.stdout), seconds=seconds)


@contextmanager
def served(portal: Portal) -> Iterator[str]:
    """Serve it; give its address."""
    port = free_port()
    with (portal.data / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, Path(__file__).parent / "portal_server.py", str(port)],
            env=dict(portal.environment),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_for(port, process, portal.data / "server.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=20)


@contextmanager
def bare(portal: Portal, database: str | None) -> Iterator[Query]:
    """Open the driver and nothing else."""
    if database:
        with psycopg.connect(database, autocommit=True) as connection:
            yield lambda sql: connection.execute(sql.encode()).fetchall()
        return
    with closing(sqlite3.connect(portal.data / "seatrial.sqlite3")) as file:
        yield lambda sql: file.execute(sql).fetchall()


def timed(do: Callable[[], object]) -> float:
    """Give how many milliseconds something takes."""
    started = time.perf_counter()
    do()
    return (time.perf_counter() - started) * 1000


def asks(http: httpx.Client, portal: Portal, page: Page) -> Callable[[], object]:
    """Give what asks for a page once, and fails unless it is shown."""
    path, headers = page.path.format(case=portal.made["case"]), dict[str, str]()
    if page.who and page.path.startswith("/api/"):
        headers["Authorization"] = f"Bearer {portal.made['tokens'][page.who]}"
    elif page.who:
        headers["Cookie"] = f"session={portal.made['cookies'][page.who]}"

    def ask() -> None:
        answer = http.get(path, headers=headers)
        if answer.status_code != httpx.codes.OK:
            raise SystemExit(f"{page.name}: {answer.status_code} {answer.text[:2000]}")

    return ask


def measure(portal: Portal, database: str | None, rounds: int) -> tuple[list[list[str]], float]:
    """Measure every page and its query in turn; give lines, and the first look at the figures."""
    times: dict[str, tuple[list[float], list[float]]] = {one.name: ([], []) for one in PAGES}
    with ExitStack() as stack:
        url = stack.enter_context(served(portal))
        http = stack.enter_context(httpx.Client(base_url=url, timeout=600))
        query = stack.enter_context(bare(portal, database))
        first = timed(lambda: http.get("/transparency/").raise_for_status())
        for number in range(rounds + WARM_UP):
            for page in PAGES:
                person = portal.made["people"].get(page.who)
                sql = page.sql.format(case=portal.made["case"], person=person)
                found = timed(asks(http, portal, page))
                without = timed(lambda sql=sql: [query(one) for one in sql.split("; ")])
                if number >= WARM_UP:
                    times[page.name][0].append(found)
                    times[page.name][1].append(without)
    lines = [[name, spread(found), spread(sql, 2)] for name, (found, sql) in times.items()]
    return lines, first


@contextmanager
def postgres() -> Iterator[str]:
    """Give a database of a server with its default settings."""
    with running_postgres() as server:
        yield server.url(server.create())


@contextmanager
def sqlite() -> Iterator[None]:
    """Give none: the portal's own file."""
    yield None


DATABASES = {"sqlite": ("SQLite", sqlite), "postgresql": ("PostgreSQL", postgres)}


def main() -> None:
    """Fill, measure, write the section."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--database", choices=list(DATABASES), action="append")
    parser.add_argument("--publish", action="store_true")
    wanted = parser.parse_args()
    parts = []
    for name in wanted.database or list(DATABASES):
        title, opened = DATABASES[name]
        with tempfile.TemporaryDirectory(prefix="seatrial-bench-") as scratch, opened() as database:
            portal = make(Path(scratch) / "data", wanted.cases, database)
            lines, first = measure(portal, database, wanted.rounds)
        headings = (f"{title}, ms", "page", "bare query")
        parts.append(
            f"{table(headings, lines)}\n{wanted.cases:,} cases, {portal.made['entries']:,} entries,"
            f" made in {portal.seconds:.0f} s; the figures' first look, kept from then on: "
            f"{first:.0f} ms."
        )
    version = program_version(str(newest_programs() / "postgres"), "--version")
    parts.append(f"{machine()}; SQLite {sqlite3.sqlite_version}, {version}.")
    text = "\n\n".join(parts)
    if wanted.publish:
        publish("portal", text)
    else:
        print(text)


if __name__ == "__main__":
    main()
