"""Verify an evidence bundle, offline: is it whole, unaltered, and signed by someone trusted?"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from seatrial.core.canonical import Digest, digest_bytes
from seatrial.core.problem import BadInputError
from seatrial.formats.bundle_content import ReadLogs, check_content
from seatrial.formats.dsse import Opened, Trust, open_envelope
from seatrial.formats.finding import Finding
from seatrial.formats.in_toto import (
    PREDICATE_TYPE,
    STATEMENT_PAYLOAD_TYPE,
    STATEMENT_TYPE,
    Statement,
    read_statement,
)
from seatrial.formats.signed_plan import open_plan
from seatrial.review.bundle import (
    MANIFEST_FILE,
    PLAN_FILE,
    REQUIRED,
    STATEMENT_FILE,
    UNLISTED,
    Manifest,
    describe_file,
    read_manifest,
    write_manifest,
)
from seatrial.review.plan import plan_digest


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleReader:
    """Access to a bundle. read: path to bytes, raises OSError. listing: every path there is.

    read_logs: names of Inspect logs to what they say.
    """

    read: Callable[[str], bytes]
    listing: Collection[str]
    read_logs: ReadLogs


def verify_bundle(
    read: Callable[[str], bytes],
    listing: Collection[str],
    trusted_keys: Mapping[str, Ed25519PublicKey],
    *,
    read_logs: ReadLogs,
    software: str,
) -> tuple[Finding, ...]:
    """Check everything, in order: signer, statement, manifest, files, plan, content.

    The logs are read last, and only when all before them agrees: they need the largest parser.
    read: path in the bundle to bytes; may raise OSError. listing: every file of the bundle.
    trusted_keys: key id to key; without one the signer is unknown, whatever else holds.
    software: own version; a `report.html` of the same version is rendered again and compared.
    Returns: findings, the first thing that disagrees first; empty when all agrees.
    """
    bundle = BundleReader(read=read, listing=frozenset(listing), read_logs=read_logs)
    found: list[Finding] = []
    try:
        for finding in _verify(bundle, trusted_keys, software, found):
            found.append(finding)  # noqa: PERF402 - what was found stays when the next step fails
    except (BadInputError, OSError) as error:
        found.append(_unreadable(error))
    except Exception as error:  # noqa: BLE001 - signed nonsense may break any computation on it
        found.append(
            Finding(
                code="unreadable",
                where="",
                what=f"The content cannot be evaluated: {type(error).__name__}: {error}.",
            )
        )
    return tuple(found)


def _verify(
    bundle: BundleReader,
    trusted_keys: Mapping[str, Ed25519PublicKey],
    software: str,
    found: Collection[Finding],
) -> Iterator[Finding]:
    """Give findings. found: those given so far.

    Raises: BadInputError, OSError for what cannot be read, which ends the check.
    """
    content = bundle.read(STATEMENT_FILE)
    opened = open_envelope(content, trusted_keys, place=STATEMENT_FILE)
    yield from trust_findings(opened, STATEMENT_FILE, trusted_keys)
    statement = read_statement(opened.payload, place=STATEMENT_FILE)
    manifest_bytes = bundle.read(MANIFEST_FILE)
    yield from _statement_findings(statement, opened, manifest_bytes)
    manifest = read_manifest(manifest_bytes)
    if write_manifest(manifest) != manifest_bytes:
        yield Finding(code="manifest", where=MANIFEST_FILE, what="It is not in canonical form.")
    yield from _file_findings(bundle, manifest)
    plan, opened_plan = open_plan(bundle.read(PLAN_FILE), trusted_keys, place=PLAN_FILE)
    yield from trust_findings(opened_plan, PLAN_FILE, trusted_keys)
    digest = plan_digest(plan)
    for where, named in ((MANIFEST_FILE, manifest.plan), (STATEMENT_FILE, _plan_of(statement))):
        if named != digest:
            yield Finding(
                code="plan_digest", where=where, what=f"It names plan {named}, signed was {digest}."
            )
    yield from check_content(
        bundle.read,
        None if found else bundle.read_logs,
        manifest,
        plan,
        statement=opened.payload,
        software=software,
    )


def trust_findings(
    opened: Opened, where: str, trusted_keys: Mapping[str, Ed25519PublicKey]
) -> Iterator[Finding]:
    """Say what is wrong with an envelope's signer, if anything."""
    keys = ", ".join(opened.keyids)
    if opened.trust is Trust.FORGED:
        yield Finding(
            code="signature",
            where=where,
            what=f"The signature that names trusted key {keys} does not fit the content.",
        )
    elif opened.trust is Trust.UNKNOWN:
        why = "signed by no trusted key" if trusted_keys else "no trusted key was given"
        yield Finding(
            code="signer_unknown", where=where, what=f"Signer unknown: {why} (key {keys})."
        )


def _statement_findings(statement: Statement, opened: Opened, manifest: bytes) -> Iterator[Finding]:
    expected = (
        ("payloadType", opened.payload_type, STATEMENT_PAYLOAD_TYPE),
        ("_type", statement.type, STATEMENT_TYPE),
        ("predicateType", statement.predicateType, PREDICATE_TYPE),
    )
    for name, found, wanted in expected:
        if found != wanted:
            yield Finding(
                code="statement", where=STATEMENT_FILE, what=f"{name} is {found!r}, not {wanted!r}."
            )
    subjects = {one.name: one.digest.get("sha256") for one in statement.subject}
    if "sha256:" + str(subjects.get(MANIFEST_FILE)) != digest_bytes(manifest):
        yield Finding(
            code="manifest",
            where=MANIFEST_FILE,
            what="Its digest is not the one that the statement signs.",
        )


def _file_findings(bundle: BundleReader, manifest: Manifest) -> Iterator[Finding]:
    paths: Sequence[str] = [one.path for one in manifest.files]
    if len(set(paths)) != len(paths):
        yield Finding(code="manifest", where=MANIFEST_FILE, what="It lists a file twice.")
    if list(paths) != sorted(paths):
        yield Finding(code="manifest", where=MANIFEST_FILE, what="Its files are out of order.")
    for path in sorted(REQUIRED.difference(paths)):
        yield Finding(code="missing_file", where=path, what="The manifest does not list it.")
    for path in sorted(set(bundle.listing).difference(paths, UNLISTED)):
        yield Finding(code="extra_file", where=path, what="The manifest does not list it.")
    for listed in manifest.files:
        if listed.path not in bundle.listing:
            yield Finding(code="missing_file", where=listed.path, what="It is not there.")
            continue
        try:
            found = describe_file(listed.path, bundle.read(listed.path))
        except OSError as error:
            yield _unreadable(error)
            continue
        if found != listed:
            yield Finding(
                code="altered_file",
                where=listed.path,
                what=f"It has {found.size} bytes and digest {found.sha256}; "
                f"the manifest says {listed.size} and {listed.sha256}.",
            )


def _plan_of(statement: Statement) -> Digest | None:
    for one in statement.predicate.configuration:
        if one.name == "plan" and "sha256" in one.digest:
            return Digest("sha256:" + one.digest["sha256"])
    return None


def _unreadable(error: BadInputError | OSError) -> Finding:
    if isinstance(error, BadInputError):
        return Finding(code="unreadable", where="", what=error.what)
    where = str(error.filename or "")
    return Finding(code="unreadable", where=where, what=f"It cannot be read: {error.strerror}.")
