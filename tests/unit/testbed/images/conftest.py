"""Tars and layouts made in memory, honest and hostile, given to tests as fixture `tars`."""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

Entry = tuple[tarfile.TarInfo, bytes]


def entry(
    name: str, kind: bytes = tarfile.REGTYPE, content: bytes = b"", **fields: object
) -> Entry:
    info = tarfile.TarInfo(name)
    info.type, info.size, info.mode = kind, len(content), 0o755
    # An ordinary user can only give files to himself; root takes what the tar says.
    info.uid, info.gid = os.geteuid(), os.getegid()
    for field, value in fields.items():
        setattr(info, field, value)
    return info, content


def folder(name: str, mode: int = 0o755) -> Entry:
    return entry(name, tarfile.DIRTYPE, mode=mode)


def file(name: str, content: bytes = b"", mode: int = 0o644, **fields: object) -> Entry:
    return entry(name, content=content, mode=mode, **fields)


def symlink(name: str, target: str) -> Entry:
    return entry(name, tarfile.SYMTYPE, linkname=target)


def hardlink(name: str, target: str) -> Entry:
    return entry(name, tarfile.LNKTYPE, linkname=target)


def tar_bytes(entries: Sequence[Entry]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for info, content in entries:
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def write_tar(path: Path, *entries: Entry) -> Path:
    path.write_bytes(tar_bytes(entries))
    return path


def write_layout(
    path: Path,
    layers: Sequence[bytes],
    *,
    media_type: str = "application/vnd.oci.image.layer.v1.tar",
    diff_ids: Sequence[str] | None = None,
) -> Path:
    """Write an OCI layout of `layers`, lowest first."""
    (path / "blobs" / "sha256").mkdir(parents=True)
    entries = [_blob(path, media_type, layer) for layer in layers]
    rootfs = {"type": "layers", "diff_ids": diff_ids or [entry["digest"] for entry in entries]}
    config = _json_blob(
        path,
        "application/vnd.oci.image.config.v1+json",
        {"architecture": "amd64", "os": "linux", "rootfs": rootfs},
    )
    manifest = _json_blob(
        path,
        "application/vnd.oci.image.manifest.v1+json",
        {"schemaVersion": 2, "config": config, "layers": entries},
    )
    (path / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [manifest]}))
    (path / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    return path


def _json_blob(path: Path, media_type: str, value: Mapping[str, object]) -> dict[str, object]:
    return _blob(path, media_type, json.dumps(value).encode())


def _blob(path: Path, media_type: str, content: bytes) -> dict[str, object]:
    found = hashlib.sha256(content).hexdigest()
    (path / "blobs" / "sha256" / found).write_bytes(content)
    return {"mediaType": media_type, "digest": f"sha256:{found}", "size": len(content)}


@pytest.fixture
def tars() -> SimpleNamespace:
    return SimpleNamespace(
        entry=entry,
        file=file,
        folder=folder,
        hardlink=hardlink,
        layout=write_layout,
        symlink=symlink,
        tar_bytes=tar_bytes,
        write=write_tar,
    )
