"""An archive of a trial's folder: the same bytes each time, and nothing but plain files in it."""

import io
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from seatrial.adapters import bundle_archive
from seatrial.adapters.bundle_archive import pack_files, pack_folder, read_archive, unpack
from seatrial.core.problem import BadInputError

FILES = {"manifest.json": b"{}", "journal/a.jsonl": b"x" * 1000, "logs/empty.eval": b""}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        path = tmp_path / "trial" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "trial"


def packed(folder: Path) -> bytes:
    archive = io.BytesIO()
    pack_files(folder, FILES, "t1", archive)
    return archive.getvalue()


def test_what_is_packed_is_unpacked(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    unpack(io.BytesIO(packed(folder)), "t1", tmp_path / "new")

    assert {name: (tmp_path / "new" / name).read_bytes() for name in FILES} == FILES


def test_any_tar_reads_it_and_the_same_folder_gives_the_same_bytes(folder: Path) -> None:
    first = packed(folder)
    os.utime(folder / "manifest.json", (1, 1))
    with tarfile.open(fileobj=io.BytesIO(first)) as tar:
        assert sorted(tar.getnames()) == sorted(f"t1/{name}" for name in FILES)

    assert packed(folder) == first


def test_a_file_that_is_passed_over_does_not_hide_the_next(folder: Path) -> None:
    assert [one.name for one in read_archive(io.BytesIO(packed(folder)), "t1")] == sorted(FILES)


def test_a_whole_folder_is_packed_but_for_its_lock(folder: Path) -> None:
    (folder / "work").mkdir()
    (folder / "work" / "lock").touch()
    (folder / "work" / "setting.json").write_bytes(b"{}")
    archive = io.BytesIO()
    pack_folder(folder, "t1", archive)
    archive.seek(0)

    found = [one.name for one in read_archive(archive, "t1")]
    assert sorted([*FILES, "work/setting.json"]) == found


def older(folder: Path) -> io.BytesIO:
    """Pack as workers once did: folders, extended headers for times and long names."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        tar.add(folder, arcname="t1")
    archive.seek(0)
    return archive


def test_archives_of_the_older_form_are_read_but_not_taken_in(folder: Path, tmp_path: Path) -> None:
    long = f"journal/{'a' * 120}.jsonl"
    (folder / long).write_bytes(b"long")

    found = {
        one.name: b"".join(one.chunks()) for one in read_archive(older(folder), "t1", older=True)
    }
    assert {**FILES, long: b"long"} == found
    now = {one.name for one in read_archive(io.BytesIO(packed(folder)), "t1", older=True)}
    assert set(FILES) == now
    (tmp_path / "new").mkdir()
    with pytest.raises(BadInputError, match="no plain file"):
        unpack(older(folder), "t1", tmp_path / "new")


def test_a_link_is_not_packed(folder: Path) -> None:
    (folder / "link").symlink_to("/etc/hostname")
    with pytest.raises(BadInputError, match="link"):
        pack_files(folder, ["link"], "t1", io.BytesIO())


def made(change: Callable[[tarfile.TarInfo], object], content: bytes = b"") -> bytes:
    info = tarfile.TarInfo("t1/file")
    info.size = len(content)
    change(info)
    padded = content + bytes(-len(content) % 512)
    return info.tobuf(tarfile.USTAR_FORMAT) + padded + bytes(1024)


def named(name: str) -> Callable[[tarfile.TarInfo], object]:
    return lambda info: setattr(info, "name", name)


def of_type(kind: bytes) -> Callable[[tarfile.TarInfo], object]:
    return lambda info: setattr(info, "type", kind)


@pytest.mark.parametrize(
    "archive",
    [
        made(named("/etc/passwd")),
        made(named("t1/../../etc/passwd")),
        made(named("t1/./a")),
        made(named("t1")),
        made(named("t2/file")),
        made(named("t1/a\nb")),
        *(made(of_type(kind)) for kind in (b"1", b"2", b"3", b"5", b"6", b"x", b"g", b"L", b"S")),
        made(lambda info: setattr(info, "size", 4 * 1024**3)),
        made(lambda info: setattr(info, "size", 2000), b"short"),
        made(lambda _: None)[:512] * 2 + bytes(1024),
        made(lambda _: None)[:-1024],
        b"not a tar at all" * 64,
        b"",
    ],
)
def test_what_is_no_plain_file_below_the_trials_folder_is_refused(
    archive: bytes, tmp_path: Path
) -> None:
    (tmp_path / "new").mkdir()
    with pytest.raises(BadInputError, match="not of its form"):
        unpack(io.BytesIO(archive), "t1", tmp_path / "new")


@pytest.mark.parametrize(
    "archive",
    [
        *(made(of_type(kind)) for kind in (b"1", b"2", b"3", b"6", b"g", b"L", b"S")),
        made(of_type(b"5"))[:512],
        made(of_type(b"x"), b"x" * 70_000),
        made(of_type(b"x"), b"20 path=/etc/passwd\n")[:1024] + made(lambda _: None),
        made(of_type(b"x"), b"17 path=t1/../../a\n")[:1024] + made(lambda _: None),
    ],
)
def test_the_older_form_too_has_plain_files_below_the_trials_folder_alone(archive: bytes) -> None:
    with pytest.raises(BadInputError, match="not of its form"):
        list(read_archive(io.BytesIO(archive), "t1", older=True))


def test_a_name_is_a_file_or_a_folder(tmp_path: Path) -> None:
    first, second = made(named("t1/a"))[:512], made(named("t1/a/b"))
    with pytest.raises(BadInputError, match="a file and a folder"):
        unpack(io.BytesIO(first + second), "t1", tmp_path)


def test_there_is_a_limit_to_files(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr(bundle_archive, "MOST_FILES", 2)
    with pytest.raises(BadInputError, match="too many"):
        list(read_archive(io.BytesIO(packed(folder)), "t1"))
