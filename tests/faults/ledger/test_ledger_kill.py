"""A server killed under load loses nothing that it acknowledged, and leaves nothing half done."""

import json
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import kill_child
import pytest
from lamp import LAMP, LAMPS, lamp
from stores import Store

from seatrial.adapters.keys import load_or_make_signer
from seatrial.adapters.store.checkpoints import Checkpoints
from seatrial.adapters.store.ledger import DatabaseLedger
from seatrial.adapters.store.replay import replay
from seatrial.core.ledger.aggregate import NotPossibleError
from seatrial.core.seeding import SeedStream
from seatrial.formats.note_key import key_from_pem

CHILD = Path(__file__).parents[2] / "support" / "kill_child.py"
COMMANDS = 200
ROUNDS = 10
"""Kills that one database survives: what one leaves behind, the next one finds."""

LAMPS_USED = 8
LATEST_KILL_US = 5000
"""After the acknowledgement that the kill waits for; some commits take as long."""

Command = dict[str, Any]


def commands(number: int) -> list[Command]:
    """Of one round: entries one by one, several at once, and pairs that belong together."""
    stream = SeedStream(number, "kill")
    made: list[Command] = []
    for place in range(COMMANDS):
        of, to = str(stream.below(LAMPS_USED)), str(stream.below(LAMPS_USED))
        command: Command = {"key": f"r{number}/{place}", "of": of, "by": 1 + stream.below(3)}
        if stream.below(3) == 0 and of != to:
            command["to"] = to
        made.append(command)
    return made


@contextmanager
def server(store: Store, key: Path) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(
        [sys.executable, CHILD, store.where, key],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        try:
            assert process.stdout is not None
            assert json.loads(process.stdout.readline()) == {"ready": True}
            yield process
        finally:
            process.kill()


def send(process: "subprocess.Popen[bytes]", sent: Sequence[Command]) -> None:
    assert process.stdin is not None
    process.stdin.write(b"".join(json.dumps(one).encode() + b"\n" for one in sent))
    process.stdin.flush()


def answers(process: "subprocess.Popen[bytes]", most: int) -> dict[str, int]:
    """Read acknowledgements: so many, or all until the end."""
    assert process.stdout is not None
    found: dict[str, int] = {}
    while len(found) < most and (line := process.stdout.readline()):
        answer = json.loads(line)
        found[answer["key"]] = answer["written"]
    return found


def size_of(command: Command) -> int:
    return int(command["by"]) * (2 if "to" in command else 1)


def written(ledger: DatabaseLedger, start: int) -> Counter[str]:
    """How many entries the ledger has of each command since an index."""
    keys = (one.entry.key for one in ledger.since(start))
    return Counter(re.split("[#+]", key)[0] for key in keys if key)


def resend(ledger: DatabaseLedger, sent: Sequence[Command], held: Counter[str]) -> None:
    """The client does not know what became of its commands, and sends them again."""
    for command in sent:
        try:
            do = kill_child.carry if "to" in command else kill_child.move
            count = do(ledger, command)
        except NotPossibleError:
            count = 0
        if held[command["key"]]:
            assert count == held[command["key"]]


def survive(store: Store, folder: Path, session: int) -> int:
    """Kill a server so many times; give how often it had commands in work."""
    ledger = DatabaseLedger([LAMPS], alias=store.alias)
    signing_key = folder / "ledger.pem"
    signer, _ = load_or_make_signer(signing_key)
    key = key_from_pem("ledger.example", signer.public_pem)
    checkpoints = Checkpoints(ledger, alias=store.alias)
    interrupted = 0
    for number in range(session * ROUNDS, (session + 1) * ROUNDS):
        sent, start = commands(number), ledger.head().size
        with server(store, signing_key) as process:
            send(process, sent)
            moment = SeedStream(number, "moment")
            acknowledged = answers(process, moment.below(COMMANDS))
            time.sleep(moment.below(LATEST_KILL_US) / 1_000_000)
            process.send_signal(signal.SIGKILL)
            acknowledged |= answers(process, COMMANDS)
        # PostgreSQL may still be at the last command it was sent: wait for its lock.
        with ledger.unit():
            pass

        held = written(ledger, start)
        sizes = {one["key"]: size_of(one) for one in sent}
        for name, count in acknowledged.items():
            assert held[name] == count
        assert {held[name] for name in sizes if held[name] != sizes[name]} <= {0}
        latest = checkpoints.latest()
        assert latest is None or latest.checkpoint.size <= ledger.head().size
        interrupted += len(acknowledged) < COMMANDS
        resend(ledger, sent[:: COMMANDS // 20], held)
        assert written(ledger, start) | held == written(ledger, start)
        assert replay([LAMPS], alias=store.alias).differences == ()
        assert checkpoints.sign(key, signer).checkpoint.size == ledger.head().size
    states = [ledger.state(LAMP, lamp(str(name)))[0] for name in range(LAMPS_USED)]
    assert all(state.height >= 0 for state in states)
    assert sum(state.moves for state in states) == ledger.head().size
    return interrupted


@pytest.mark.slow
def test_ten_kills_lose_nothing(store: Store, tmp_path: Path) -> None:
    assert survive(store, tmp_path, 0) >= ROUNDS // 2


@pytest.mark.soak
@pytest.mark.slow
@pytest.mark.parametrize("session", range(1, 21))
def test_two_hundred_kills_lose_nothing(store: Store, tmp_path: Path, session: int) -> None:
    assert survive(store, tmp_path, session) >= ROUNDS // 2
