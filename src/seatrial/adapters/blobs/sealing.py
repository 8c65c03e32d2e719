"""Sealed content: every use of it is an entry first, and only then done."""

import hashlib
from io import BytesIO
from typing import IO, Any, cast

import pyrage

from seatrial.adapters.blobs.blob_folder import CHUNK, BlobFolder
from seatrial.adapters.blobs.custody import Custody
from seatrial.adapters.store.ledger import reached
from seatrial.adapters.store.models import LedgerEntry, StreamRow
from seatrial.core.canonical import Digest
from seatrial.core.ledger.aggregate import NotPossibleError, Setting
from seatrial.core.ledger.port import KeyReusedError, Ledger, Unit
from seatrial.core.people import CaseId
from seatrial.core.problem import BadInputError, UnavailableError
from seatrial.core.sealed.blob import SEALED, Blob, Event, Exported, Read, Sealed, blob_stream
from seatrial.core.sealed.case_key import CASE_KEY, KeyDestroyed, KeyMade, key_stream

MAX_BYTES = 64 * 1024 * 1024
"""Of content that is given as a whole; what is larger is written to a stream."""


class SealedBlobs:
    """Blobs sealed to their cases. ledger: knows BLOBS and CASE_KEYS."""

    def __init__(
        self, ledger: Ledger, folder: BlobFolder, custody: Custody, *, alias: str = "default"
    ) -> None:
        self._ledger = ledger
        self._folder = folder
        self._custody = custody
        self._rows = StreamRow.objects.using(alias)
        self._entries = LedgerEntry.objects.using(alias)

    def seal(
        self,
        case: CaseId,
        content: IO[bytes],
        media: str,
        setting: Setting,
        *,
        key: str | None = None,
    ) -> Digest:
        """Encrypt content to a case and keep it; give the digest of what is kept.

        The same content twice gives two digests: none of them tells what it was. Any size.
        key: idempotency key. Known already, the digest of back then is given, once it was looked
        whether it is this content: after a restore, work is done anew under the same keys.
        Raises: NotPossibleError when the case's key is destroyed. KeyReusedError for other
        content; UnavailableError when that of back then cannot be had.
        """
        known = None if key is None else self._sealed_with(key)
        if known is not None:
            self._check_same(known, case, content, media)
            return known
        recipient = pyrage.x25519.Recipient.from_str(self._recipient(case, setting))
        digest, size = self._folder.add(lambda file: pyrage.encrypt_io(content, file, [recipient]))
        sealed = Sealed(digest=digest, size=size, case=case, media=media)
        with self._ledger.unit(key=key) as unit:
            _check_held(unit, case)
            unit.handle(SEALED, blob_stream(digest), sealed, setting, case=case)
        return digest

    def is_sealed(self, key: str) -> bool:
        """Say whether content was sealed with an idempotency key."""
        return self._sealed_with(key) is not None

    def blob(self, digest: Digest) -> Blob:
        """Give what is known of a blob, not its content. Raises: NotPossibleError for none."""
        return _known(self._ledger.state(SEALED, blob_stream(digest))[0])

    def read(self, digest: Digest, purpose: str, setting: Setting) -> bytes:
        """Note that the actor reads content, then give it whole.

        Raises: NotPossibleError when its key is destroyed; BadInputError above MAX_BYTES;
        UnavailableError when file or key cannot be had.
        """
        if self.blob(digest).size > MAX_BYTES:
            raise BadInputError(f"{digest} is larger than {MAX_BYTES} bytes.", "Stream it.")
        content = BytesIO()
        self.read_into(digest, purpose, setting, content)
        return content.getvalue()

    def read_into(self, digest: Digest, purpose: str, setting: Setting, writer: IO[bytes]) -> None:
        """Note that the actor reads content, then write it. Raises: as `read`."""
        self._use(digest, Read(purpose=purpose), setting, writer)

    def export_into(self, digest: Digest, asked: int, setting: Setting, writer: IO[bytes]) -> None:
        """Note an export that a second person agreed to, then write the content.

        Raises: NotPossibleError for any other export; else as `read`.
        """
        self._use(digest, Exported(asked=asked), setting, writer)

    def purge(self, case: CaseId, reason: str, setting: Setting) -> int:
        """Note that a case's key is destroyed, then destroy it and the files; give how many.

        In backups it is destroyed when the next backup is complete: `custody.py`.
        """
        wanted = KeyDestroyed(reason=reason)
        self._ledger.handle(CASE_KEY, key_stream(case), wanted, setting, case=case)
        return self._remove(case)

    def finish_purges(self) -> int:
        """Destroy what a kill left of purged cases; give how many files."""
        with reached():
            purged = self._rows.filter(aggregate=CASE_KEY.name, stage="destroyed")
            cases = [CaseId(case) for case in purged.values_list("case", flat=True) if case]
        return sum(self._remove(case) for case in cases)

    def unrecorded(self) -> tuple[Digest, ...]:
        """Name files that no entry tells of: a kill came between the file and its entry."""
        with reached():
            blobs = self._rows.filter(aggregate=SEALED.name).values_list("stream", flat=True)
            known = set(blobs.iterator())
        return tuple(one for one in self._folder.digests() if blob_stream(one) not in known)

    def _sealed_with(self, key: str) -> Digest | None:
        """Give what was sealed with a key; the unit's first command has it with its number."""
        with reached():
            first = self._entries.filter(key=f"{key}#0", kind=f"{SEALED.name}.sealed")
            stream = first.values_list("stream", flat=True).first()
        return None if stream is None else Digest(f"sha256:{stream.rpartition('/')[2]}")

    def _check_same(self, digest: Digest, case: CaseId, content: IO[bytes], media: str) -> None:
        blob, there, here = self.blob(digest), _Hash(), _Hash()
        if (blob.case, blob.media) == (case, media):
            self._check_key(case)
            self._decrypt(digest, case, cast("IO[bytes]", there))
            while chunk := content.read(CHUNK):
                here.write(chunk)
            if there.digest() == here.digest():
                return
        raise KeyReusedError(
            "The idempotency key was used for other content.", "Send the content with a key anew."
        )

    def _check_key(self, case: CaseId) -> None:
        state, _ = self._ledger.state(CASE_KEY, key_stream(case))
        if state is None or state.destroyed:
            raise _destroyed(case)

    def _recipient(self, case: CaseId, setting: Setting) -> str:
        stream = key_stream(case)
        state, _ = self._ledger.state(CASE_KEY, stream)
        if state is None:
            made = KeyMade(case=case, recipient=self._custody.make(case))
            with self._ledger.unit() as unit:
                state, _ = unit.state(CASE_KEY, stream)
                if state is None:
                    state = unit.handle(CASE_KEY, stream, made, setting, case=case).state
        if state is None or state.destroyed:
            raise _destroyed(case)
        return state.recipient

    def _use(self, digest: Digest, event: Event, setting: Setting, writer: IO[bytes]) -> None:
        stream = blob_stream(digest)
        with self._ledger.unit() as unit:
            blob = _known(unit.state(SEALED, stream)[0])
            _check_held(unit, blob.case)
            unit.handle(SEALED, stream, event, setting, case=blob.case)
        self._decrypt(digest, blob.case, writer)

    def _decrypt(self, digest: Digest, case: CaseId, writer: IO[bytes]) -> None:
        identity: Any = self._custody.identity(case)
        with self._folder.open(digest) as file:
            try:
                pyrage.decrypt_io(file, writer, [identity])
            except pyrage.DecryptError as error:
                raise UnavailableError(
                    f"{digest} is not sealed to the key of case {case}.",
                    "Restore the key files of the custody folder from a backup.",
                ) from error

    def _remove(self, case: CaseId) -> int:
        self._custody.destroy(case)
        with reached():
            blobs = self._rows.filter(aggregate=SEALED.name, case=case)
            digests = [f"sha256:{one.rpartition('/')[2]}" for one in _streams(blobs)]
        return sum(self._folder.remove(Digest(one)) for one in digests)


class _Hash:
    """What is written to it leaves its digest alone."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self.digest = self._sha256.digest

    def write(self, content: bytes) -> int:
        self._sha256.update(content)
        return len(content)

    def flush(self) -> None:
        """Nothing is held back."""


def _streams(rows: Any) -> list[str]:
    return list(rows.values_list("stream", flat=True))


def _check_held(unit: Unit, case: CaseId) -> None:
    state, _ = unit.state(CASE_KEY, key_stream(case))
    if state is None or state.destroyed:
        raise _destroyed(case)


def _known(blob: Blob | None) -> Blob:
    if blob is None:
        raise NotPossibleError("No such content is sealed.", "Check its digest.")
    return blob


def _destroyed(case: CaseId) -> NotPossibleError:
    return NotPossibleError(
        f"The key of case {case} is destroyed.", "What was sealed to it is gone for good."
    )
