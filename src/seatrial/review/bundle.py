"""The evidence bundle's manifest: every file of a trial by digest, every sample in order."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from seatrial.core.canonical import Digest, canonical_json, digest_bytes
from seatrial.core.json_text import parse_json
from seatrial.core.problem import BadInputError
from seatrial.core.record import from_json, to_json
from seatrial.review.plan import Plan, plan_digest
from seatrial.review.sample import SampleResult
from seatrial.review.sample_json import sample_id

MANIFEST_SCHEMA = "seatrial.manifest/1"

PLAN_FILE = "plan.dsse.json"
TRIAL_FILE = "trial.json"
VERDICTS_FILE = "verdicts.jsonl"
PROBE_FILE = "probe.json"
THRESHOLDS_FILE = "policy/thresholds.toml"
SCOPE_FILE = "policy/scope.toml"
REPORT_JSON_FILE = "report.json"
REPORT_HTML_FILE = "report.html"
MANIFEST_FILE = "manifest.json"
STATEMENT_FILE = "statement.dsse.json"
JOURNAL_FOLDER = "journal/"
LOGS_FOLDER = "logs/"

UNLISTED = frozenset({MANIFEST_FILE, STATEMENT_FILE})
"""Files that the manifest cannot list: itself, and what signs it."""


class FileRole(StrEnum):
    """What a file of the bundle is."""

    PLAN = "plan"
    TRIAL = "trial"
    VERDICTS = "verdicts"
    PROBE = "probe"
    POLICY = "policy"
    REPORT = "report"
    JOURNAL = "journal"
    LOG = "log"
    OTHER = "other"


_ROLES = {
    PLAN_FILE: FileRole.PLAN,
    TRIAL_FILE: FileRole.TRIAL,
    VERDICTS_FILE: FileRole.VERDICTS,
    PROBE_FILE: FileRole.PROBE,
    THRESHOLDS_FILE: FileRole.POLICY,
    SCOPE_FILE: FileRole.POLICY,
    REPORT_JSON_FILE: FileRole.REPORT,
    REPORT_HTML_FILE: FileRole.REPORT,
}

REQUIRED = frozenset(_ROLES)
"""Without one of these a bundle is no trial."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestFile:
    """One file. path: relative to the trial's folder, with `/`. size: bytes."""

    path: str
    size: int
    sha256: Digest
    role: FileRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What `manifest.json` holds. samples: `role/task/epoch`, in the order of their lines."""

    schema: str
    trial: str
    plan: Digest
    samples: tuple[str, ...]
    files: tuple[ManifestFile, ...]


def describe_file(path: str, content: bytes) -> ManifestFile:
    """Describe one file of a trial for the manifest."""
    role = _ROLES.get(path, FileRole.OTHER)
    if path.startswith(JOURNAL_FOLDER):
        role = FileRole.JOURNAL
    elif path.startswith(LOGS_FOLDER):
        role = FileRole.LOG
    return ManifestFile(path=path, size=len(content), sha256=digest_bytes(content), role=role)


def build_manifest(
    *, trial: str, plan: Plan, samples: Iterable[SampleResult], files: Iterable[ManifestFile]
) -> Manifest:
    """Make the manifest. samples: in the order of `verdicts.jsonl`. files: any order."""
    return Manifest(
        schema=MANIFEST_SCHEMA,
        trial=trial,
        plan=plan_digest(plan),
        samples=tuple(str(sample_id(sample)) for sample in samples),
        files=tuple(
            sorted((one for one in files if one.path not in UNLISTED), key=lambda one: one.path)
        ),
    )


def write_manifest(manifest: Manifest) -> bytes:
    """Give the manifest's canonical JSON."""
    return canonical_json(to_json(manifest))


def read_manifest(content: bytes) -> Manifest:
    """Read a manifest.

    Raises: BadInputError naming the field; also for another schema.
    """
    parsed = parse_json(content, place=MANIFEST_FILE)
    manifest = from_json(Manifest, parsed, place=MANIFEST_FILE)
    if manifest.schema != MANIFEST_SCHEMA:
        raise BadInputError(
            f"{MANIFEST_FILE}: schema is {manifest.schema!r}, expected '{MANIFEST_SCHEMA}'.",
            "Verify it with the version of seatrial that made it.",
        )
    return manifest
