"""How long an auditor's machine takes to verify an export, beside hashing the same bytes.

    python benchmarks/ledger_verify.py [--entries N] [--runs N] [--publish]

Three processes read the same export from disk, each alone: one hashes its bytes (SHA-256 over the
file, what any check must at least do), one builds the Merkle tree over its lines and nothing
else, one runs the check of `seatrial ledger verify`. Processor time and peak memory are the
process's, from the kernel: the first says how fast it is when the machine is busy otherwise.
With --publish the table goes to docs/reference/performance.md.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from statistics import median

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from measuring import MIB, machine, publish, spread, table

from seatrial.adapters.keys import FileSigner
from seatrial.adapters.tlog.export_folder import ExportFolder, write_export
from seatrial.core.ledger.entry import Entry, StreamId, entry_bytes
from seatrial.core.ledger.tree import Frontier, leaf_hash
from seatrial.core.people import Actor, CaseId, PartyId, PersonId
from seatrial.formats.ledger_check import Verified, check_ledger
from seatrial.formats.ledger_checkpoint import SignedCheckpoint, sign_checkpoint
from seatrial.formats.ledger_export import ENTRIES_FILE
from seatrial.formats.note_key import key_from_pem

ENTRIES_A_STREAM = 25
ENTRIES_A_HEAD = 1000
START = datetime(2026, 6, 2, tzinfo=UTC)
SIGNER = FileSigner(Ed25519PrivateKey.from_private_bytes(bytes(32)))
KEY = key_from_pem("seatrial.example/ledger", SIGNER.public_pem)


def entries(count: int) -> Iterator[bytes]:
    """Entries as a portal writes them: some 400 bytes, each with an idempotency key."""
    for index in range(count):
        stream, number = divmod(index, ENTRIES_A_STREAM)
        case = f"{stream:032x}"
        yield entry_bytes(
            Entry(
                stream=StreamId(f"submission/{case}"),
                number=number,
                kind="submission.amended",
                at=START + timedelta(milliseconds=index),
                actor=Actor(
                    person=PersonId(f"{index % 500:032x}"),
                    party=PartyId(f"{index % 20:032x}"),
                    by="portal",
                ),
                case=CaseId(case),
                key=f"request-{index:032x}",
                facts={"field": "planned_dates", "digest": "sha256:" + f"{index:064x}"},
            )
        )


def make_export(folder: Path, count: int) -> None:
    """Write the export that is measured."""
    heads: list[SignedCheckpoint] = []

    def noted() -> Iterator[bytes]:
        tree = Frontier()
        for leaf in entries(count):
            tree, _ = tree.append(leaf_hash(leaf))
            if tree.size % ENTRIES_A_HEAD == 0 or tree.size == count:
                heads.append(sign_checkpoint(tree.size, tree.root(), KEY, SIGNER))
            yield leaf

    write_export(folder, noted(), heads, [KEY])


def hash_bytes(folder: Path) -> None:
    """Read and hash."""
    hashed = sha256()
    with (folder / ENTRIES_FILE).open("rb") as file:
        while piece := file.read(MIB):
            hashed.update(piece)


def build_tree(folder: Path) -> None:
    """Read, hash each entry, build the tree."""
    tree = Frontier()
    for leaf in ExportFolder(folder).leaves():
        tree, _ = tree.append(leaf_hash(leaf))
    tree.root()


def check(folder: Path) -> None:
    """What `seatrial ledger verify` does, without its progress bar."""
    export = ExportFolder(folder)
    found = check_ledger(export.leaves(), export.checkpoints(), [KEY])
    if not isinstance(found, Verified):
        raise SystemExit(str(found))


WAYS: dict[str, Callable[[Path], None]] = {
    "hash the bytes (floor)": hash_bytes,
    "build the tree": build_tree,
    "verify": check,
}


def one_run(way: str, folder: Path) -> None:
    """Measure in this process: seconds and peak bytes, printed."""
    started, worked = time.perf_counter(), time.process_time()
    WAYS[way](folder)
    seconds, busy = time.perf_counter() - started, time.process_time() - worked
    print(seconds, busy, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


def measure(way: str, folder: Path) -> tuple[float, float, float]:
    """Measure in a process of its own: seconds, seconds of processor time, peak MiB."""
    done = subprocess.run(
        [sys.executable, __file__, "--run", way, str(folder)],
        check=True,
        capture_output=True,
        text=True,
    )
    seconds, busy, peak = map(float, done.stdout.split())
    return seconds, busy, peak / MIB


def main() -> None:
    """Measure each way in turn, several times, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--publish", action="store_true")
    parser.add_argument("--run", nargs=2, metavar=("WAY", "FOLDER"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.run:
        one_run(given.run[0], Path(given.run[1]))
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "export"
        make_export(folder, given.entries)
        size = (folder / ENTRIES_FILE).stat().st_size
        measured = {way: [measure(way, folder) for _ in range(given.runs)] for way in WAYS}
    rows = [
        (
            way,
            spread([seconds for seconds, _, _ in runs]),
            spread([busy for _, busy, _ in runs]),
            f"{given.entries / median(busy for _, busy, _ in runs):,.0f}",
            spread([peak for _, _, peak in runs], 0),
        )
        for way, runs in measured.items()
    ]
    text = (
        f"{given.entries:,} entries, {size / MIB:.0f} MiB,"
        f" {given.entries // ENTRIES_A_STREAM:,} streams,"
        f" a signed head every {ENTRIES_A_HEAD:,} entries. {machine()}.\n\n"
        + table(("way", "seconds", "of a processor", "entries per such second", "peak MiB"), rows)
    )
    if given.publish:
        publish("ledger-verify", text)
    else:
        print(text)


if __name__ == "__main__":
    main()
