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


def test_a_folder_whose_trial_ended_before_its_plan_was_signed_can_be_used_again(
    tmp_path: Path,
) -> None:
    first = TrialDirectory.create(tmp_path / "t")
    first.begin({"model": "a"})
    again = TrialDirectory.create(tmp_path / "t")
    again.begin({"model": "b"})

    assert again.read_setting() == {"model": "b"}


def test_a_folder_whose_plan_is_signed_is_not_begun_anew(tmp_path: Path) -> None:
    directory = TrialDirectory.create(tmp_path / "t")
    directory.begin({"model": "a"})
    directory.write("plan.dsse.json", b"{}")

    with pytest.raises(RefusedError, match="another trial"):
        directory.begin({"model": "b"})
    with pytest.raises(BadInputError, match="not empty"):
        TrialDirectory.create(tmp_path / "t")
    assert directory.read_setting() == {"model": "a"}


def test_spending_is_summed_over_starts_and_a_torn_line_is_left_out(tmp_path: Path) -> None:
    directory = TrialDirectory.create(tmp_path / "t")
    assert directory.spent_usd() == 0.0
    directory.note_spending(0.25)
    directory.note_spending(0.5)
    with (directory.work / "spending").open("a") as file:
        file.write("0.12")

    assert directory.spent_usd() == 0.75


def test_altered_spending_is_refused(tmp_path: Path) -> None:
    directory = TrialDirectory.create(tmp_path / "t")
    (directory.work / "spending").write_text("little\n")

    with pytest.raises(BadInputError, match="altered"):
        directory.spent_usd()
