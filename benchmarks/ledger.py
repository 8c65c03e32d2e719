"""Durable appends a second: the ledger, its bare database writing the same rows, and a peer.

Each has a commit on the disk for each command; rounds alternate. Needs Debian's `postgresql`; the
peer is the library `eventsourcing`, left out where it is not installed. Writes a section of
docs/reference/performance.md.
"""

import argparse
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from importlib import metadata
from importlib.util import find_spec
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

PEER = "eventsourcing"

Place = Callable[[], str]
Write = Callable[[int], None]
Opened = Callable[[], AbstractContextManager[Write]]
"""Opens one thread's writer to a store."""

Fresh = Callable[[], AbstractContextManager[Opened]]
"""Makes an empty store."""

NUMBERS = count()


def rate(threads: int, first: int, end: int, opened: Opened) -> float:
    """Let threads share the commands from `first` to `end`; give how many were done a second."""
    todo: SimpleQueue[int] = SimpleQueue()
    for number in range(first, end):
        todo.put(number)
    errors: list[BaseException] = []

    def work() -> None:
        try:
            with opened() as write:
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


def contenders(vendor: str, place: Place, commands: int) -> dict[str, Fresh]:
    """Give what is compared: each opens a fresh store of its own."""
    import ledger_writers as writers  # noqa: PLC0415 - Django is set up by now

    bare = {"SQLite": writers.bare_sqlite, "PostgreSQL": writers.bare_postgres}[vendor]
    rows = writers.recorded_rows(empty(place)[0], commands)

    @contextmanager
    def fresh_bare() -> Iterator[Opened]:
        yield partial(bare, empty(place)[1], rows)

    @contextmanager
    def fresh_ledger() -> Iterator[Opened]:
        ledger = writers.DatabaseLedger([writers.BLOBS], alias=empty(place)[0])
        yield partial(writers.whole_ledger, ledger)

    found: dict[str, Fresh] = {"bare": fresh_bare, "ledger": fresh_ledger}
    if peer_version() is not None:
        from ledger_peer import blobs_at  # noqa: PLC0415 - needs what may be missing

        found["peer"] = lambda: blobs_at(place(), writers.STREAMS)
    return found


def measure(vendor: str, place: Place, rounds: int, commands: int) -> list[list[str]]:
    """Measure bare database, ledger and peer in turn; give the table's lines."""
    from ledger_writers import STREAMS  # noqa: PLC0415 - Django is set up by now

    fresh = contenders(vendor, place, commands)
    rates: dict[tuple[int, str], list[float]] = {
        (threads, which): [] for threads in THREADS for which in fresh
    }
    for _ in range(rounds):
        for threads in THREADS[1:]:
            for which, store in fresh.items():
                with store() as opened:
                    # All begin with a store that has the first entry of every stream.
                    rate(1, 0, STREAMS, opened)
                    rates[threads, which].append(rate(threads, STREAMS, commands, opened))
        with ExitStack() as stack:
            stores = [stack.enter_context(store()) for store in fresh.values()]
            writes = [stack.enter_context(opened()) for opened in stores]
            alternating(0, STREAMS, writes)
            for which, found in zip(fresh, alternating(STREAMS, commands, writes), strict=True):
                rates[1, which].append(found)
    return [
        line(vendor, threads, {one: rates[threads, one] for one in fresh}) for threads in THREADS
    ]


def line(vendor: str, threads: int, rates: dict[str, list[float]]) -> list[str]:
    """Give a line of the table."""
    ledger, bare, peer = rates["ledger"], rates["bare"], rates.get("peer", [])
    return [
        f"{vendor}, {threads} thread{'s' if threads > 1 else ''}",
        *(spread(one, 0) for one in (bare, ledger, peer)),
        spread([one / other for one, other in zip(ledger, bare, strict=True)], 2),
        spread([one / other for one, other in zip(ledger, peer, strict=False)], 2),
    ]


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


def peer_version() -> str | None:
    """Give the peer's name and version; None when it is not here, or cannot reach PostgreSQL."""
    if find_spec(PEER) is None or find_spec("psycopg_pool") is None:
        return None
    return f"{PEER} {metadata.version(PEER)}"


def main() -> None:
    """Measure, write the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--commands", type=int, default=1000)
    parser.add_argument("--dry", action="store_true", help="print only")
    wanted = parser.parse_args()
    set_up(":memory:")
    if peer_version() is None:
        print(f"no peer: {PEER} is not installed (with psycopg_pool)", file=sys.stderr)
    lines = []
    for vendor, places in (("SQLite", sqlite_places), ("PostgreSQL", postgres_places)):
        with places() as place:
            lines += measure(vendor, place, wanted.rounds, wanted.commands)
    from postgres_server import newest_programs  # noqa: PLC0415 - as above

    version = program_version(str(newest_programs() / "postgres"), "--version")
    headings = (
        *("durable appends a second", "bare database", "ledger", "peer"),
        *("ledger / bare", "ledger / peer"),
    )
    ran = f"{machine()}; SQLite {sqlite3.sqlite_version}, {version}; peer: {peer_version() or '-'}"
    text = f"{table(headings, lines)}\n{ran}."
    if wanted.dry:
        print(text)
    else:
        publish("ledger-appends", text)


if __name__ == "__main__":
    main()
