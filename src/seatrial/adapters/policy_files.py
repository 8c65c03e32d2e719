"""Policy files that a plan's draft names, found beside the plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from seatrial.core.problem import BadInputError


@dataclass(frozen=True, slots=True)
class PolicyFiles:
    """Looks a policy file up in folders, in order."""

    folders: Sequence[Path]

    @classmethod
    def beside(cls, plan: Path) -> "PolicyFiles":
        """Look beside the plan, in the folder above it, and in the working folder."""
        folder = plan.resolve().parent
        return cls((folder, folder.parent, Path.cwd()))

    def read(self, name: str) -> bytes:
        """Read the policy file `name`. Raises: BadInputError saying where it was looked for."""
        for folder in self.folders:
            path = folder / name
            if path.is_file():
                return path.read_bytes()
        looked = ", ".join(str(folder) for folder in self.folders)
        raise BadInputError(
            f"The plan names the policy file {name!r}, which is in none of: {looked}.",
            "Put it there, or correct the plan.",
        )
