"""Where everything lies that a portal keeps."""

import os
from dataclasses import dataclass
from pathlib import Path

from seatrial.adapters.store.database import database_of

OPERATOR_KEY = "SEATRIAL_OPERATOR_KEY"
"""Environment variable that names the operator's key file; without it, one in the data folder."""

PRIVATE_KEY = "ledger.pem"
"""In the folder of ledger keys: the one that signs."""

FOLDERS = ("sealed", "documents", "case-keys", "certificate-codes")
"""What a backup has beside the database and the public keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFolder:
    """A data folder and what belongs to it elsewhere. Its parts may not be there yet.

    database: URL or path. operator_key: file of the key that opens the case keys.
    """

    path: Path
    database: str
    operator_key: Path

    @property
    def sealed(self) -> Path:
        """Encrypted content."""
        return self.path / "sealed"

    @property
    def documents(self) -> Path:
        """Content that is no secret."""
        return self.path / "documents"

    @property
    def case_keys(self) -> Path:
        """Case keys, encrypted to the operator's key."""
        return self.path / "case-keys"

    @property
    def ledger_keys(self) -> Path:
        """Folder of the ledger's signing key and the public keys."""
        return self.path / "keys"


def data_folder(path: Path) -> DataFolder:
    """Give a data folder as the environment has it."""
    operator = Path(os.environ.get(OPERATOR_KEY) or path / "operator.key")
    return DataFolder(path=path, database=database_of(path), operator_key=operator)
