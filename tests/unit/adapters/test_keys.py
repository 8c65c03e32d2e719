"""Signing keys as files."""

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from seatrial.adapters.keys import load_or_make_signer, load_public_keys, load_same_signer
from seatrial.core.problem import BadInputError, RefusedError


def test_a_key_is_made_once_private_and_signs_for_its_public_part(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "signing.pem"
    first, made = load_or_make_signer(path)
    again, made_again = load_or_make_signer(path)

    assert (made, made_again) == (True, False)
    assert first.keyid == again.keyid
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (keyid, key), *_ = load_public_keys(path.with_suffix(".pub.pem")).items()
    assert keyid == first.keyid
    key.verify(first.sign(b"words"), b"words")


def test_a_trust_file_may_hold_several_keys(tmp_path: Path) -> None:
    signers = [load_or_make_signer(tmp_path / f"{n}.pem")[0] for n in range(3)]
    trust = tmp_path / "trust.pem"
    trust.write_bytes(b"# ours\n".join(signer.public_pem for signer in signers))

    assert set(load_public_keys(trust)) == {signer.keyid for signer in signers}


@pytest.mark.parametrize(
    "content",
    [b"", b"no key at all", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"],
)
def test_a_file_without_public_keys_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "trust.pem"
    path.write_bytes(content)
    with pytest.raises(BadInputError, match=r"trust\.pem"):
        load_public_keys(path)


def test_a_private_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    path = tmp_path / "other.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    with pytest.raises(BadInputError, match="not an Ed25519 key"):
        load_or_make_signer(path)


def test_only_the_key_that_signed_before_signs_again(tmp_path: Path) -> None:
    path = tmp_path / "s.pem"
    signer, _ = load_or_make_signer(path)
    assert load_same_signer(path, (signer.keyid,)).keyid == signer.keyid

    with pytest.raises(RefusedError, match="another key"):
        load_same_signer(path, ("other",))
    path.unlink()
    with pytest.raises(BadInputError, match="is gone"):
        load_same_signer(path, (signer.keyid,))
    assert not path.exists()
