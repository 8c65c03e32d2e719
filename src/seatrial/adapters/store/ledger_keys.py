"""The ledger's signing key: a file beside the database, never in it.

`keys/ledger.pem` signs; `keys/ledger-keys.txt` names every key that ever signed, the present one
last: what auditors are given. The name of all of them is the ledger's origin and never changes.
`keys/witness-keys.txt` names the witnesses whose signatures the keeper took in.
"""

import fcntl
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from seatrial.adapters.durable_file import write_durably
from seatrial.adapters.keys import FileSigner, load_or_make_signer
from seatrial.adapters.store.checkpoints import Checkpoints
from seatrial.core.problem import BadInputError
from seatrial.formats.ledger_checkpoint import SignedCheckpoint
from seatrial.formats.note_key import VerifierKey, key_from_pem, read_keys

PRIVATE = "ledger.pem"
PUBLIC = "ledger-keys.txt"
WITNESSES = "witness-keys.txt"


class LedgerKeys:
    """The keys in one folder."""

    def __init__(self, folder: Path) -> None:
        self.private = folder / PRIVATE
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
        if key != known[-1]:
            raise BadInputError(
                f"{self.private} is not the last key of {self._public}.",
                "Put both files back from one backup.",
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
        key begin where no old one vouches for it.
        Raises: BadInputError when there is no ledger key yet.
        """
        known = self.known()
        if not known:
            raise BadInputError(f"{self._public} names no key yet.", "Sign a head first.")
        if self.private.exists():
            checkpoints.sign(*self.signer())
        fresh = self.private.with_name(f"{PRIVATE}.new")
        fresh.unlink(missing_ok=True)
        signer, _ = load_or_make_signer(fresh)
        key = key_from_pem(known[-1].name, signer.public_pem)
        signed = checkpoints.sign(key, signer)
        # The public file first: a crash between leaves a private key that the file does not end
        # with, which `signer` names, never a signature by a key that no file knows.
        self._write((*known, key))
        fresh.rename(self.private)
        fresh.with_suffix(".pub.pem").unlink(missing_ok=True)
        return signed

    def _first(self, origin: str | None) -> tuple[VerifierKey, ...]:
        """Begin the ledger's keys, unless another process just did: an origin never changes."""
        self.private.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder = os.open(self.private.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            if known := self.known():
                return known
            signer, _ = load_or_make_signer(self.private)
            name = origin or f"seatrial.invalid/{secrets.token_hex(8)}"
            made = (key_from_pem(name, signer.public_pem),)
            self._write(made)
            return made
        finally:
            os.close(folder)

    def _write(self, keys: tuple[VerifierKey, ...]) -> None:
        text = "".join(f"{key}\n" for key in keys)
        write_durably(self._public, text.encode(), mode=0o644)
