"""Read an OCI layout whose every blob is checked before use."""

import hashlib
import json
import platform
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seatrial.core.problem import BadInputError
from seatrial.testbed.images import oci_names
from seatrial.testbed.images.unpack import MAX_BYTES

MAX_DOCUMENT_BYTES = 4 * 1024 * 1024
"""Of an index, manifest or configuration: the limit registries use for manifests."""

MAX_LAYERS = 512
"""Four times what overlay file systems stack."""

_HEX = re.compile(r"sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Descriptor:
    media_type: str
    digest: str
    size: int
    architecture: str | None


def checked_layers(layout: Path) -> list[Path]:
    """Give the layer blobs of the layout's image, lowest first, each checked by digest and size.

    Of several images the one for this machine's architecture is taken.
    Raises: BadInputError naming what disagrees.
    """
    marker = layout / oci_names.LAYOUT_FILE
    if not marker.is_file():
        raise _bad(layout, f"it has no file {oci_names.LAYOUT_FILE}")
    version = _json(layout, _small(layout, marker)).get("imageLayoutVersion")
    if version != oci_names.LAYOUT_VERSION:
        raise _bad(layout, f"its version is {version!r}, not {oci_names.LAYOUT_VERSION!r}")
    index = _json(layout, _small(layout, layout / "index.json"))
    manifest = _json(layout, _document(layout, _choose(layout, index)))
    if manifest.get("mediaType", oci_names.MANIFEST) == oci_names.INDEX:
        manifest = _json(layout, _document(layout, _choose(layout, manifest)))
    config = _json(layout, _document(layout, _descriptor(layout, manifest.get("config"))))
    layers = manifest.get("layers")
    if not isinstance(layers, list) or not 0 < len(layers) <= MAX_LAYERS:
        raise _bad(layout, f"1 .. {MAX_LAYERS} layers are expected")
    rootfs = config.get("rootfs")
    diff_ids = rootfs.get("diff_ids") if isinstance(rootfs, dict) else None
    if not isinstance(diff_ids, list) or len(diff_ids) != len(layers):
        raise _bad(layout, "its configuration names another number of layers than its manifest")
    return [_layer(layout, _descriptor(layout, layer)) for layer in layers]


def _choose(layout: Path, index: Mapping[str, Any]) -> _Descriptor:
    entries = index.get("manifests")
    if not isinstance(entries, list) or not entries:
        raise _bad(layout, "its index names no manifest")
    found = [_descriptor(layout, entry) for entry in entries]
    if len(found) == 1:
        return found[0]
    here = oci_names.MACHINES.get(platform.machine(), platform.machine())
    for descriptor in found:
        if descriptor.architecture == here:
            return descriptor
    raise _bad(layout, f"none of its {len(found)} images is for {here}")


def _descriptor(layout: Path, value: object) -> _Descriptor:
    if not isinstance(value, dict):
        raise _bad(layout, "a descriptor is missing")
    digest, size, media_type = value.get("digest"), value.get("size"), value.get("mediaType")
    if not isinstance(digest, str) or not _HEX.fullmatch(digest):
        raise _bad(layout, f"{digest!r} is no SHA-256 digest")
    if not isinstance(size, int) or not 0 <= size <= MAX_BYTES:
        raise _bad(layout, f"blob {digest} has the size {size!r}")
    where = value.get("platform")
    architecture = where.get("architecture") if isinstance(where, dict) else None
    return _Descriptor(
        media_type=str(media_type), digest=digest, size=size, architecture=architecture
    )


def _layer(layout: Path, descriptor: _Descriptor) -> Path:
    if descriptor.media_type not in oci_names.LAYERS:
        raise _bad(
            layout, f"layer {descriptor.digest} is {descriptor.media_type}, no plain or gzip tar"
        )
    return _blob(layout, descriptor)


def _document(layout: Path, descriptor: _Descriptor) -> bytes:
    return _small(layout, _blob(layout, descriptor))


def _blob(layout: Path, descriptor: _Descriptor) -> Path:
    path = layout / "blobs" / "sha256" / descriptor.digest.removeprefix("sha256:")
    if path.is_symlink() or not path.is_file():
        raise _bad(layout, f"blob {descriptor.digest} is missing")
    if path.stat().st_size != descriptor.size:
        raise _bad(layout, f"blob {descriptor.digest} has not the size of {descriptor.size} bytes")
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if f"sha256:{found}" != descriptor.digest:
        raise _bad(layout, f"blob {descriptor.digest} has the digest sha256:{found}")
    return path


def _small(layout: Path, path: Path) -> bytes:
    if not path.is_file() or path.stat().st_size > MAX_DOCUMENT_BYTES:
        raise _bad(layout, f"{path.name} is missing or above {MAX_DOCUMENT_BYTES} bytes")
    return path.read_bytes()


def _json(layout: Path, content: bytes) -> dict[str, Any]:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _bad(layout, f"one of its documents is no JSON: {error}") from error
    if not isinstance(value, dict):
        raise _bad(layout, "one of its documents is no JSON object")
    return value


def _bad(layout: Path, why: str) -> BadInputError:
    return BadInputError(
        f"The OCI layout {layout} is refused: {why}.",
        "Give a folder that a tool wrote as an OCI image layout (oci-layout, index.json, blobs).",
    )
