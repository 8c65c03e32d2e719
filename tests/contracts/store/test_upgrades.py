"""Data of every earlier version is brought up to this one and loses nothing.

`tests/golden/store/NUMBER.sql` is an SQLite database as the version with that last migration wrote
it, of lamps; `NUMBER-programme.sql` one of three cases. Whoever adds a migration adds the dumps of
its version.
"""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connections
from lamp import LAMP, LAMPS, Move, lamp, setting
from postgres_server import PostgresServer
from stores import Store, named

from seatrial.adapters.store.ledger import DatabaseLedger
from seatrial.adapters.store.models import StreamMark, StreamRow
from seatrial.adapters.store.replay import rebuild, replay
from seatrial.adapters.store.setup import migrate
from seatrial.review.lists import PROJECTIONS

GOLDEN = Path(__file__).parents[2] / "golden" / "store"
MIGRATIONS = Path(__file__).parents[3] / "src/seatrial/adapters/store/migrations"
DUMPS = sorted(path.stem for path in GOLDEN.glob("*.sql"))
LAMPS_OF = [name for name in DUMPS if "-" not in name]

DIGESTS = {
    "0001-programme": "7e0bea79498e73a0537c913babd94a543e0e2b944722c4fede76c0ab5ed43d7f",
    "0001": "21c81d7d3ab85f0ab0f243efe07fc1358f70a5ad7906a0dd755539ed9691fcf5",
    "0002-programme": "6c27c615bd9e1772a2f55328c964c7a1fd5c23c0bb7c56f1dae79077d96ddec4",
    "0002": "f7d8f3713c73b6218000b69ee2eefca7a3d1075a29f3945cf40dee4268e1a198",
}


@contextmanager
def dumped(name: str, folder: Path) -> Iterator[Store]:
    """Give a database as its version left it."""
    path = folder / "old.sqlite3"
    connection = sqlite3.connect(path)
    connection.executescript((GOLDEN / f"{name}.sql").read_text(encoding="utf-8"))
    connection.close()
    with named(str(path), "sqlite") as store:
        yield store


def test_there_is_a_dump_of_every_version() -> None:
    numbers = sorted(path.name[:4] for path in MIGRATIONS.glob("0*.py"))
    assert sorted(name for one in numbers for name in (one, f"{one}-programme")) == DUMPS


@pytest.mark.parametrize("version", LAMPS_OF)
def test_an_earlier_versions_data_is_kept(version: str, tmp_path: Path) -> None:
    with dumped(version, tmp_path) as store:
        with connections[store.alias].cursor() as cursor:
            cursor.execute('SELECT content FROM ledger_entry ORDER BY "index"')
            entries = cursor.fetchall()
        migrate(store.alias)
        ledger = DatabaseLedger([LAMPS], alias=store.alias)
        assert [one.content for one in ledger.since(0)] == [content for (content,) in entries]
        assert replay([LAMPS], alias=store.alias).tree == 0
        rebuild([LAMPS], alias=store.alias)
        assert replay([LAMPS], alias=store.alias).differences == ()
        again = ledger.handle(LAMP, lamp("0"), Move(by=1, words="word 0"), setting(), key="flow/0")
        assert again.repeated
        assert ledger.handle(LAMP, lamp("0"), Move(by=1), setting(99)).number > 0


@pytest.mark.parametrize("version", [name for name in DUMPS if "-" in name])
def test_an_earlier_versions_cases_are_found_without_a_rebuild(
    version: str, tmp_path: Path
) -> None:
    with dumped(version, tmp_path) as store:
        migrate(store.alias)
        assert replay(PROJECTIONS, alias=store.alias).differences == ()
        check_programme(store.alias)


@pytest.mark.parametrize("version", ["0001-programme"])
def test_an_earlier_versions_cases_are_found_on_postgresql(
    version: str, tmp_path: Path, postgres_server: PostgresServer
) -> None:
    """The same rows, written to the same version's tables there."""
    url = postgres_server.url(postgres_server.create())
    with dumped(version, tmp_path) as old, named(url, "postgresql") as store:
        call_command("migrate", "store", version[:4], database=store.alias, verbosity=0)
        for table in ("ledger_head", "ledger_entry", "ledger_node", "stream_row"):
            copy(table, old.alias, store.alias)
        migrate(store.alias)
        assert replay(PROJECTIONS, alias=store.alias).differences == ()
        check_programme(store.alias)


def copy(table: str, source: str, target: str) -> None:
    with connections[source].cursor() as old, connections[target].cursor() as new:
        new.execute(f"DELETE FROM {table}")  # noqa: S608 - the names are ours
        old.execute(f"SELECT * FROM {table}")  # noqa: S608 - as above
        names = ", ".join(f'"{one[0]}"' for one in old.description)
        places = ", ".join("%s" for _ in old.description)
        into = f"INSERT INTO {table} ({names}) VALUES ({places})"  # noqa: S608 - as above
        new.executemany(into, old.fetchall())


def check_programme(alias: str) -> None:
    """The first is a draft. One was in the second, and in its party, and left both."""
    marks = StreamMark.objects.using(alias)
    evaluators = marks.filter(aggregate="team", sort="evaluator")
    assert sorted(evaluators.filter(past=False).values_list("name", flat=True)) == [
        f"case{number:06d}" for number in (1, 2)
    ]
    (left,) = evaluators.filter(past=True)
    assert left.name == "case000001"
    (gone,) = marks.filter(aggregate="party", sort="person", past=True)
    assert gone.value == left.value
    assert marks.filter(aggregate="certificate", sort="code").count() == 2
    assert marks.filter(aggregate="incident", sort="affected", value="lab1").count() == 1
    assert set(marks.filter(sort="work").values_list("value", "name")) == {
        ("determined", "case000001"),
        ("determined", "case000002"),
        ("not begun", "case000000"),
    }
    windows = StreamRow.objects.using(alias).filter(aggregate="submission", begins__isnull=False)
    assert {(one.ends - one.begins).days for one in windows if one.begins and one.ends} == {20}


@pytest.mark.parametrize("name", DUMPS)
def test_the_dumps_are_never_changed(name: str) -> None:
    """Their entries are what an installation holds; a change here would hide a break there."""
    assert hashlib.sha256((GOLDEN / f"{name}.sql").read_bytes()).hexdigest() == DIGESTS[name]
