"""Durable appends a second: the ledger against its bare database writing the same rows.

Both write to tables of the same make, with a commit on the disk for each command; rounds
alternate. Needs Debian's `postgresql`. Writes a section of docs/reference/performance.md.
"""

import argparse
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread

from measuring import machine, program_version, publish, spread, table

from seatrial.adapters.store.setup import add_database, migrate, set_up

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

THREADS = (1, 8)
BLOCK = 10
"""Commands between two turns of one thread."""

Place = Callable[[], str]
Write = Callable[[int], None]
NUMBERS = count()


def rate(threads: int, first: int, end: int, opened: Callable[[], object]) -> float:
    """Let threads share the commands from `first` to `end`; give how many were done a second."""
    todo: SimpleQueue[int] = SimpleQueue()
    for number in range(first, end):
        todo.put(number)
    errors: list[BaseException] = []

    def work() -> None:
        try:
            with opened() as write:  # type: ignore[attr-defined]  # a context manager of Write
                while True:
                    write(todo.get_nowait())
        except Empty:
            pass
        except BaseException as error:  # noqa: BLE001 - raised again below
            errors.append(error)

    running = [Thread(target=work) for _ in range(threads)]
    start = time.perf_counter()
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    if errors:
        raise errors[0]
    return (end - first) / (time.perf_counter() - start)


def alternating(first: int, end: int, writes: Sequence[Write]) -> list[float]:
    """Let one thread do the commands in small blocks, in turn; give each one's rate.

    What else the machine does meanwhile falls on all alike.
    """
    spent = [0.0] * len(writes)
    for start in range(first, end, BLOCK):
        for place, write in enumerate(writes):
            begun = time.perf_counter()
            for number in range(start, min(start + BLOCK, end)):
                write(number)
            spent[place] += time.perf_counter() - begun
    return [(end - first) / one for one in spent]


def empty(place: Place) -> tuple[str, str]:
    """Make an empty store; give its alias and where it is."""
    alias, where = f"bench{next(NUMBERS)}", place()
    add_database(alias, where)
    migrate(alias)
    return alias, where


def measure(vendor: str, place: Place, rounds: int, commands: int) -> list[list[str]]:
    """Measure bare database and ledger in turn; give the table's lines."""
    import ledger_writers as writers  # noqa: PLC0415 - Django is set up by now

    bare = {"SQLite": writers.bare_sqlite, "PostgreSQL": writers.bare_postgres}[vendor]
    rows = writers.recorded_rows(empty(place)[0], commands)
    rates: dict[tuple[int, str], list[float]] = {
        (threads, which): [] for threads in THREADS for which in ("bare", "ledger")
    }
    for _ in range(rounds):
        for threads in THREADS[1:]:
            _, where = empty(place)
            opened: Callable[[], AbstractContextManager[Write]] = partial(bare, where, rows)
            # Both begin with a store that has the first entry of every stream.
            rate(1, 0, writers.STREAMS, opened)
            rates[threads, "bare"].append(rate(threads, writers.STREAMS, commands, opened))
            ledger = writers.DatabaseLedger([writers.BLOBS], alias=empty(place)[0])
            opened = partial(writers.whole_ledger, ledger)
            rate(1, 0, writers.STREAMS, opened)
            rates[threads, "ledger"].append(rate(threads, writers.STREAMS, commands, opened))
        _, where = empty(place)
        ledger = writers.DatabaseLedger([writers.BLOBS], alias=empty(place)[0])
        with bare(where, rows) as plain, writers.whole_ledger(ledger) as whole:
            alternating(0, writers.STREAMS, (plain, whole))
            found = alternating(writers.STREAMS, commands, (plain, whole))
        rates[1, "bare"].append(found[0])
        rates[1, "ledger"].append(found[1])
    lines = []
    for threads in THREADS:
        without, with_ledger = rates[threads, "bare"], rates[threads, "ledger"]
        share = [one / other for one, other in zip(with_ledger, without, strict=True)]
        name = f"{vendor}, {threads} thread{'s' if threads > 1 else ''}"
        lines.append([name, spread(without, 0), spread(with_ledger, 0), spread(share, 2)])
    return lines


@contextmanager
def sqlite_places() -> Iterator[Place]:
    """Give paths in a folder that is removed."""
    folder = Path(tempfile.mkdtemp(prefix="seatrial-bench-"))
    yield lambda: str(folder / f"{next(NUMBERS)}.sqlite3")
    shutil.rmtree(folder)


@contextmanager
def postgres_places() -> Iterator[Place]:
    """Give databases of a server with its default settings: every commit reaches the disk."""
    from postgres_server import running_postgres  # noqa: PLC0415 - of the tests' folder

    with running_postgres() as server:
        yield lambda: server.url(server.create())


def main() -> None:
    """Measure, write the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--commands", type=int, default=1000)
    parser.add_argument("--dry", action="store_true", help="print only")
    wanted = parser.parse_args()
    set_up(":memory:")
    lines = []
    for vendor, places in (("SQLite", sqlite_places), ("PostgreSQL", postgres_places)):
        with places() as place:
            lines += measure(vendor, place, wanted.rounds, wanted.commands)
    from postgres_server import newest_programs  # noqa: PLC0415 - as above

    version = program_version(str(newest_programs() / "postgres"), "--version")
    headings = ("durable appends a second", "bare database", "ledger", "ledger / bare")
    text = f"{table(headings, lines)}\n{machine()}; SQLite {sqlite3.sqlite_version}, {version}."
    if wanted.dry:
        print(text)
    else:
        publish("ledger-appends", text)


if __name__ == "__main__":
    main()
