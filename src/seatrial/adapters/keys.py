"""Signing keys as files: Ed25519, made on first use or given."""

import fcntl
import os
import stat
import tempfile
from collections.abc import Collection, Generator
from contextlib import contextmanager
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from seatrial.adapters.durable_file import write_durably
from seatrial.core.canonical import digest_bytes
from seatrial.core.problem import BadInputError, RefusedError, UnavailableError

MOST_BYTES = 1024 * 1024
"""Of a key or trust file: room for some 8,000 public keys."""


class FileSigner:
    """A signing key read from a PEM file."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public_key = key.public_key()
        self.public_pem = self.public_key.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self._keyid = keyid_of(self.public_key)

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
    """Add a key to this user's trust file, once; give the file.

    Several processes may do so at once: none loses what another added.
    Raises: BadInputError when the file is none; UnavailableError when it cannot be written.
    """
    path = default_trust_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _held(path.parent):
            held = _read(path, "PEM public keys") if os.path.lexists(path) else b""
            if signer.public_pem not in held:
                write_durably(path, held + signer.public_pem, mode=0o600)
    except OSError as error:
        raise _unwritable(path, error) from error
    return path


def load_or_make_signer(path: Path) -> tuple[FileSigner, bool]:
    """Read the key at `path`, or make it (mode 0600) with its public part beside it.

    Several processes may do so at once: one makes the key, all get the same.
    Returns: the signer, and whether the key was made now.
    Raises: BadInputError when the file is no unencrypted Ed25519 key; UnavailableError when
    a key cannot be written.
    """
    if not os.path.lexists(path):
        made = _make(path)
        if made is not None:
            return made, True
    content = _read(path, "an Ed25519 private key, PEM")
    try:
        key = serialization.load_pem_private_key(content, password=None)
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

    Raises: BadInputError when the file cannot be read, none is there or one is not Ed25519.
    """
    text = _read(path, "PEM public keys")
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


def _make(path: Path) -> FileSigner | None:
    """Make a key, whole or not at all; None when another process made one meanwhile."""
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    signer = FileSigner(key)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not _put(path, pem):
            return None
        write_durably(path.with_suffix(".pub.pem"), signer.public_pem)
    except OSError as error:
        raise _unwritable(path, error) from error
    return signer


def _put(path: Path, content: bytes) -> bool:
    """Write a new file, mode 0600; False when there is one. Never is a part of it to be seen."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)
    except FileExistsError:
        return False
    finally:
        Path(temporary).unlink()
    return True


@contextmanager
def _held(folder: Path) -> Generator[None]:
    """Keep other processes of Seatrial from changing the folder's files."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _read(path: Path, wanted: str) -> bytes:
    """Read a small plain file; a pipe would keep the reader waiting for a writer."""
    remedy = f"Give a file of {wanted}."
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            plain = stat.S_ISREG(os.fstat(descriptor).st_mode)
            content = os.pread(descriptor, MOST_BYTES + 1, 0) if plain else b""
        finally:
            os.close(descriptor)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise BadInputError(f"{path} cannot be read ({why}).", remedy) from error
    if not plain or len(content) > MOST_BYTES:
        what = "is too large" if plain else "is no plain file"
        raise BadInputError(f"{path} {what}.", remedy)
    return content


def _unwritable(path: Path, error: OSError) -> UnavailableError:
    return UnavailableError(
        f"{path} cannot be written ({error.strerror}).",
        "Make its folder writable, or name another: SEATRIAL_KEY, SEATRIAL_TRUST.",
    )
