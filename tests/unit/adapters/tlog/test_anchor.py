import shutil
import subprocess
from pathlib import Path

import pytest
from made_up_ledger import LEAVES, ORIGIN, head_of, witnessed

from seatrial.adapters.tlog.anchor import Anchor, anchor_name
from seatrial.core.problem import BadInputError, RefusedError, UnavailableError


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working copy whose owner git knows, whatever this machine's settings are."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    folder = tmp_path / "copy"
    git(tmp_path, "init", "--quiet", str(folder))
    git(folder, "config", "user.name", "Auditor")
    git(folder, "config", "user.email", "auditor@example.com")
    return folder


def test_heads_are_added_to_a_file_each_once(tmp_path: Path) -> None:
    anchor = Anchor(tmp_path / "deep" / "heads.txt", ORIGIN)
    assert anchor.heads() == ()
    for size in (3, 7, 7, 10):
        with anchor.locked():
            anchor.add(head_of(LEAVES, size))

    assert anchor.heads() == tuple(head_of(LEAVES, size) for size in (3, 7, 10))
    more = witnessed(head_of(LEAVES, 10))
    anchor.add(more)
    assert anchor.heads()[-1] == more


def test_in_a_working_copy_each_head_is_a_commit(copy: Path) -> None:
    anchor = Anchor(copy, ORIGIN)
    for size in (3, 3, 7):
        path = anchor.add(head_of(LEAVES, size))

    assert path == copy / "seatrial.example_ledger.heads.txt"
    assert Anchor(copy, ORIGIN).heads() == (head_of(LEAVES, 3), head_of(LEAVES, 7))
    subjects = git(copy, "log", "--format=%s").splitlines()
    assert len(subjects) == 2
    assert f"Ledger head: {head_of(LEAVES, 7).checkpoint}" == subjects[0]
    assert git(copy, "status", "--porcelain") == ""


def test_only_its_own_file_is_committed(copy: Path) -> None:
    (copy / "mine").write_text("not yours")
    git(copy, "add", "mine")
    Anchor(copy, ORIGIN).add(head_of(LEAVES, 3))

    assert git(copy, "show", "--name-only", "--format=").split() == [anchor_name(ORIGIN)]
    assert git(copy, "status", "--porcelain").split() == ["A", "mine"]


def test_a_head_that_was_written_and_not_committed_is_committed_the_next_time(copy: Path) -> None:
    anchor = Anchor(copy, ORIGIN)
    anchor.add(head_of(LEAVES, 3))
    path = copy / anchor_name(ORIGIN)
    path.write_bytes(path.read_bytes() + head_of(LEAVES, 7).chunk())

    assert len(anchor.heads()) == 2
    anchor.add(head_of(LEAVES, 7))
    assert git(copy, "status", "--porcelain") == ""


def test_a_file_that_lacks_what_git_has_is_refused(copy: Path) -> None:
    anchor = Anchor(copy, ORIGIN)
    for size in (3, 7):
        anchor.add(head_of(LEAVES, size))
    path = copy / anchor_name(ORIGIN)
    path.write_bytes(head_of(LEAVES, 3).chunk())
    with pytest.raises(RefusedError, match="lacks heads"):
        anchor.heads()
    path.unlink()
    with pytest.raises(RefusedError, match="lacks heads"):
        anchor.heads()


@pytest.mark.parametrize("damage", ["HEAD", "objects"])
def test_a_working_copy_that_git_cannot_read_vouches_for_nothing(copy: Path, damage: str) -> None:
    """Else a rewritten ledger is anchored by whoever breaks the working copy first."""
    anchor = Anchor(copy, ORIGIN)
    anchor.add(head_of(LEAVES, 3))
    (copy / anchor_name(ORIGIN)).unlink()
    broken = copy / ".git" / damage
    broken.unlink() if broken.is_file() else shutil.rmtree(broken)
    with pytest.raises(UnavailableError, match="cannot read the last commit"):
        anchor.heads()


def test_what_git_says_when_it_does_not_commit_is_passed_on(copy: Path) -> None:
    (copy / ".gitignore").write_text("*.txt\n")
    with pytest.raises(UnavailableError, match="ignored"):
        Anchor(copy, ORIGIN).add(head_of(LEAVES, 3))


def test_a_machine_without_git_is_told(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(copy))
    with pytest.raises(UnavailableError, match="not installed"):
        Anchor(copy, ORIGIN).heads()


def test_a_folder_that_is_no_working_copy_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="no git working copy"):
        Anchor(tmp_path, ORIGIN)


def test_a_damaged_anchor_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "heads.txt"
    path.write_bytes(head_of(LEAVES, 3).chunk()[:-20])
    with pytest.raises(BadInputError, match=r"heads\.txt, note 1"):
        Anchor(path, ORIGIN).heads()


@pytest.mark.parametrize(
    ("origin", "name"),
    [
        (ORIGIN, "seatrial.example_ledger.heads.txt"),
        ("../../etc/passwd", "_.._etc_passwd.heads.txt"),
        ("-x", "-x.heads.txt"),
        ("…", "_.heads.txt"),
    ],
)
def test_an_origin_names_a_file_in_the_folder(origin: str, name: str) -> None:
    assert anchor_name(origin) == name
