"""Every use of sealed content is an entry, and what is purged stays purged."""

from io import BytesIO
from pathlib import Path
from typing import IO, cast

import pytest
from lamp import setting
from stores import Store

from seatrial.adapters.blobs import sealing
from seatrial.adapters.blobs.blob_folder import BlobFolder
from seatrial.adapters.blobs.custody import Custody
from seatrial.adapters.blobs.sealing import SealedBlobs
from seatrial.adapters.store.ledger import DatabaseLedger
from seatrial.core.canonical import Digest, digest_bytes
from seatrial.core.ledger.aggregate import NotPossibleError
from seatrial.core.ledger.port import KeyReusedError
from seatrial.core.people import CaseId
from seatrial.core.problem import BadInputError, UnavailableError
from seatrial.core.sealed.blob import BLOBS, SEALED, ExportAgreed, ExportAsked, blob_stream
from seatrial.core.sealed.case_key import CASE_KEYS

CASE = CaseId("case-1")
CONTENT = b"endpoint token 8d1f" * 100


@pytest.fixture
def ledger(store: Store) -> DatabaseLedger:
    return DatabaseLedger([BLOBS, CASE_KEYS], alias=store.alias)


@pytest.fixture
def custody(tmp_path: Path) -> Custody:
    return Custody(tmp_path / "custody", tmp_path / "operator.txt")


@pytest.fixture
def blobs(ledger: DatabaseLedger, custody: Custody, store: Store, tmp_path: Path) -> SealedBlobs:
    return SealedBlobs(ledger, BlobFolder(tmp_path / "blobs"), custody, alias=store.alias)


@pytest.fixture
def sealed(blobs: SealedBlobs) -> Digest:
    return blobs.seal(CASE, BytesIO(CONTENT), "text/plain", setting())


def kinds(ledger: DatabaseLedger) -> list[str]:
    return [one.entry.kind for one in ledger.since(0)]


def test_content_is_sealed_and_read_back_with_an_entry_for_each(
    blobs: SealedBlobs, sealed: Digest, ledger: DatabaseLedger, tmp_path: Path
) -> None:
    assert blobs.read(sealed, "review", setting(1, person="bob")) == CONTENT

    assert kinds(ledger) == ["case-key.key-made", "sealed.sealed", "sealed.read"]
    last = ledger.history(blob_stream(sealed))[-1].entry
    assert (last.actor.person, last.case, last.facts) == ("bob", CASE, {"purpose": "review"})
    (file,) = (path for path in (tmp_path / "blobs").rglob("*") if path.is_file())
    assert digest_bytes(file.read_bytes()) == sealed
    assert b"token" not in file.read_bytes()


def test_the_ledger_tells_nothing_of_the_content(
    blobs: SealedBlobs, sealed: Digest, ledger: DatabaseLedger
) -> None:
    """Not even that it is the same twice, nor its digest."""
    again = blobs.seal(CASE, BytesIO(CONTENT), "text/plain", setting())
    assert again != sealed
    written = b"".join(one.content for one in ledger.since(0))
    assert digest_bytes(CONTENT).removeprefix("sha256:").encode() not in written


def test_the_entry_comes_before_the_content(
    blobs: SealedBlobs, sealed: Digest, ledger: DatabaseLedger
) -> None:
    class Closed(BytesIO):
        def write(self, _content: object) -> int:
            assert kinds(ledger)[-1] == "sealed.read"
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        blobs.read_into(sealed, "review", setting(), Closed())
    assert kinds(ledger)[-1] == "sealed.read"


def test_without_a_purpose_nothing_is_handed_out(blobs: SealedBlobs, sealed: Digest) -> None:
    out = BytesIO()
    with pytest.raises(NotPossibleError):
        blobs.read_into(sealed, "", setting(), out)
    assert out.getvalue() == b""


def test_an_export_needs_a_second_person(
    blobs: SealedBlobs, sealed: Digest, ledger: DatabaseLedger
) -> None:
    stream, out = blob_stream(sealed), BytesIO()
    ledger.handle(SEALED, stream, ExportAsked(purpose="court"), setting(person="ada"), case=CASE)
    with pytest.raises(NotPossibleError):
        blobs.export_into(sealed, 0, setting(person="ada"), out)
    assert out.getvalue() == b""
    ledger.handle(SEALED, stream, ExportAgreed(asked=0), setting(person="bob"), case=CASE)
    blobs.export_into(sealed, 0, setting(person="ada"), out)
    assert out.getvalue() == CONTENT
    assert kinds(ledger)[-1] == "sealed.exported"


def test_what_is_purged_cannot_be_read_nor_added_to(
    blobs: SealedBlobs, sealed: Digest, ledger: DatabaseLedger, custody: Custody, tmp_path: Path
) -> None:
    other = blobs.seal(CaseId("other"), BytesIO(b"kept"), "text/plain", setting())
    assert blobs.purge(CASE, "retention of 90 days", setting()) == 1
    before = kinds(ledger)
    with pytest.raises(NotPossibleError, match="destroyed"):
        blobs.read(sealed, "review", setting())
    with pytest.raises(NotPossibleError, match="destroyed"):
        blobs.seal(CASE, BytesIO(b"more"), "text/plain", setting())
    assert kinds(ledger) == before
    assert list(custody.cases()) == ["other"]
    assert list(BlobFolder(tmp_path / "blobs").digests()) == [other]
    assert blobs.read(other, "review", setting()) == b"kept"


def test_a_purge_that_was_killed_half_way_is_finished(
    blobs: SealedBlobs, sealed: Digest, custody: Custody, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_case: CaseId) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(custody, "destroy", killed)
        with pytest.raises(KeyboardInterrupt):
            blobs.purge(CASE, "retention", setting())
    assert list(custody.cases()) == [CASE]
    # Destroyed by its entry: already nobody reads it.
    with pytest.raises(NotPossibleError):
        blobs.read(sealed, "review", setting())
    assert blobs.finish_purges() == 1
    assert (list(custody.cases()), blobs.finish_purges()) == ([], 0)


def test_a_key_stands_for_one_content(
    blobs: SealedBlobs, ledger: DatabaseLedger, tmp_path: Path
) -> None:
    """Work that a restored ledger knows the keys of, and not the results, is done anew."""

    def seal(content: bytes, media: str = "text/plain", case: CaseId = CASE) -> Digest:
        return blobs.seal(case, BytesIO(content), media, setting(), key="trial/t1/0/2")

    first = seal(CONTENT)
    before = kinds(ledger)
    assert seal(CONTENT) == first
    for content, media, case in (
        (CONTENT + b"x", "text/plain", CASE),
        (CONTENT, "text/html", CASE),
        (CONTENT, "text/plain", CaseId("other")),
    ):
        with pytest.raises(KeyReusedError):
            seal(content, media, case)
    # To compare is no reading: nothing is handed out.
    assert kinds(ledger) == before
    (file,) = (path for path in (tmp_path / "blobs").rglob("*") if path.is_file())
    file.unlink()
    with pytest.raises(UnavailableError):
        seal(CONTENT)
    blobs.purge(CASE, "retention", setting())
    with pytest.raises(NotPossibleError, match="destroyed"):
        seal(CONTENT)


def test_a_file_without_an_entry_is_named(
    blobs: SealedBlobs, sealed: Digest, tmp_path: Path
) -> None:
    assert blobs.unrecorded() == ()
    extra, _ = BlobFolder(tmp_path / "blobs").add(lambda file: cast("None", file.write(b"x")))
    assert blobs.unrecorded() == (extra,)
    assert blobs.blob(sealed).size > len(CONTENT)


@pytest.mark.parametrize("damage", ["missing", "changed"])
def test_a_damaged_file_is_named(
    blobs: SealedBlobs, sealed: Digest, tmp_path: Path, damage: str
) -> None:
    (file,) = (path for path in (tmp_path / "blobs").rglob("*") if path.is_file())
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(UnavailableError):
        blobs.read(sealed, "review", setting())


class Zeros:
    """So many bytes, never held at once."""

    def __init__(self, size: int) -> None:
        self.left = size

    def read(self, most: int) -> bytes:
        given = min(most, self.left, 1024 * 1024)
        self.left -= given
        return bytes(given)


class Counting:
    def __init__(self) -> None:
        self.count = 0

    def write(self, content: bytes) -> int:
        self.count += len(content)
        return len(content)

    def flush(self) -> None:
        """Nothing is held back."""


def test_large_content_is_streamed(blobs: SealedBlobs, monkeypatch: pytest.MonkeyPatch) -> None:
    size = 4 * 1024 * 1024
    monkeypatch.setattr(sealing, "MAX_BYTES", size)
    large = blobs.seal(CASE, cast("IO[bytes]", Zeros(size)), "application/octet-stream", setting())
    out = Counting()
    blobs.read_into(large, "review", setting(), cast("IO[bytes]", out))
    assert out.count == size
    with pytest.raises(BadInputError, match="Stream it"):
        blobs.read(large, "review", setting())
