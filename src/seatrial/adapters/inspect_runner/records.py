"""Finished samples on disk: each is there whole or not at all, and survives kill -9."""

from pathlib import Path

from inspect_ai.log import EvalSample

from seatrial.adapters.durable_file import write_durably
from seatrial.core.problem import BadInputError


class SampleRecords:
    """A folder of finished samples, one JSON file each, in Inspect's own form.

    The content is hostile (transcripts); only its form is checked.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, sample: EvalSample) -> None:
        """Write a finished sample durably."""
        content = sample.model_dump_json(exclude_none=True).encode()
        write_durably(self._path(str(sample.id)), content)

    def has(self, key: str) -> bool:
        """Tell whether the sample is finished."""
        return self._path(key).exists()

    def read(self, key: str) -> EvalSample:
        """Read a finished sample.

        Raises: BadInputError when the file is not what `keep` wrote.
        """
        path = self._path(key)
        try:
            return EvalSample.model_validate_json(path.read_bytes())
        except (OSError, ValueError) as error:
            raise BadInputError(
                f"{path} is not a finished sample ({error}).",
                "Restore it from a copy, or delete it and resume the trial: the sample runs again.",
            ) from error

    def read_all(self) -> list[EvalSample]:
        """Read every finished sample, in the order of their keys."""
        return [self.read(path.stem) for path in sorted(self.folder.glob("*.json"))]

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.json"
