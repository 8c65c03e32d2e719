"""The ledger's signing key: a file beside the database, never in it.

`keys/ledger.pem` signs; `keys/ledger-keys.txt` names every key that ever signed, the present one
last: what auditors are given. The name of all of them is the ledger's origin and never changes.
`keys/witness-keys.txt` names the witnesses whose signatures the keeper took in.
"""

import fcntl
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from seatrial.adapters.durable_file import sync_folder, write_durably
from seatrial.adapters.keys import FileSigner, load_or_make_signer
from seatrial.adapters.store.checkpoints import Checkpoints
from seatrial.adapters.store.data_folder import PRIVATE_KEY
from seatrial.core.problem import BadInputError
from seatrial.formats.ledger_checkpoint import SignedCheckpoint
from seatrial.formats.note_key import VerifierKey, key_from_pem, read_keys

NEW = f"{PRIVATE_KEY}.new"
"""A key that a rotation made and that does not sign alone yet."""

PUBLIC = "ledger-keys.txt"
WITNESSES = "witness-keys.txt"


class LedgerKeys:
    """The keys in one folder."""

    def __init__(self, folder: Path) -> None:
        self.private = folder / PRIVATE_KEY
        self._public = folder / PUBLIC
        self._witnesses = folder / WITNESSES

    def signer(self, origin: str | None = None) -> tuple[VerifierKey, FileSigner]:
        """Give the present key, made on first use.

        origin: of a new ledger, such as `review.example.org/ledger`; a random one without it.
        Raises: BadInputError when the files disagree, or origin is not this ledger's.
        """
        known = self.known() or self._first(origin)
        if not self.private.exists():
            raise BadInputError(
                f"{self.private} is missing; {self._public} names {known[-1].name}.",
                "Put the key back from its own backup, or begin a new one: `ledger rotate-key`.",
            )
        name = known[-1].name
        if origin not in (None, name):
            raise BadInputError(f"This ledger is {name}, not {origin}.", "Leave the origin out.")
        signer, _ = load_or_make_signer(self.private)
        key = key_from_pem(name, signer.public_pem)
        # Of a rotation that goes on, or was cut short, the last key does not sign yet.
        signing = known[-2:] if self._is_pending() else known[-1:]
        if key != signing[0]:
            raise BadInputError(
                f"{self.private} is not the key of {self._public} that signs.",
                f"Put the private key's own copy back, or move {self.private} away and begin a new"
                " one: `ledger rotate-key`.",
            )
        return key, signer

    def known(self) -> tuple[VerifierKey, ...]:
        """Give every key that ever signed, the present one last."""
        if not self._public.exists():
            return ()
        return read_keys(self._public.read_bytes(), place=str(self._public))

    def witnesses(self) -> tuple[VerifierKey, ...]:
        """Give the keys of the witnesses that are known here."""
        if not self._witnesses.exists():
            return ()
        return read_keys(self._witnesses.read_bytes(), place=str(self._witnesses))

    def add_witnesses(self, keys: Iterable[VerifierKey]) -> None:
        """Know these witnesses from now on, besides those known already."""
        every = dict.fromkeys((*self.witnesses(), *keys))
        if every:
            write_durably(self._witnesses, "".join(f"{key}\n" for key in every).encode())

    def rotate(self, checkpoints: Checkpoints) -> SignedCheckpoint:
        """Make a new key; sign the head with the old one, where it is there, and the new one.

        The old private key is destroyed. Lost, it is done without: auditors then see the new
        key begin where no old one vouches for it. One that was cut short is gone on with.
        Raises: BadInputError when there is no ledger key yet.
        """
        with self._locked():
            if not self.known():
                raise BadInputError(f"{self._public} names no key yet.", "Sign a head first.")
            # The public file first: a crash may leave a key that signed nothing, never a signature
            # by a key that no file knows. Until the last step the old key signs.
            fresh = self.private.with_name(NEW)
            if not self._is_pending():
                fresh.unlink(missing_ok=True)
                made, _ = load_or_make_signer(fresh)
                known = self.known()
                self._write((*known, key_from_pem(known[-1].name, made.public_pem)))
            if self.private.exists():
                checkpoints.sign(*self.signer())
            signer, _ = load_or_make_signer(fresh)
            signed = checkpoints.sign(self.known()[-1], signer)
            fresh.rename(self.private)
            sync_folder(self.private.parent)
            public = fresh.with_suffix(".pub.pem")
            if public.exists():
                public.rename(self.private.with_suffix(".pub.pem"))
            return signed

    def _is_pending(self) -> bool:
        """Say whether a rotation was cut short after its new key was made known."""
        fresh, known = self.private.with_name(NEW), self.known()
        if not known or not fresh.exists():
            return False
        signer, _ = load_or_make_signer(fresh)
        return key_from_pem(known[-1].name, signer.public_pem) == known[-1]

    def _first(self, origin: str | None) -> tuple[VerifierKey, ...]:
        """Begin the ledger's keys, unless another process just did: an origin never changes."""
        with self._locked():
            if known := self.known():
                return known
            signer, _ = load_or_make_signer(self.private)
            name = origin or f"seatrial.invalid/{secrets.token_hex(8)}"
            made = (key_from_pem(name, signer.public_pem),)
            self._write(made)
            return made

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Let one process at a time begin or change keys."""
        self.private.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder = os.open(self.private.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)

    def _write(self, keys: tuple[VerifierKey, ...]) -> None:
        text = "".join(f"{key}\n" for key in keys)
        write_durably(self._public, text.encode(), mode=0o644)
