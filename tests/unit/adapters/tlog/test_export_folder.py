from pathlib import Path

import pytest
from made_up_ledger import KEY, WITNESS, MadeUpLedger

from seatrial.adapters.tlog.export_folder import ExportFolder, read_checkpoint_file, write_export
from seatrial.adapters.tlog.keys import given_keys
from seatrial.core.problem import BadInputError
from seatrial.formats.finding import Finding
from seatrial.formats.ledger_check import check_ledger
from seatrial.formats.ledger_export import (
    CHECKPOINTS_FILE,
    ENTRIES_FILE,
    KEYS_FILE,
    MAX_ENTRY_BYTES,
)

LEDGER = MadeUpLedger()


def check(folder: Path) -> object:
    export = ExportFolder(folder)
    return check_ledger(export.leaves(), export.checkpoints(), (KEY, WITNESS))


def test_an_export_reads_back_byte_for_byte(tmp_path: Path) -> None:
    folder = LEDGER.export(tmp_path / "export")
    export = ExportFolder(folder)

    assert list(export.leaves()) == LEDGER.leaves
    assert list(export.checkpoints()) == LEDGER.heads
    assert export.head() == LEDGER.heads[-1]
    assert export.size() == (folder / ENTRIES_FILE).stat().st_size
    assert given_keys([str(folder / KEYS_FILE)]) == (KEY, WITNESS)
    assert [one.name for one in tmp_path.iterdir()] == ["export"]


def test_nothing_is_written_over_and_nothing_left_behind(tmp_path: Path) -> None:
    folder = LEDGER.export(tmp_path / "export")
    with pytest.raises(BadInputError, match="already"):
        LEDGER.export(folder)
    for leaf in (b"two\nlines", b"", b"x" * (MAX_ENTRY_BYTES + 1)):
        with pytest.raises(ValueError, match="entry 1"):
            write_export(tmp_path / "other", [b"{}", leaf], [], [])
    assert [one.name for one in tmp_path.iterdir()] == ["export"]


def cut(path: Path, size: int) -> None:
    path.write_bytes(path.read_bytes()[:size])


@pytest.mark.parametrize("name", [ENTRIES_FILE, CHECKPOINTS_FILE])
def test_a_file_cut_anywhere_does_not_verify(tmp_path: Path, name: str) -> None:
    folder = LEDGER.export(tmp_path / "export")
    whole = (folder / name).read_bytes()
    # The blank line at the end of the heads says nothing.
    for size in range(0, len(whole) - 2, 37):
        cut(folder / name, size)
        assert isinstance(check(folder), Finding), size
        (folder / name).write_bytes(whole)
    assert not isinstance(check(folder), Finding)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"x" * (MAX_ENTRY_BYTES * 3), "line 1 has more than"),
        (b"\n", "line 1 is not JSON"),
        (b"\x00\xff\n", "line 1 is not JSON"),
        (b"[" * 100_000 + b"\n", "line 1 is not JSON"),
        (b"{}\n", "line 1 has no table of facts"),
        (LEDGER.leaves[0] + b"\r\n", "line 1 is not in canonical form"),
        (LEDGER.leaves[0], "line 1 is cut short"),
    ],
)
def test_a_hostile_line_is_named(tmp_path: Path, content: bytes, expected: str) -> None:
    folder = LEDGER.export(tmp_path / "export")
    (folder / ENTRIES_FILE).write_bytes(content)
    found = check(folder)

    assert isinstance(found, Finding)
    assert expected in found.what


@pytest.mark.parametrize(
    "content",
    [
        b"x" * 3_000_000,
        b"x\n" * 1_000_000,
        b"\n" * 1000,
        b"\xff\n",
        b"a\n1\nb\n\nc\n",
    ],
    ids=["one line", "no blank line", "blank lines", "no text", "no heads"],
)
def test_hostile_heads_are_refused(tmp_path: Path, content: bytes) -> None:
    folder = LEDGER.export(tmp_path / "export")
    (folder / CHECKPOINTS_FILE).write_bytes(content)

    assert isinstance(check(folder), Finding)


@pytest.mark.parametrize("name", [ENTRIES_FILE, CHECKPOINTS_FILE])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    folder = LEDGER.export(tmp_path / "export")
    (folder / name).unlink()
    found = check(folder)

    assert isinstance(found, Finding)
    assert name in found.what


def test_what_is_no_export_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=ENTRIES_FILE):
        ExportFolder(tmp_path).size()
    with pytest.raises(BadInputError, match=CHECKPOINTS_FILE):
        ExportFolder(tmp_path).head()


def test_a_file_without_heads_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "heads"
    path.write_bytes(b"")
    with pytest.raises(BadInputError, match="no checkpoint"):
        read_checkpoint_file(path)
    folder = LEDGER.export(tmp_path / "export")
    (folder / CHECKPOINTS_FILE).write_bytes(b"")
    with pytest.raises(BadInputError, match="no checkpoint"):
        ExportFolder(folder).head()


def test_keys_come_as_text_or_files_each_once(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text(f"{KEY}\n# more\n{WITNESS}\n")

    assert given_keys([str(KEY), str(path)]) == (KEY, WITNESS)
    for nonsense in ("nothing", "a+b+c", str(tmp_path / "none")):
        with pytest.raises(BadInputError):
            given_keys([nonsense])
