"""Sign what a trials' host handed in: after everything was checked, by who runs no model output.

The bundle comes from where hostile code ran. It is unpacked into a folder of its own and verified
by a process without keys, against a signature that is thrown away; the real one is made last.
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from seatrial import __version__
from seatrial.adapters.bundle_archive import unpack
from seatrial.adapters.bundle_folder import BundleFolder
from seatrial.adapters.durable_file import write_durably
from seatrial.adapters.keys import FileSigner, load_or_make_signer
from seatrial.core.canonical import Digest, digest_bytes
from seatrial.core.json_text import parse_json
from seatrial.core.ledger.aggregate import Setting
from seatrial.core.people import CaseId
from seatrial.core.problem import BadInputError, UnavailableError
from seatrial.core.record import from_json
from seatrial.faces.desk.evidence import seal_evidence
from seatrial.faces.desk.host_orders import FINISHED, handed_in, is_left
from seatrial.faces.desk.orders import (
    WORKER,
    Ordered,
    case_of,
    ordered_trial,
    read_plan,
    safeguards_of,
)
from seatrial.faces.desk.trial_evidence import Evidence
from seatrial.faces.desk.trusted_keys import FILE as TRUSTED
from seatrial.faces.worker.trial_child import KEPT_ENVIRONMENT
from seatrial.formats.in_toto import build_statement, sign_statement
from seatrial.formats.report_json import read_report_json
from seatrial.review.bundle import (
    MANIFEST_FILE,
    PLAN_FILE,
    REPORT_HTML_FILE,
    REPORT_JSON_FILE,
    STATEMENT_FILE,
    TRIAL_FILE,
)
from seatrial.review.shown import shown
from seatrial.review.trial import TrialRecord
from seatrial.wiring.portal import the_blobs, the_clock
from seatrial.wiring.worker import (
    remove_signing,
    signing_folder,
    signing_key,
    the_leases,
)

VERIFY_SECONDS = 3600
"""Of one bundle; one of 10,000 samples takes some minutes. What takes longer is not signed."""

VERIFY_BYTES = 16 * 1024**3
"""Of address space of the process that verifies: a bundle must not wear this machine out."""

_VERIFY = (
    "import resource\n"
    f"resource.setrlimit(resource.RLIMIT_AS, ({VERIFY_BYTES}, {VERIFY_BYTES}))\n"
    "from seatrial.faces.cli.main import main\n"
    "main()"
)

_DISAGREES = 1
"""Exit status of `seatrial verify` for a bundle that does not hold, and of one that broke it."""

_MOST_SHOWN = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What came of it. statement: None without one; why: in words."""

    statement: Digest | None
    why: str


def sign_evidence(case: CaseId, trial: str, key: str) -> Signed | None:
    """Check, sign and seal; None when nothing waits for it any more.

    key: idempotency key of what is sealed.
    Raises: ProblemError when it cannot be done now.
    """
    ordered, given = ordered_trial(case), handed_in(case, trial)
    if ordered is None or ordered.started.trial != trial:
        return None
    if given is None:
        left = is_left(ordered)
        return Signed(statement=None, why="access ended and nothing came") if left else None
    digest, ended = given
    if ended != FINISHED:
        return Signed(statement=None, why="stopped: its evidence is sealed as it was")
    setting = Setting(at=the_clock().now(), actor=WORKER)
    # All of ours before anything of the host's: what fails from here on is the bundle's.
    signer, _ = load_or_make_signer(signing_key())
    plan = read_plan(ordered, setting)
    folder = signing_folder(case, trial)
    remove_signing(case, trial)
    folder.mkdir(parents=True, mode=0o700)
    try:
        with TemporaryFile(dir=folder.parent) as archive:
            the_blobs().read_into(digest, ordered.purpose, setting, archive)
            archive.seek(0)
            try:
                unpack(archive, trial, folder)
                statement = check_bundle(ordered, plan, folder)
            except BadInputError as problem:
                what = shown(problem.what, _MOST_SHOWN)
                return Signed(statement=None, why=f"refused, and not signed: {what}")
        signed = sign_statement(statement, signer)
        read = BundleFolder(folder).read
        files = Evidence(
            statement=signed,
            manifest=read(MANIFEST_FILE),
            report_data=read(REPORT_JSON_FILE),
            report_page=read(REPORT_HTML_FILE),
        )
        seal_evidence(the_blobs(), case, trial, files, setting, key=key)
    finally:
        remove_signing(case, trial)
    return Signed(statement=digest_bytes(signed), why="ended")


def check_bundle(ordered: Ordered, plan: bytes, folder: Path) -> bytes:
    """Hold an unsigned bundle against its order and itself; give the statement to sign.

    plan: the case's signed plan. Raises: BadInputError for the first thing that disagrees.
    """
    bundle = BundleFolder(folder)
    try:
        content = {name: bundle.read(name) for name in _READ}
    except OSError as error:
        raise _disagrees(f"{error.filename} cannot be read") from error
    if content[PLAN_FILE] != plan:
        raise _disagrees(f"{PLAN_FILE} is not the case's plan")
    if STATEMENT_FILE in bundle.listing():
        raise _disagrees(f"{STATEMENT_FILE} is there already")
    report = read_report_json(content[REPORT_JSON_FILE], place=REPORT_JSON_FILE)
    # Another version's page could not be rendered again, and would be anything.
    if report.software != __version__:
        raise _disagrees(f"it was made by version {report.software}, here is {__version__}")
    _check_ordered(ordered, content[TRIAL_FILE])
    statement = build_statement(report, content[MANIFEST_FILE])
    _verify(folder, statement)
    return statement


_READ = (PLAN_FILE, TRIAL_FILE, REPORT_JSON_FILE, MANIFEST_FILE)


def _check_ordered(ordered: Ordered, content: bytes) -> None:
    record = from_json(TrialRecord, parse_json(content, place=TRIAL_FILE), place=TRIAL_FILE)
    state, lease = case_of(ordered), the_leases().of(ordered.case, ordered.started.trial)
    expected: dict[str, tuple[object, object]] = {
        "trial": (record.trial, ordered.name),
        "operator": (record.operator, ordered.by),
        "started": (record.started, ordered.began),
        "monitor": (record.monitor, True),
        "safeguards": (
            record.model.safeguards,
            safeguards_of(state, ordered.started.variant),
        ),
        "checkpoint": (record.model.checkpoint, state.model.digest),
        "anchor": (record.anchor, None),
    }
    # The work database may have been lost meanwhile.
    if lease is not None and lease.model:
        expected["model"] = (record.model.name, lease.model)
    for name, (found, wanted) in expected.items():
        if found != wanted:
            raise _disagrees(f"{TRIAL_FILE}: {name} is {found}, ordered was {wanted}")


def _verify(folder: Path, statement: bytes) -> None:
    """Verify the bundle as anyone does, under a signature that is thrown away."""
    passing = FileSigner(Ed25519PrivateKey.generate())
    public = folder.with_name(f"{folder.name}.pem")
    write_durably(public, passing.public_pem, mode=0o600)
    write_durably(folder / STATEMENT_FILE, sign_statement(statement, passing))
    keys = [public, Path(settings.DATA) / TRUSTED]
    if not keys[1].exists():
        raise UnavailableError(
            f"The portal trusts no evaluator's signing key: {keys[1]} is not there.",
            "Whoever runs the portal puts the evaluators' public keys there, as PEM.",
        )
    given = [option for one in keys for option in ("--key", str(one))]
    try:
        ran = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", _VERIFY, "verify", str(folder), *given],
            env={name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=VERIFY_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _disagrees(f"it was not verified within {VERIFY_SECONDS} s") from error
    finally:
        (folder / STATEMENT_FILE).unlink()
        public.unlink()
    if ran.returncode > _DISAGREES:
        raise UnavailableError(
            f"Evidence cannot be verified here (exit status {ran.returncode}).",
            f"See that {keys[1]} holds PEM public keys, and that seatrial[runner] is installed.",
        )
    if ran.returncode:
        lines = ran.stdout.decode(errors="replace").splitlines()
        found = lines[1].strip() if len(lines) > 1 else "it cannot be evaluated"
        raise _disagrees(found)


def _disagrees(what: str) -> BadInputError:
    return BadInputError(f"The host's evidence does not hold: {what}.", "Look into the host.")
