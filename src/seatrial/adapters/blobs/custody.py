"""Custody of case keys: each a file, encrypted to the operator's key that lies elsewhere.

A case key exists nowhere in the clear but in memory. Its file can be in every backup: without
the operator's key, which is in none, it opens nothing. So a case's key is destroyed by removing
its file, and in the backups by giving the operator a new key and destroying the old one.
"""

import fcntl
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyrage

from seatrial.adapters.durable_file import sync_folder, write_durably
from seatrial.core.people import CaseId
from seatrial.core.problem import BadInputError, UnavailableError

_CASE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")

PURGED = ".purged"
"""File that says: a case key was destroyed and the operator's key is still the one of before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wrapped:
    recipient: str
    wrapped: bytes


class Custody:
    """The case keys in a folder, and the operator's key file that opens them.

    operator: an age identity file; its last key is the present one, any before it is about to be
    destroyed. Made on first use.
    """

    def __init__(self, folder: Path, operator: Path) -> None:
        self._folder = folder
        self._operator = operator

    def make(self, case: CaseId) -> str:
        """Give a case its key, once; give the recipient, its public half."""
        path = self._path(case)
        with self._locked():
            if not path.exists():
                self._write(path, pyrage.x25519.Identity.generate())
        return self.recipient(case)

    def recipient(self, case: CaseId) -> str:
        """Give a case's public half. Raises: UnavailableError when the case has no key."""
        return self._read(self._path(case)).recipient

    def identity(self, case: CaseId) -> Any:
        """Give a case's key. Raises: UnavailableError when it cannot be had."""
        return self._unwrap(self._path(case), self._identities())

    def destroy(self, case: CaseId) -> None:
        """Destroy a case's key here; in backups, the next backup does (`renew_after_purge`)."""
        path = self._path(case)
        with self._locked():
            if path.exists():
                # Before the key goes: a kill between costs a renewal, not the destruction.
                write_durably(self._folder / PURGED, b"")
                path.unlink()
                sync_folder(self._folder)

    def cases(self) -> Iterator[CaseId]:
        """Name the cases that have a key."""
        for path in sorted(self._folder.glob("[!.]*.json")):
            yield CaseId(path.stem)

    def renew_after_purge(self) -> bool:
        """Give the operator a new key if a case key was destroyed since the last; say whether.

        A backup calls this first and `retire` last: earlier backups open nothing from then on.
        """
        if not (self._folder / PURGED).exists() and len(self._identities()) == 1:
            return False
        self.renew_operator_key()
        return True

    def renew_operator_key(self) -> str:
        """Give the operator a new key and encrypt every case key to it; give its public half.

        The old key stays until `retire`: first make a backup that the new key opens.
        Raises: UnavailableError when the operator's key does not open a case key.
        """
        with self._locked():
            identities = self._identities()
            fresh = pyrage.x25519.Identity.generate()
            self._write_operator([*identities, fresh])
            # Whatever is destroyed from here on is not covered by this renewal.
            (self._folder / PURGED).unlink(missing_ok=True)
            for case in self.cases():
                self._write(self._path(case), self._unwrap(self._path(case), identities))
        return str(fresh.to_public())

    def retire(self) -> int:
        """Destroy every operator key but the present one; give how many.

        A case key that only an old one opens is encrypted to the present one first.
        """
        with self._locked():
            identities = self._identities()
            for case in self.cases():
                path = self._path(case)
                try:
                    self._unwrap(path, identities[-1:])
                except UnavailableError:
                    self._write(path, self._unwrap(path, identities))
            self._write_operator(identities[-1:])
        return len(identities) - 1

    def operator_recipient(self) -> str:
        """Give the public half of the operator's present key: it tells copies of it apart."""
        return str(self._identities()[-1].to_public())

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Let one process or thread at a time make, destroy and renew."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _write(self, path: Path, identity: Any) -> None:
        recipient = str(identity.to_public())
        operator = self._identities()[-1].to_public()
        wrapped = pyrage.encrypt(str(identity).encode(), [operator], armored=True)
        content = {"recipient": recipient, "wrapped": wrapped.decode()}
        write_durably(path, json.dumps(content).encode(), mode=0o600)

    def _unwrap(self, path: Path, identities: list[Any]) -> Any:
        held = self._read(path)
        try:
            identity = pyrage.decrypt(held.wrapped, identities).decode()
        except pyrage.DecryptError as error:
            raise UnavailableError(
                f"The operator's key does not open {path}.",
                f"Put the copy of it back to {self._operator} that was made last.",
            ) from error
        return pyrage.x25519.Identity.from_str(identity)

    def _read(self, path: Path) -> _Wrapped:
        if not path.exists():
            raise UnavailableError(
                f"{path.stem} has no key: none was made, or it is destroyed.",
                "What was sealed to a destroyed key is gone.",
            )
        try:
            content = json.loads(path.read_bytes())
            recipient, wrapped = content["recipient"], content["wrapped"].encode()
            pyrage.x25519.Recipient.from_str(recipient)
        except (ValueError, LookupError, TypeError, AttributeError, pyrage.RecipientError) as error:
            raise UnavailableError(f"{path} is damaged.", "Restore it from a backup.") from error
        return _Wrapped(recipient=recipient, wrapped=wrapped)

    def _identities(self) -> list[Any]:
        if not self._operator.exists():
            if any(self.cases()):
                raise UnavailableError(
                    f"{self._operator} is missing; without it no case key opens.",
                    "Put its copy back.",
                )
            self._write_operator([pyrage.x25519.Identity.generate()])
        try:
            lines = self._operator.read_text(encoding="ascii").splitlines()
            keys = [line for line in lines if line and not line.startswith("#")]
            identities = [pyrage.x25519.Identity.from_str(key) for key in keys]
        except (ValueError, pyrage.IdentityError):
            identities = []
        if not identities:
            raise UnavailableError(
                f"{self._operator} is no age identity file.", "Put its copy back."
            )
        return identities

    def _write_operator(self, identities: list[Any]) -> None:
        text = "".join(f"# public key: {one.to_public()}\n{one}\n" for one in identities)
        self._operator.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_durably(self._operator, text.encode(), mode=0o600)

    def _path(self, case: CaseId) -> Path:
        if not _CASE.fullmatch(case):
            raise BadInputError(f"{case!r} names no case.", "Use letters, digits and . _ -")
        return self._folder / f"{case}.json"
