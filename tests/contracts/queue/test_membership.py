"""Workers among each other, on both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from postgres_server import PostgresServer

from seatrial.adapters.queue.board import Boards, FinishedSample, TrialBoard
from seatrial.adapters.queue.membership import Membership
from seatrial.adapters.queue.work_database import open_work_database
from seatrial.core.people import CaseId

CASE = CaseId("c")


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'work.sqlite3'}"
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        url = server.url(server.create()).replace("postgresql:", "postgresql+psycopg:")
    opened = open_work_database(url)
    yield opened
    opened.dispose()


def member(engine: sa.Engine, name: str) -> Membership:
    """Give a worker that beats only when it is told to."""
    one = Membership(
        engine=engine,
        executor=name,
        fenced=lambda _: None,
        dead=lambda _: None,
        beat_seconds=3600,
    )
    one.join()
    return one


def test_a_worker_that_beats_lives_and_one_that_stands_still_is_buried(engine: sa.Engine) -> None:
    watcher, living, dead = (member(engine, name) for name in ("watcher", "living", "dead"))

    assert watcher.bury(now=0) == []
    assert living.beat()
    assert watcher.bury(now=29) == []
    assert living.beat()
    assert watcher.bury(now=31) == ["dead"]
    assert watcher.living() == {"watcher", "living"}
    assert not dead.beat(), "a buried worker must learn of it"


def test_a_worker_is_measured_from_when_it_was_first_seen(engine: sa.Engine) -> None:
    """No clock of another host takes part: a newcomer waits the whole time before it buries."""
    watcher = member(engine, "watcher")
    member(engine, "other")

    assert watcher.bury(now=1_000_000) == []
    assert watcher.bury(now=1_000_029) == []
    assert watcher.bury(now=1_000_030) == ["other"]


def test_of_many_one_buries(engine: sa.Engine) -> None:
    watchers = [member(engine, f"watcher{number}") for number in range(4)]
    member(engine, "dead")
    for one in watchers:
        one.bury(now=0)
    for one in watchers:
        one.beat()
    for one in watchers:
        one.bury(now=1)
    with ThreadPoolExecutor(4) as threads:
        buried = list(threads.map(lambda one: one.bury(now=30.5), watchers))

    assert [name for names in buried for name in names] == ["dead"]


def test_who_leaves_is_no_longer_among_the_living(engine: sa.Engine) -> None:
    one = member(engine, "one")
    one.leave()

    assert one.living() == frozenset()


def test_a_worker_whose_row_is_gone_is_told_to_stop(engine: sa.Engine) -> None:
    from threading import Event  # noqa: PLC0415 - for this test alone

    told: list[str] = []
    done = Event()

    def fenced(why: str) -> None:
        told.append(why)
        done.set()

    one = Membership(
        engine=engine, executor="one", fenced=fenced, dead=lambda _: None, beat_seconds=0.01
    )
    one.join()
    watcher = member(engine, "watcher")
    watcher._remove(sa.text("executor = 'one'"))  # type: ignore[arg-type]  # a clause all the same

    assert done.wait(10)
    assert told == ["another worker took its work over"]


def test_a_board_keeps_each_sample_once(engine: sa.Engine) -> None:
    boards = Boards(engine)
    sample = FinishedSample(
        role="model", sample="a", outcome="solved", model_calls=2, tokens=30, cost_usd=None
    )
    assert boards.board(CASE, "t") is None
    boards.say(CASE, "t", "starting")
    boards.say(CASE, "t", "trying", planned=4)
    boards.finish(CASE, "t", sample)
    boards.finish(CASE, "t", sample)
    boards.say(CASE, "t", "ended")

    assert boards.board(CASE, "t") == TrialBoard(planned=4, said="ended", samples=(sample,))
    boards.forget(CASE)
    assert boards.board(CASE, "t") is None
