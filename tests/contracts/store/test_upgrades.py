"""Data of every earlier version is brought up to this one and loses nothing.

`tests/golden/store/NUMBER.sql` is an SQLite database as the version with that last migration wrote
it. Whoever adds a migration adds the dump of what was before.
"""

import hashlib
import sqlite3
from pathlib import Path

import pytest
from lamp import LAMP, LAMPS, Move, lamp, setting
from stores import named

from seatrial.adapters.store.ledger import DatabaseLedger
from seatrial.adapters.store.replay import rebuild, replay
from seatrial.adapters.store.setup import migrate

GOLDEN = Path(__file__).parents[2] / "golden" / "store"
MIGRATIONS = Path(__file__).parents[3] / "src/seatrial/adapters/store/migrations"
DUMPS = sorted(path.stem for path in GOLDEN.glob("*.sql"))


def test_there_is_a_dump_of_every_version() -> None:
    numbers = sorted(path.name[:4] for path in MIGRATIONS.glob("0*.py"))
    assert numbers == DUMPS


@pytest.mark.parametrize("version", DUMPS)
def test_an_earlier_versions_data_is_kept(version: str, tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.executescript((GOLDEN / f"{version}.sql").read_text(encoding="utf-8"))
        entries = connection.execute('SELECT content FROM ledger_entry ORDER BY "index"').fetchall()
    connection.close()
    with named(str(path), "sqlite") as store:
        migrate(store.alias)
        ledger = DatabaseLedger([LAMPS], alias=store.alias)
        assert [one.content for one in ledger.since(0)] == [content for (content,) in entries]
        assert replay([LAMPS], alias=store.alias).tree == 0
        rebuild([LAMPS], alias=store.alias)
        assert replay([LAMPS], alias=store.alias).differences == ()
        again = ledger.handle(LAMP, lamp("0"), Move(by=1, words="word 0"), setting(), key="flow/0")
        assert again.repeated
        assert ledger.handle(LAMP, lamp("0"), Move(by=1), setting(99)).number > 0


def test_the_dumps_are_never_changed() -> None:
    """Their entries are what an installation holds; a change here would hide a break there."""
    found = hashlib.sha256((GOLDEN / "0001.sql").read_bytes()).hexdigest()
    assert found == "21c81d7d3ab85f0ab0f243efe07fc1358f70a5ad7906a0dd755539ed9691fcf5"
