"""The tree digest sees what matters and nothing else."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from seatrial.testbed.images.copies import copy_shifted
from seatrial.testbed.images.tree import summarise_tree


def make(root: Path) -> Path:
    (root / "etc").mkdir(parents=True)
    root.chmod(0o755)
    (root / "etc").chmod(0o755)
    (root / "etc/name").write_bytes(b"sandbox")
    (root / "etc/name").chmod(0o644)
    (root / "link").symlink_to("etc/name")
    return root


def test_two_copies_have_one_digest(tmp_path: Path) -> None:
    one, two = make(tmp_path / "one"), make(tmp_path / "two")
    os.utime(two / "etc/name", (1, 1))
    (two / "other").hardlink_to(two / "etc/name")
    (one / "other").write_bytes(b"sandbox")
    (one / "other").chmod(0o644)
    assert summarise_tree(one) == summarise_tree(two)
    assert summarise_tree(one).entries == 5
    assert summarise_tree(one).size_bytes == 14


CHANGES: dict[str, Callable[[Path], object]] = {
    "content": lambda root: (root / "etc/name").write_bytes(b"sandbux"),
    "mode": lambda root: (root / "etc/name").chmod(0o4644),
    "folder mode": lambda root: (root / "etc").chmod(0o700),
    "root mode": lambda root: root.chmod(0o700),
    "name": lambda root: (root / "etc/name").rename(root / "etc/nam"),
    "place": lambda root: (root / "etc/name").rename(root / "name"),
    "addition": lambda root: (root / "new").mkdir(),
    "kind": lambda root: ((root / "etc/name").unlink(), os.mkfifo(root / "etc/name", 0o644)),
    "link": lambda root: ((root / "link").unlink(), (root / "link").symlink_to("etc")),
    "odd name": lambda root: Path(os.fsdecode(os.fsencode(root) + b"/\xff")).touch(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_changes_the_digest(tmp_path: Path, change: str) -> None:
    root = make(tmp_path / "root")
    before = summarise_tree(root).digest
    CHANGES[change](root)
    assert summarise_tree(root).digest != before


@pytest.mark.root
def test_owners_are_in_the_digest_and_a_shifted_copy_moves_them(tmp_path: Path) -> None:
    root = make(tmp_path / "root")
    (root / "su").write_bytes(b"x")
    os.chown(root / "su", 0, 12)
    (root / "su").chmod(0o4755)
    (root / "su2").hardlink_to(root / "su")
    copy_shifted(root, tmp_path / "copy", 200000)
    status = (tmp_path / "copy/su").stat()
    assert (status.st_uid, status.st_gid, status.st_mode & 0o7777) == (200000, 200012, 0o4755)
    assert status.st_nlink == 2
    assert (tmp_path / "copy/link").lstat().st_uid == 200000
    assert summarise_tree(tmp_path / "copy").digest != summarise_tree(root).digest
    assert (root / "su").stat().st_uid == 0
