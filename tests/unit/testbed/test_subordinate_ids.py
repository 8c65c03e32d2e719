import os
from pathlib import Path

import pytest

from seatrial.core.problem import UnavailableError
from seatrial.testbed import subordinate_ids as module
from seatrial.testbed.ordinary_user import check_ordinary_user
from seatrial.testbed.subordinate_ids import own_ranges


def lent(monkeypatch: pytest.MonkeyPatch, folder: Path, users: str, groups: str) -> None:
    (folder / "subuid").write_text(users)
    (folder / "subgid").write_text(groups)
    monkeypatch.setattr(module, "SUBUID", folder / "subuid")
    monkeypatch.setattr(module, "SUBGID", folder / "subgid")


@pytest.mark.parametrize(
    ("users", "groups", "found"),
    [
        ("{me}:300000:131072\n", "{me}:300000:131072\n", (300000, 365536)),
        ("{me}:300000:131071\n", "{me}:300000:131072\n", (300000,)),
        ("{me}:300000:65535\n", "{me}:300000:65536\n", ()),
        ("{me}:300000:65536\n", "{me}:400000:65536\n", ()),
        ("{me}:300000:65536\n{me}:900000:65536\n", "{me}:300000:65536\n", (300000,)),
        ("other:1:65536\nbroken\n{me}:x:65536\n{me}:7:65536\n", "{me}:7:65536\n", (7,)),
        ("", "", ()),
    ],
)
def test_whole_ranges_of_the_first_line_count(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, users: str, groups: str, found: tuple[int, ...]
) -> None:
    me = os.geteuid()
    lent(monkeypatch, tmp_path, users.format(me=me), groups.format(me=me))
    assert own_ranges() == found


def test_without_the_files_there_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "SUBUID", tmp_path / "missing")
    assert own_ranges() == ()


def test_without_a_range_the_remedy_is_named() -> None:
    with pytest.raises(UnavailableError, match="65,536 subordinate ids") as caught:
        check_ordinary_user("crun", ())
    assert "usermod --add-subuids" in caught.value.remedy


def test_a_runtime_that_was_not_tried_is_refused() -> None:
    with pytest.raises(UnavailableError, match="runsc"):
        check_ordinary_user("runsc", (300000,))
