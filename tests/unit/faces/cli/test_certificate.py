"""`seatrial certificate check`, as a stranger uses it."""

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result
from made_up_certificate import OFFICE, STRANGER, file_of, issued
from typer.testing import CliRunner

from seatrial.adapters.clock import SystemClock
from seatrial.adapters.keys import FileSigner
from seatrial.core.problem import BadInputError
from seatrial.faces.cli.certificate import certificate_app
from seatrial.formats.certificate import sign_certificate


def check(folder: Path, *, days: int, signer: FileSigner = OFFICE) -> Result:
    """Check a certificate that expires so many days from now."""
    one = file_of(issued())
    now = SystemClock().now()
    later = type(one)(
        **{name: getattr(one, name) for name in one.__slots__ if name != "expires_at"},
        expires_at=now + timedelta(days=days),
    )
    (folder / "file").write_bytes(sign_certificate(later, signer))
    (folder / "key").write_bytes(OFFICE.public_pem)
    return run("check", folder / "file", "--key", folder / "key")


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(certificate_app, [str(one) for one in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_tells_what_was_tested_and_that_it_is_no_approval(tmp_path: Path) -> None:
    result = check(tmp_path, days=3)

    assert result.exit_code == 0
    assert "This certificate is not an approval." in result.stdout
    assert "in the words of its developer (Lab of Examples): \u201c" in result.stdout
    assert "Its scope, in the same words: \u201c" in result.stdout
    assert "Its signature agrees." in result.stdout


def test_an_expired_one_says_so(tmp_path: Path) -> None:
    result = check(tmp_path, days=-3)

    assert (result.exit_code, "It has expired." in result.stdout) == (1, True)


def test_an_unknown_signer_is_believed_nothing(tmp_path: Path) -> None:
    result = check(tmp_path, days=3, signer=STRANGER)

    assert result.exit_code == 1
    assert "signed by none of these keys" in result.stdout
    assert "Lab of Examples" not in result.stdout


def test_files_that_are_missing_are_named(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(OFFICE.public_pem)
    for file, key in (("none", "key"), ("key", "none")):
        with pytest.raises(BadInputError, match="none"):
            run("check", tmp_path / file, "--key", tmp_path / key)
