"""Unpacking keeps what an image needs and refuses what would leave it."""

import os
import stat
import tarfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from seatrial.core.problem import BadInputError
from seatrial.testbed.images import unpack as unpack_module
from seatrial.testbed.images.unpack import Unpacker, UnpackLimits


@pytest.fixture
def root(tmp_path: Path) -> Path:
    place = tmp_path / "root"
    place.mkdir()
    return place


def unpack(root: Path, *layers: Path, limits: UnpackLimits | None = None) -> None:
    unpacker = Unpacker(root, limits)
    for layer in layers:
        unpacker.unpack(layer, layer=True)
    unpacker.finish()


def test_modes_times_and_links_are_kept(root: Path, tmp_path: Path, tars: SimpleNamespace) -> None:
    unpack(
        root,
        tars.write(
            tmp_path / "t.tar",
            tars.folder("./usr", 0o750),
            tars.file("./usr/su", b"x", 0o4755, mtime=1000.9),
            tars.hardlink("./usr/su2", "./usr/su"),
            tars.symlink("./bin", "/usr"),
            tars.entry("./pipe", tarfile.FIFOTYPE, mode=0o600),
        ),
    )
    status = (root / "usr/su").stat()
    assert stat.S_IMODE(status.st_mode) == 0o4755
    assert status.st_mtime == 1000
    assert (root / "usr/su2").stat().st_ino == status.st_ino
    assert stat.S_IMODE((root / "usr").stat().st_mode) == 0o750
    assert (root / "bin").readlink() == Path("/usr")
    assert stat.S_ISFIFO((root / "pipe").stat().st_mode)


@pytest.mark.parametrize("name", ["../out", "a/../../out", "/../out", "a/.."])
def test_a_name_that_leads_out_is_refused(
    root: Path, tmp_path: Path, tars: SimpleNamespace, name: str
) -> None:
    tar = tars.write(tmp_path / "t.tar", tars.file(name, b"x"))
    with pytest.raises(BadInputError, match="leads out"):
        unpack(root, tar)
    assert sorted(tmp_path.iterdir()) == [root, tar]


def test_an_absolute_name_lies_in_the_image(
    root: Path, tmp_path: Path, tars: SimpleNamespace
) -> None:
    unpack(root, tars.write(tmp_path / "t.tar", tars.file("/etc/x", b"x")))
    assert (root / "etc/x").read_bytes() == b"x"


@pytest.mark.parametrize("target", ["/etc", "..", "../..", "real"])
def test_no_entry_passes_through_a_symbolic_link(
    root: Path, tmp_path: Path, tars: SimpleNamespace, target: str
) -> None:
    tar = tars.write(
        tmp_path / "t.tar",
        tars.folder("real"),
        tars.symlink("way", target),
        tars.file("way/pwned", b"x"),
    )
    with pytest.raises(BadInputError, match="passes through 'way'"):
        unpack(root, tar)
    assert not list(tmp_path.rglob("pwned"))


def test_a_later_layer_cannot_write_through_an_earlier_link(
    root: Path, tmp_path: Path, tars: SimpleNamespace
) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"mine")
    lower = tars.write(tmp_path / "1.tar", tars.symlink("x", str(outside)))
    upper = tars.write(tmp_path / "2.tar", tars.file("x", b"theirs"))
    unpack(root, lower, upper)
    assert outside.read_bytes() == b"mine"
    assert not (root / "x").is_symlink()
    assert (root / "x").read_bytes() == b"theirs"


@pytest.mark.parametrize("target", ["/etc/passwd", "../x", "absent", "link", "folder", "way/file"])
def test_a_hard_link_reaches_only_files_unpacked_before(
    root: Path, tmp_path: Path, tars: SimpleNamespace, target: str
) -> None:
    tar = tars.write(
        tmp_path / "t.tar",
        tars.folder("folder"),
        tars.file("folder/file"),
        tars.symlink("link", "/etc/hostname"),
        tars.symlink("way", "folder"),
        tars.hardlink("hard", target),
    )
    with pytest.raises(BadInputError, match=r"hard link|leads out"):
        unpack(root, tar)
    assert not (root / "hard").exists()


def test_device_nodes_below_dev_are_left_out_and_others_refused(
    root: Path, tmp_path: Path, tars: SimpleNamespace
) -> None:
    unpack(root, tars.write(tmp_path / "1.tar", tars.entry("dev/null", tarfile.CHRTYPE)))
    assert not (root / "dev/null").exists()
    tar = tars.write(tmp_path / "2.tar", tars.entry("tmp/disk", tarfile.BLKTYPE, devmajor=8))
    with pytest.raises(BadInputError, match="device node"):
        unpack(root, tar)


def test_an_entry_that_comes_twice_is_refused_but_a_folder_may(
    root: Path, tmp_path: Path, tars: SimpleNamespace
) -> None:
    unpack(root, tars.write(tmp_path / "1.tar", tars.folder("a", 0o700), tars.folder("a", 0o711)))
    assert stat.S_IMODE((root / "a").stat().st_mode) == 0o711
    tar = tars.write(tmp_path / "2.tar", tars.file("b", b"1"), tars.file("./b", b"2"))
    with pytest.raises(BadInputError, match="comes twice"):
        unpack(root, tar)


def test_sizes_and_counts_are_limited(root: Path, tmp_path: Path, tars: SimpleNamespace) -> None:
    tar = tars.write(tmp_path / "t.tar", tars.file("a", bytes(60)), tars.file("b", bytes(60)))
    with pytest.raises(BadInputError, match="more than 100 bytes"):
        unpack(root, tar, limits=UnpackLimits(size_bytes=100))
    with pytest.raises(BadInputError, match="more than 1 entries"):
        unpack(root, tar, limits=UnpackLimits(entries=1))


def test_a_huge_extended_header_is_refused_unread(
    root: Path, tmp_path: Path, tars: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpack_module, "MAX_HEADER_BYTES", 100)
    tar = tars.write(tmp_path / "t.tar", tars.file("x" * 1000))
    with pytest.raises(BadInputError, match="extended header of"):
        unpack(root, tar)


def test_owners_above_a_sandbox_s_range_are_refused(
    root: Path, tmp_path: Path, tars: SimpleNamespace
) -> None:
    tar = tars.write(tmp_path / "t.tar", tars.file("a", uid=65536))
    with pytest.raises(BadInputError, match="65536:"):
        unpack(root, tar)


@pytest.mark.parametrize(
    "content",
    [b"", b"no tar at all" * 100, b"\x1f\x8b\x08garbage", b"\x1f\x8b\x08" + bytes(50), b"BZh9xx"],
)
def test_what_is_no_tar_is_refused(root: Path, tmp_path: Path, content: bytes) -> None:
    tar = tmp_path / "t.tar"
    tar.write_bytes(content)
    with pytest.raises(BadInputError, match="no readable tar"):
        unpack(root, tar)


def test_a_tar_cut_short_is_refused(root: Path, tmp_path: Path, tars: SimpleNamespace) -> None:
    tar = tmp_path / "t.tar"
    tar.write_bytes(tars.tar_bytes([tars.file("a", os.urandom(5000))])[:3000])
    with pytest.raises(BadInputError, match="no readable tar"):
        unpack(root, tar)


def test_whiteouts_remove_what_earlier_layers_left(
    root: Path, tmp_path: Path, tars: SimpleNamespace
) -> None:
    lower = tars.write(
        tmp_path / "1.tar",
        tars.file("gone/deep/file"),
        tars.file("kept/file"),
        tars.file("emptied/old"),
    )
    upper = tars.write(
        tmp_path / "2.tar",
        tars.file("emptied/new"),
        tars.file(".wh.gone"),
        tars.file("emptied/.wh..wh..opq"),  # after `new`, which it must not hide
    )
    unpack(root, lower, upper)
    found = sorted(str(path.relative_to(root)) for path in root.rglob("*"))
    assert found == ["emptied", "emptied/new", "kept", "kept/file"]


@pytest.mark.parametrize("name", [".wh...", ".wh..", ".wh.", "way/.wh.victim", "../.wh.victim"])
def test_a_whiteout_removes_nothing_outside(
    root: Path, tmp_path: Path, tars: SimpleNamespace, name: str
) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"mine")
    lower = tars.write(tmp_path / "1.tar", tars.symlink("way", str(tmp_path)), tars.file("kept"))
    upper = tars.write(tmp_path / "2.tar", tars.file(name))
    try:
        unpack(root, lower, upper)
    except BadInputError as error:
        assert "leads out" in error.what  # noqa: PT017 - refusing is as good as ignoring
    assert victim.read_bytes() == b"mine"
    assert (root / "kept").is_file()


def test_a_plain_tar_s_whiteout_names_are_ordinary_files(
    root: Path, tmp_path: Path, tars: SimpleNamespace
) -> None:
    Unpacker(root).unpack(tars.write(tmp_path / "t.tar", tars.file("a"), tars.file(".wh.a")))
    assert sorted(path.name for path in root.iterdir()) == [".wh.a", "a"]
