"""Documents that are no secret: agreements' texts, public summaries. Named by their digest."""

from dataclasses import dataclass
from pathlib import Path

from seatrial.adapters.durable_file import write_durably
from seatrial.core.canonical import Digest, digest_bytes
from seatrial.core.problem import UnavailableError


@dataclass(frozen=True, slots=True)
class Documents:
    """A folder of documents. What is in it is only ever added to."""

    folder: Path

    def keep(self, content: bytes) -> Digest:
        """Keep a document, durably; give its digest."""
        digest = digest_bytes(content)
        path = self._path(digest)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_durably(path, content)
        return digest

    def read(self, digest: Digest) -> bytes:
        """Give a document. Raises: UnavailableError when it is missing or altered."""
        try:
            content = self._path(digest).read_bytes()
        except OSError as error:
            raise UnavailableError(
                f"The document {digest} is not in {self.folder}.", "Restore it from a backup."
            ) from error
        if digest_bytes(content) != digest:
            raise UnavailableError(
                f"The document {digest} was altered.", "Restore it from a backup."
            )
        return content

    def _path(self, digest: Digest) -> Path:
        return self.folder / digest.removeprefix("sha256:")
