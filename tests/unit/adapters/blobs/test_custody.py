"""Case keys open only with the operator's key; a destroyed one opens no more, in no backup."""

import shutil
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyrage
import pytest

from seatrial.adapters.blobs.custody import Custody
from seatrial.core.people import CaseId
from seatrial.core.problem import BadInputError, UnavailableError

CASE = CaseId("case-1")


@pytest.fixture
def custody(tmp_path: Path) -> Custody:
    return Custody(tmp_path / "custody", tmp_path / "operator.txt")


def seal(custody: Custody, case: CaseId) -> bytes:
    recipient = pyrage.x25519.Recipient.from_str(custody.make(case))
    sealed: bytes = pyrage.encrypt(b"secret", [recipient])
    return sealed


def test_a_case_key_opens_what_was_sealed_to_it(custody: Custody) -> None:
    sealed = seal(custody, CASE)
    assert pyrage.decrypt(sealed, [custody.identity(CASE)]) == b"secret"
    custody.make(CaseId("other"))
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed, [custody.identity(CaseId("other"))])


def test_no_case_key_lies_in_the_clear(custody: Custody, tmp_path: Path) -> None:
    custody.make(CASE)
    secret = str(custody.identity(CASE))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.name for path in files if secret in path.read_text()] == []
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_a_case_has_one_key_however_many_ask_at_once(custody: Custody) -> None:
    custody.operator_recipient()
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(custody.make, [CASE] * 16))) == 1
    assert list(custody.cases()) == [CASE]


def test_a_destroyed_key_is_gone(custody: Custody) -> None:
    custody.make(CASE)
    custody.destroy(CASE)
    with pytest.raises(UnavailableError, match="no key"):
        custody.identity(CASE)
    custody.destroy(CASE)


def test_a_destroyed_key_opens_in_no_backup_once_the_operators_key_is_renewed(
    custody: Custody, tmp_path: Path
) -> None:
    sealed, kept = seal(custody, CASE), seal(custody, CaseId("kept"))
    shutil.copytree(tmp_path / "custody", tmp_path / "old")
    custody.destroy(CASE)
    custody.renew_operator_key()
    shutil.copytree(tmp_path / "custody", tmp_path / "new")
    old = Custody(tmp_path / "old", tmp_path / "operator.txt")
    # Until the old key is destroyed, an old backup still opens.
    assert pyrage.decrypt(sealed, [old.identity(CASE)]) == b"secret"

    assert custody.retire() == 1
    with pytest.raises(UnavailableError, match="does not open"):
        old.identity(CASE)
    new = Custody(tmp_path / "new", tmp_path / "operator.txt")
    assert pyrage.decrypt(kept, [new.identity(CaseId("kept"))]) == b"secret"
    assert custody.retire() == 0


def test_retiring_loses_no_case_that_an_old_key_opens(custody: Custody, tmp_path: Path) -> None:
    """A case file that a restore brought back is encrypted to the old key."""
    sealed = seal(custody, CASE)
    held = (tmp_path / "custody" / "case-1.json").read_bytes()
    custody.renew_operator_key()
    (tmp_path / "custody" / "case-1.json").write_bytes(held)
    custody.retire()
    assert pyrage.decrypt(sealed, [custody.identity(CASE)]) == b"secret"


def test_a_lost_operator_key_is_named_and_not_replaced(custody: Custody, tmp_path: Path) -> None:
    custody.make(CASE)
    (tmp_path / "operator.txt").unlink()
    with pytest.raises(UnavailableError, match=r"operator\.txt is missing"):
        custody.identity(CASE)
    with pytest.raises(UnavailableError, match=r"operator\.txt is missing"):
        custody.make(CaseId("next"))


@pytest.mark.parametrize("name", ["../x", ".x", "", "a/b", "a" * 101])
def test_a_case_names_no_path(custody: Custody, name: str) -> None:
    with pytest.raises(BadInputError):
        custody.make(CaseId(name))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b"\xff", b'{"recipient": 1}'])
def test_a_damaged_case_key_is_named(custody: Custody, tmp_path: Path, content: bytes) -> None:
    custody.make(CASE)
    (tmp_path / "custody" / f"{CASE}.json").write_bytes(content)
    for ask in (custody.recipient, custody.identity):
        with pytest.raises(UnavailableError, match=r"case-1\.json is damaged"):
            ask(CASE)


@pytest.mark.parametrize("content", [b"", b"# public key\n", b"AGE-SECRET-KEY-1", b"\xff"])
def test_a_damaged_operator_key_is_named_and_not_replaced(
    custody: Custody, tmp_path: Path, content: bytes
) -> None:
    custody.make(CASE)
    (tmp_path / "operator.txt").write_bytes(content)
    with pytest.raises(UnavailableError, match="is no age identity file"):
        custody.identity(CASE)
    with pytest.raises(UnavailableError, match="is no age identity file"):
        custody.make(CaseId("another"))
    assert (tmp_path / "operator.txt").read_bytes() == content
