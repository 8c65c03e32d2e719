"""A trial's folder."""

from pathlib import Path

import pytest

from seatrial.adapters.trial_directory import TrialDirectory
from seatrial.core.problem import BadInputError, RefusedError
from seatrial.tasks.family import SampleSecrets


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("precious")
    with pytest.raises(BadInputError, match="not empty"):
        TrialDirectory.create(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_only_one_process_works_on_a_trial(tmp_path: Path) -> None:
    directory = TrialDirectory.create(tmp_path / "t")
    another = TrialDirectory(directory.path)
    with directory.locked(), pytest.raises(RefusedError, match="another process"), another.locked():
        pass
    with another.locked():
        pass


def test_the_listing_leaves_out_work_and_names_links(tmp_path: Path) -> None:
    directory = TrialDirectory.create(tmp_path / "t")
    directory.write("journal/a.jsonl", b"x")
    directory.write("work/secret", b"x")
    (directory.path / "logs" / "link").symlink_to("/etc/passwd")
    (directory.path / "folder-link").symlink_to("/etc")

    assert directory.listing() == ("folder-link", "journal/a.jsonl", "logs/link")


def test_secrets_come_back_and_only_the_owner_reads_them(tmp_path: Path) -> None:
    directory = TrialDirectory.create(tmp_path / "t")
    secrets = {"model/x.e1": SampleSecrets(canary="c", flag="f")}
    directory.write_secrets(secrets)

    assert directory.read_secrets() == secrets
    assert directory.secrets_file.stat().st_mode & 0o077 == 0


def test_an_altered_secrets_file_is_named(tmp_path: Path) -> None:
    directory = TrialDirectory.create(tmp_path / "t")
    directory.secrets_file.write_text('{"model/x": {"canary": "c"}}')
    with pytest.raises(BadInputError, match=r"secrets\.json"):
        directory.read_secrets()
