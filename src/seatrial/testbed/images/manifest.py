"""An image's manifest: what is in it, and how it came about."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from seatrial.core.canonical import Digest, Json, canonical_json
from seatrial.core.problem import UnavailableError


class Origin(StrEnum):
    """Where an image's tree came from."""

    MMDEBSTRAP = "mmdebstrap"
    OCI_LAYOUT = "oci-layout"
    ROOTFS_TAR = "rootfs-tar"


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One installed Debian package."""

    name: str
    version: str
    architecture: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an image holds.

    digest: over the canonical listing of the tree (see tree.py); the image's identity.
    architecture: Debian's name (`amd64`), `unknown` when the tree does not say.
    release: PRETTY_NAME of the image's os-release, or empty.
    source_date: seconds since 1970 given to the build; None when imported.
    definition: digest of the definition it was built from; None when imported.
    size_bytes: sum of the sizes of its regular files.
    """

    name: str
    purpose: str
    digest: Digest
    origin: Origin
    architecture: str
    release: str
    source_date: int | None
    definition: Digest | None
    size_bytes: int
    entries: int
    packages: tuple[Package, ...]

    def to_json(self) -> Mapping[str, Json]:
        """Give the manifest as a JSON value."""
        return asdict(self)


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Write `manifest` in canonical JSON."""
    path.write_bytes(canonical_json(manifest.to_json()) + b"\n")


def read_manifest(path: Path) -> Manifest:
    """Read a manifest that this machine's image store wrote.

    Raises: UnavailableError when it is damaged; the image is then to be built again.
    """
    try:
        table = json.loads(path.read_bytes())
        packages = tuple(Package(**package) for package in table.pop("packages"))
        origin = Origin(table.pop("origin"))
        return Manifest(**table, packages=packages, origin=origin)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise UnavailableError(
            f"The image manifest {path} is damaged: {error}.",
            f"Remove {path.parent} and build or import the image again.",
        ) from error
