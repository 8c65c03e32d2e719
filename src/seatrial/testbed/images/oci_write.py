"""Write an image as an OCI layout of one layer."""

import hashlib
import shutil
from datetime import UTC, datetime
from pathlib import Path

from seatrial.core.canonical import Json, canonical_json
from seatrial.core.problem import BadInputError
from seatrial.testbed.images import oci_names
from seatrial.testbed.images.manifest import Manifest
from seatrial.testbed.images.pack import pack_tree


def write_layout(root: Path, manifest: Manifest, dest: Path) -> None:
    """Write the tree under `root` as an OCI layout at `dest`; the same tree gives the same bytes.

    Raises: BadInputError when `dest` exists or cannot be written.
    """
    try:
        dest.mkdir()
        _write(root, manifest, dest)
    except OSError as error:
        raise BadInputError(
            f"The image cannot be written to {dest}: {error}.",
            "Give a folder that does not exist yet, on a disk with room.",
        ) from error


def _write(root: Path, manifest: Manifest, dest: Path) -> None:
    blobs = dest / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    unnamed = dest / "layer.tar"
    try:
        pack_tree(root, unnamed)
        with unnamed.open("rb") as file:
            layer_hex = hashlib.file_digest(file, "sha256").hexdigest()
        layer: dict[str, Json] = {
            "mediaType": oci_names.LAYER,
            "digest": f"sha256:{layer_hex}",
            "size": unnamed.stat().st_size,
        }
        unnamed.rename(blobs / layer_hex)
    except BaseException:
        shutil.rmtree(dest)
        raise
    created = datetime.fromtimestamp(manifest.source_date or 0, UTC)
    architecture = oci_names.ARCHITECTURES.get(manifest.architecture, manifest.architecture)
    config: dict[str, Json] = {
        "created": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "architecture": architecture,
        "os": "linux",
        "rootfs": {"type": "layers", "diff_ids": [layer["digest"]]},
    }
    image: dict[str, Json] = {
        "schemaVersion": 2,
        "mediaType": oci_names.MANIFEST,
        "config": _blob(blobs, oci_names.CONFIG, config),
        "layers": [layer],
    }
    entry = _blob(blobs, oci_names.MANIFEST, image)
    entry["platform"] = {"architecture": architecture, "os": "linux"}
    entry["annotations"] = {"org.opencontainers.image.ref.name": manifest.name}
    index: dict[str, Json] = {
        "schemaVersion": 2,
        "mediaType": oci_names.INDEX,
        "manifests": [entry],
    }
    (dest / "index.json").write_bytes(canonical_json(index))
    marker: dict[str, Json] = {"imageLayoutVersion": oci_names.LAYOUT_VERSION}
    (dest / oci_names.LAYOUT_FILE).write_bytes(canonical_json(marker))


def _blob(blobs: Path, media_type: str, document: dict[str, Json]) -> dict[str, Json]:
    content = canonical_json(document)
    found = hashlib.sha256(content).hexdigest()
    (blobs / found).write_bytes(content)
    return {"mediaType": media_type, "digest": f"sha256:{found}", "size": len(content)}
