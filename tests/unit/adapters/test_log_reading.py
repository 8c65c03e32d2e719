"""Logs that are none, or that would fill the memory, end the reading process and nothing else."""

import io
import struct
import zlib
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import pytest

from seatrial.adapters.bundle_folder import BundleFolder
from seatrial.adapters.inspect_runner.logged import MEMORY_BYTES
from seatrial.adapters.log_reading import log_reader
from seatrial.formats.logged import LogTrouble

_BLOCK = 64 * 1024 * 1024


def archive(name: str, content: bytes) -> bytes:
    held = io.BytesIO()
    with ZipFile(held, "w", ZIP_STORED) as file:
        file.writestr(name, content)
    return held.getvalue()


def bomb() -> bytes:
    """As many blanks as the reading process may hold, as the header of a log."""
    packer = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    # After a full flush the next block does not depend on the one before: it can be repeated.
    block = packer.compress(b" " * _BLOCK) + packer.flush(zlib.Z_FULL_FLUSH)
    count = MEMORY_BYTES // _BLOCK
    raw = bytearray(archive("header.json", block * count + packer.flush(zlib.Z_FINISH)))
    # What was stored is called deflated, of that size: in the file's own header and in the list.
    listed = raw.rindex(b"PK\x01\x02")
    for method, size in ((8, 22), (listed + 10, listed + 24)):
        struct.pack_into("<H", raw, method, 8)
        struct.pack_into("<I", raw, size, count * _BLOCK)
    return bytes(raw)


def read(folder: Path) -> list[LogTrouble]:
    names = sorted(f"logs/{path.name}" for path in folder.glob("logs/*"))
    found = list(log_reader(BundleFolder(folder))(names))
    assert all(isinstance(one, LogTrouble) for one in found), found
    return [one for one in found if isinstance(one, LogTrouble)]


def test_a_log_that_is_none_is_named_and_the_next_is_read(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    contents = {
        "a.eval": b"PK\x03\x04",
        "b.eval": b"",
        "c.eval": archive("header.json", b'{"version": 2, "status": "success"}'),
        "d.eval": archive("header.json", b"[" * 200_000),
    }
    for name, content in contents.items():
        (tmp_path / "logs" / name).write_bytes(content)

    found = read(tmp_path)

    assert [one.path for one in found] == [f"logs/{name}" for name in contents]
    assert all("no readable Inspect log" in one.what for one in found)


@pytest.mark.slow
def test_a_log_that_would_fill_the_memory_is_named(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "model.eval").write_bytes(bomb())

    (found,) = read(tmp_path)

    assert found.path == "logs/model.eval"
    assert "more memory" in found.what
