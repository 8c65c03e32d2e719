"""Commands share a transaction when they wait anyway, and none is left behind."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from seatrial.adapters.store import command_queue
from seatrial.adapters.store.command_queue import CommandQueue, WaitingCommand
from seatrial.core.ledger.entry import StreamId
from seatrial.core.ledger.port import Outcome
from seatrial.core.problem import UnavailableError


def waiting() -> WaitingCommand:
    return WaitingCommand(run=lambda _draft: outcome(0), stream=StreamId("lamp/a"), key=None)


def outcome(number: int) -> Outcome[int]:
    return Outcome(entries=(), state=number, number=number)


class Serving:
    """Serves when it may; keeps the sizes of what it served together."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.may = Event()
        self.error: Exception | None = None

    def __call__(self, commands: Sequence[WaitingCommand]) -> None:
        assert self.may.wait(20)
        self.sizes.append(len(commands))
        for place, one in enumerate(commands):
            one.outcome = outcome(place)
        if self.error is not None:
            raise self.error


@pytest.fixture
def serving() -> Serving:
    return Serving()


def together(queue: CommandQueue, count: int, pool: ThreadPoolExecutor) -> list[object]:
    """Let threads hand in commands that all wait before the first is served."""
    futures = [pool.submit(queue.handle, waiting()) for _ in range(count)]
    while len(queue._waiting) < count:
        pass
    return list(futures)


def test_a_command_alone_is_served_at_once(serving: Serving) -> None:
    serving.may.set()
    assert CommandQueue(serving).handle(waiting()) == outcome(0)


@pytest.mark.parametrize(("most", "sizes"), [(100, [6]), (4, [4, 2])])
def test_commands_that_wait_are_served_together(
    serving: Serving, monkeypatch: pytest.MonkeyPatch, most: int, sizes: list[int]
) -> None:
    monkeypatch.setattr(command_queue, "MOST", most)
    queue = CommandQueue(serving)
    serving.may.set()
    with ThreadPoolExecutor(6) as pool:
        with queue.turn:
            futures = together(queue, 6, pool)
        numbers = [one.result(20).number for one in futures]  # type: ignore[attr-defined]  # futures
    assert sorted(numbers) == sorted(place for size in sizes for place in range(size))
    assert serving.sizes == sizes


def test_a_failed_commit_is_told_to_all_of_them(serving: Serving) -> None:
    queue = CommandQueue(serving)
    serving.error = UnavailableError("The disk is full.", "Make room.")
    serving.may.set()
    with ThreadPoolExecutor(3) as pool:
        with queue.turn:
            futures = together(queue, 3, pool)
        for one in futures:
            with pytest.raises(UnavailableError):
                one.result(20)  # type: ignore[attr-defined]  # a future
    serving.error = None
    assert queue.handle(waiting()) == outcome(0)


def test_when_the_first_is_interrupted_another_leads(serving: Serving) -> None:
    queue = CommandQueue(serving)
    serving.may.set()

    class Interrupted:
        def __enter__(self) -> None:
            assert queue._lock.acquire(timeout=20)
            queue._waiting.append(follower)
            queue._lock.release()
            raise KeyboardInterrupt

        def __exit__(self, *_: object) -> None:
            """Never entered."""

    follower = waiting()
    queue.turn = Interrupted()  # type: ignore[assignment]  # interrupted while it waits
    with pytest.raises(KeyboardInterrupt):
        queue.handle(waiting())
    assert follower.woken.is_set()
    assert queue._waiting == [follower]
