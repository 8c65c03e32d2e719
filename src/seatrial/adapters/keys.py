"""Signing keys as files: Ed25519, made on first use or given."""

import os
from collections.abc import Collection
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from seatrial.adapters.durable_file import write_durably
from seatrial.core.canonical import digest_bytes
from seatrial.core.problem import BadInputError, RefusedError


class FileSigner:
    """A signing key read from a PEM file."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public_pem = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self._keyid = keyid_of(key.public_key())

    @property
    def keyid(self) -> str:
        """SHA-256 of the public key's DER form, in hexadecimal."""
        return self._keyid

    def sign(self, message: bytes) -> bytes:
        """Sign `message`: 64 bytes."""
        return self._key.sign(message)


def keyid_of(key: Ed25519PublicKey) -> str:
    """Name a public key by the SHA-256 of its DER form, in hexadecimal."""
    der = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return digest_bytes(der).removeprefix("sha256:")


def default_key_path() -> Path:
    """Where this user's own key lies: SEATRIAL_KEY, else the XDG data folder."""
    if given := os.environ.get("SEATRIAL_KEY"):
        return Path(given)
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return data / "seatrial" / "keys" / "signing.pem"


def default_trust_path() -> Path:
    """Where this user's trusted public keys lie: SEATRIAL_TRUST, else beside the own key."""
    if given := os.environ.get("SEATRIAL_TRUST"):
        return Path(given)
    return default_key_path().with_name("trusted.pem")


def trust_key(signer: "FileSigner") -> Path:
    """Add a key to this user's trust file, once; give the file."""
    path = default_trust_path()
    held = path.read_bytes() if path.exists() else b""
    if signer.public_pem not in held:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_durably(path, held + signer.public_pem, mode=0o600)
    return path


def load_or_make_signer(path: Path) -> tuple[FileSigner, bool]:
    """Read the key at `path`, or make it (mode 0600) with its public part beside it.

    Returns: the signer, and whether the key was made now.
    Raises: BadInputError when the file is no unencrypted Ed25519 key.
    """
    if not path.exists():
        return _make(path), True
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadInputError(
            f"{path} is not an unencrypted PEM private key ({error}).",
            "Give another file with --signing-key, or move this one away: a new key is made then.",
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise BadInputError(
            f"{path} holds a {type(key).__name__}, not an Ed25519 key.", "Give an Ed25519 key."
        )
    return FileSigner(key), False


def load_same_signer(path: Path, keyids: Collection[str]) -> FileSigner:
    """Read the key that signed something before, to sign what belongs to it.

    Raises: BadInputError when it is gone; RefusedError when another key lies there now.
    """
    if not path.exists():
        raise BadInputError(
            f"The signing key of this trial, {path}, is gone.",
            "Bring it back: one key signs plan and evidence. A new trial can have a new key.",
        )
    signer, _ = load_or_make_signer(path)
    if signer.keyid not in keyids:
        raise RefusedError(
            f"The plan of this trial was signed by another key than the one in {path} now.",
            "Bring the first key back: one key signs plan and evidence.",
        )
    return signer


def load_public_keys(path: Path) -> dict[str, Ed25519PublicKey]:
    """Read one or more PEM public keys (a key file or a trust file): key id to key.

    Raises: BadInputError when none is there or one is not Ed25519.
    """
    text = path.read_bytes()
    end = b"-----END PUBLIC KEY-----"
    blocks = [part[part.find(b"-----BEGIN") :] + end for part in text.split(end)[:-1]]
    keys: dict[str, Ed25519PublicKey] = {}
    for block in blocks:
        try:
            key = serialization.load_pem_public_key(block)
        except (ValueError, UnsupportedAlgorithm) as error:
            raise BadInputError(
                f"{path} holds a block that is no public key ({error}).", "Give PEM public keys."
            ) from error
        if not isinstance(key, Ed25519PublicKey):
            raise BadInputError(
                f"{path} holds a {type(key).__name__}, not an Ed25519 key.", "Give Ed25519 keys."
            )
        keys[keyid_of(key)] = key
    if not keys:
        raise BadInputError(f"{path} holds no PEM public key.", "Give a file of PEM public keys.")
    return keys


def _make(path: Path) -> FileSigner:
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
    signer = FileSigner(key)
    path.with_suffix(".pub.pem").write_bytes(signer.public_pem)
    return signer
