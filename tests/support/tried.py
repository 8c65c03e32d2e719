"""Plans and evidence of trials that workers run in tests."""

import io
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

from served_portal import SEATRIAL
from worker_portal import Workplace

ROOT = Path(__file__).parents[2]
PLAN = ROOT / "tests" / "journeys" / "small.toml"


def signed_plan(folder: Path, draft: Path = PLAN) -> Path:
    """Sign a plan, without controls; the small one has four samples."""
    plan = folder / "plan.dsse.json"
    command = ["plan", "commit", str(draft), "--out", str(plan), "--no-controls"]
    key = ["--signing-key", str(folder / "key.pem")]
    ran = subprocess.run(
        [SEATRIAL, *command, *key], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return plan


def records_of(place: Workplace) -> dict[str, bytes]:
    """Give the finished samples of the running trial."""
    folder = place.data / "trials" / "tried" / "t1"
    found = folder.glob("work/records/*/*.json")
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def unpacked(files: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Give files, and what is in those that are archives of Inspect's."""
    for name, content in files.items():
        yield name, content
        if name.endswith(".eval"):
            # Packed with a method that Python 3.11 does not know; importing this teaches it.
            import zipfile_zstd  # noqa: F401, PLC0415 - see above

            with ZipFile(io.BytesIO(content)) as log:
                for member in log.namelist():
                    yield f"{name}/{member}", log.read(member)


def archive_of(place: Workplace) -> dict[str, bytes]:
    """Open the sealed archive of the trial."""
    content = bytes.fromhex(
        place.ask(
            "from seatrial.adapters.store.models import StreamRow\n"
            "from seatrial.faces.desk.orders import WORKER\n"
            "from seatrial.core.ledger.aggregate import Setting\n"
            "rows = StreamRow.objects.filter(aggregate='sealed', state__contains='trial-archive')\n"
            "digests = ['sha256:' + one.stream.partition('/')[2] for one in rows]\n"
            "assert len(digests) == 1, digests\n"
            "setting = Setting(at=the_clock().now(), actor=WORKER)\n"
            "answer = the_blobs().read(digests[0], 'test', setting).hex()"
        )
    )
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        files = [one for one in tar.getmembers() if one.isfile()]
        return {
            one.name.partition("/")[2]: file.read()
            for one in files
            if (file := tar.extractfile(one)) is not None
        }
