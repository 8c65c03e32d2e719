"""The workbench image as built on this machine."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from seatrial.testbed.images import Image, ImageStore, load_definition
from seatrial.testbed.places import default_places

pytestmark = [pytest.mark.sandbox, pytest.mark.root]


@pytest.fixture(scope="module")
def workbench() -> Image:
    return ImageStore(default_places().cache).resolve("workbench")


def test_it_was_built_from_the_present_definition(workbench: Image) -> None:
    assert workbench.manifest.definition == load_definition("workbench").digest


def test_its_tree_has_its_digest(workbench: Image) -> None:
    ImageStore(default_places().cache).verify(workbench)


def test_it_names_no_machine_and_no_package_source(workbench: Image) -> None:
    root = workbench.rootfs
    assert not (root / "etc/apt/sources.list").exists()
    assert not (root / "etc/apt/sources.list.d").exists()
    assert (root / "etc/hostname").read_text() == "sandbox\n"
    assert (root / "etc/resolv.conf").read_text() == ""
    assert not list((root / "dev").glob("null"))


def test_setuid_programs_keep_their_bit_and_the_tree_its_owners(workbench: Image) -> None:
    status = (workbench.rootfs / "usr/bin/passwd").stat()
    assert (status.st_uid, status.st_mode & stat.S_ISUID) == (0, stat.S_ISUID)
    assert (workbench.rootfs / "home/agent").stat().st_uid == 1000


def test_others_on_the_machine_cannot_reach_its_setuid_programs(workbench: Image) -> None:
    top = workbench.rootfs.parents[2]
    assert top.name == "images"
    assert stat.S_IMODE(top.stat().st_mode) == 0o700


PROGRAMS = """
set -e
mount --bind "$1" "$1"
mount -o remount,bind,ro "$1"
for program in gcc g++ make gdb python3 xxd less; do
    chroot "$1" "$program" --version
done
for program in ip strace; do
    chroot "$1" "$program" -V
done
"""


def test_the_programs_tasks_rely_on_run(workbench: Image) -> None:
    """On a read-only mount of their own: gdb writes byte code where it can, into the tree."""
    found = subprocess.run(
        ["unshare", "--mount", "sh", "-c", PROGRAMS, "sh", str(workbench.rootfs)],
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        check=False,
        capture_output=True,
    )
    assert found.returncode == 0, found.stderr


@pytest.mark.slow
def test_exported_and_imported_elsewhere_it_has_the_same_digest(
    workbench: Image, tmp_path: Path
) -> None:
    ImageStore(default_places().cache).export_oci_layout("workbench", tmp_path / "layout")
    found = ImageStore(tmp_path / "cache").import_oci_layout(tmp_path / "layout", "workbench")
    assert found.digest == workbench.digest
    assert found.manifest.packages == workbench.manifest.packages
    assert os.listdir(tmp_path / "cache/images/work") == []  # noqa: PTH208 - names only
