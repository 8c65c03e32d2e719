"""A handed-over folder cannot lead its reader elsewhere, stop it or fill its memory."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from seatrial.adapters import bundle_folder
from seatrial.adapters.bundle_folder import BundleFolder
from seatrial.adapters.log_reading import log_reader
from seatrial.core.problem import BadInputError
from seatrial.formats.logged import LogTrouble


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "bundle"
    (path / "logs").mkdir(parents=True)
    (path / "logs" / "model.eval").write_bytes(b"no log")
    (path / "work").mkdir()
    (path / "work" / "secrets.json").write_bytes(b"{}")
    (tmp_path / "outside").write_bytes(b"secret")
    return path


def test_plain_files_are_listed_and_read_and_work_is_left_out(folder: Path) -> None:
    bundle = BundleFolder(folder)

    assert bundle.listing() == ("logs/model.eval",)
    assert bundle.read("logs/model.eval") == b"no log"


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "logs/../../outside", "", "a\0b"])
def test_a_path_out_of_the_folder_is_refused(folder: Path, name: str) -> None:
    with pytest.raises(OSError, match="no path within"):
        BundleFolder(folder).read(name)


def _link(path: Path) -> None:
    (path / "report.html").symlink_to(path.parent / "outside")


def _linked_folder(path: Path) -> None:
    (path / "journal").symlink_to(path / "logs")


def _pipe(path: Path) -> None:
    os.mkfifo(path / "report.html")


def _huge(path: Path) -> None:
    with (path / "report.html").open("wb") as file:
        file.truncate(bundle_folder.MOST_BYTES + 1)


@pytest.mark.parametrize(
    ("make", "name", "why"),
    [
        (_link, "report.html", "link"),
        (_linked_folder, "journal/model.eval", "link"),
        (_pipe, "report.html", "no plain file"),
        (_huge, "report.html", "too large"),
    ],
)
def test_what_is_no_plain_file_is_listed_and_not_read(
    folder: Path, make: Callable[[Path], None], name: str, why: str
) -> None:
    make(folder)
    bundle = BundleFolder(folder)

    with pytest.raises(OSError, match=why) as caught:
        bundle.read(name)

    assert caught.value.filename == name
    assert name.partition("/")[0] in bundle.listing()


def test_too_many_files_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle_folder, "MOST_FILES", 0)

    with pytest.raises(BadInputError, match="more than 0 files"):
        BundleFolder(folder).listing()


def test_a_log_that_is_none_or_gone_is_a_trouble(folder: Path) -> None:
    found = list(log_reader(BundleFolder(folder))(["logs/gone.eval", "logs/model.eval"]))

    assert [type(one) for one in found] == [LogTrouble, LogTrouble]
    assert [one.path for one in found] == ["logs/gone.eval", "logs/model.eval"]
