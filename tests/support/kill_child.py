"""A server to be killed: takes commands as lines of JSON, acknowledges each after its commit.

Started as `python kill_child.py DATABASE KEY`. Threads handle commands; one more signs
checkpoints all the while.
"""

import json
import os
import sys
import time
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

from lamp import LAMP, LAMPS, Move, lamp, setting

from seatrial.adapters.keys import load_or_make_signer
from seatrial.adapters.store.setup import set_up
from seatrial.core.ledger.aggregate import NotPossibleError
from seatrial.core.ledger.port import Ledger
from seatrial.formats.note_key import key_from_pem

THREADS = 4

Command = dict[str, Any]


def main(database: str, key: Path) -> None:
    set_up(database)
    # Models can be imported only once Django is configured.
    from seatrial.adapters.store.ledger import DatabaseLedger  # noqa: PLC0415 - see above

    ledger = DatabaseLedger([LAMPS])
    todo: SimpleQueue[Command] = SimpleQueue()
    for _ in range(THREADS):
        Thread(target=work, args=(ledger, todo), daemon=True).start()
    Thread(target=sign, args=(ledger, key), daemon=True).start()
    say({"ready": True})
    for line in sys.stdin:
        todo.put(json.loads(line))


def work(ledger: Ledger, todo: "SimpleQueue[Command]") -> None:
    while True:
        command = todo.get()
        try:
            written = carry(ledger, command) if "to" in command else move(ledger, command)
        except NotPossibleError:
            written = 0
        say({"key": command["key"], "written": written})


def move(ledger: Ledger, command: Command) -> int:
    """Some entries of one stream, in one command."""
    outcome = ledger.handle(
        LAMP, lamp(command["of"]), Move(by=command["by"]), setting(), key=command["key"]
    )
    return len(outcome.entries)


def carry(ledger: Ledger, command: Command) -> int:
    """Two streams together: one goes down, the other up."""
    with ledger.unit(key=command["key"]) as unit:
        down = unit.handle(LAMP, lamp(command["of"]), Move(by=-command["by"]), setting())
        up = unit.handle(LAMP, lamp(command["to"]), Move(by=command["by"]), setting())
    return len(down.entries) + len(up.entries)


def sign(ledger: Ledger, path: Path) -> None:
    from seatrial.adapters.store.checkpoints import Checkpoints  # noqa: PLC0415 - as above

    signer, _ = load_or_make_signer(path)
    key = key_from_pem("ledger.example", signer.public_pem)
    checkpoints = Checkpoints(ledger)
    while True:
        checkpoints.sign(key, signer)
        time.sleep(0.01)


def say(answer: Command) -> None:
    # One write of a short line: threads do not mix, a kill leaves no half of one.
    os.write(1, json.dumps(answer).encode() + b"\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
