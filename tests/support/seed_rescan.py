"""Old cases and a rescan of them, in a portal that `seed_portal.py` filled.

`seed_rescan.py DATA [CLEAN]`: cases `planted`, `clean0` and so on, `broken`, `purged`, `withdrawn`,
`older` and `narrow`, whose terms know no audit, each with a sealed trial; orders a
rescan `r1` with the detector of `planted_trial.py`.
"""

import io
import sys
import tarfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import seed_worker as worker  # sets Django up
from planted_trial import DETECTOR, SIGN, old_trial, packed

from seatrial.core.people import CaseId
from seatrial.faces.desk.desk import Desk
from seatrial.faces.desk.evidence import ARCHIVE
from seatrial.faces.desk.rescans import Known, order_for, rescan_stream, take_detector
from seatrial.faces.desk.standing import OPERATOR, Whoever
from seatrial.faces.web.accounts.models import Account
from seatrial.review.rescan.aggregate import RESCAN
from seatrial.review.submission import events as happened
from seatrial.wiring.portal import the_blobs, the_clock, the_ledger


def seal(case: CaseId, content: bytes) -> None:
    eve = worker.acting("eve", OPERATOR)
    the_blobs().seal(case, BytesIO(content), ARCHIVE.format(trial="t1"), eve)


def older(folder: Path) -> bytes:
    """Pack as workers once did: with folders and extended headers."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w", format=tarfile.PAX_FORMAT) as tar:
        tar.add(folder, "t1")
    return held.getvalue().rstrip(b"\0") + bytes(2048)


def main(clean: int) -> None:
    names = ["planted", *(f"clean{one}" for one in range(clean)), "broken", "purged"]
    cases = [CaseId(one) for one in (*names, "withdrawn", "older")]
    with TemporaryDirectory() as there:
        planted = old_trial(Path(there) / "planted", command=SIGN)
        contents = {
            "planted": packed(planted, "t1"),
            "older": older(planted),
            "broken": b"x" * 2048,
        }
        innocent = packed(old_trial(Path(there) / "clean"), "t1")
    for case in cases:
        worker.accepted(case)
        seal(case, contents.get(case, innocent))
    worker.TERMS = replace(worker.TERMS, purposes=("evaluation",))
    worker.accepted(CaseId("narrow"))
    seal(CaseId("narrow"), contents["planted"])
    dora = worker.acting("dora", worker.LAB)
    worker.give(CaseId("withdrawn"), happened.Withdrawn(reason=""), dora)
    the_blobs().purge(CaseId("purged"), "A test.", dora)
    detector = take_detector(DETECTOR.encode())
    known = Known(name=detector.name, version=detector.version, rules=detector.digest)
    desk = Desk(ledger=the_ledger(), clock=the_clock(), by="test")
    eve = Whoever(person=Account.objects.get(name="eve").person_id)
    ordered = order_for(desk, eve, known, (), "audit")
    desk.do(eve, RESCAN, rescan_stream("r1"), ordered)
    sys.stdout.write("{}")


if __name__ == "__main__":
    main(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
