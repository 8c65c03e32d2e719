"""A trial's folder: the evidence bundle, and beside it what only the harness needs."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from seatrial.adapters.durable_file import write_durably
from seatrial.core.canonical import Digest, Json, canonical_json
from seatrial.core.problem import BadInputError, RefusedError, UnavailableError
from seatrial.tasks.family import SampleSecrets

WORK = "work"
"""Sub-folder that is no evidence: secrets, records of finished samples, Inspect's own logs."""

_PRIVATE = 0o700

_BEFORE_SIGNING = frozenset({WORK, "journal", "logs", "policy"})
"""What a trial makes before it signs its plan."""


@dataclass(frozen=True, slots=True)
class TrialDirectory:
    """Paths and durable files of one trial."""

    path: Path

    @classmethod
    def create(cls, path: Path) -> "TrialDirectory":
        """Make an empty trial folder, or take one whose trial ended before its plan was signed.

        Raises: BadInputError when there is something else in it; UnavailableError when it
        cannot be written.
        """
        directory = cls(path)
        try:
            path.mkdir(parents=True, exist_ok=True)
            if any(path.iterdir()) and not directory.is_unsigned():
                raise BadInputError(
                    f"{path} is not empty.",
                    "Choose another --out, or go on with it: seatrial trial resume DIR.",
                )
            for folder in (directory.journal, directory.logs, directory.raw_logs):
                folder.mkdir(parents=True, exist_ok=True)
            directory.work.chmod(_PRIVATE)
        except OSError as error:
            raise UnavailableError(
                f"{path} cannot be written ({error.strerror}).",
                "Choose another --out, on a disk with room that you may write to.",
            ) from error
        return directory

    @classmethod
    def open(cls, path: Path) -> "TrialDirectory":
        """Find a trial's folder. Raises: BadInputError when it is none."""
        directory = cls(path)
        if not directory.setting_file.is_file():
            raise BadInputError(
                f"{path} holds no trial (no {WORK}/setting.json).",
                "Name a folder that `seatrial trial run` made; `seatrial trial list` finds them.",
            )
        return directory

    def is_unsigned(self) -> bool:
        """Tell whether a trial began here and ended before its plan was signed: nothing was run."""
        names = {one.name for one in self.path.iterdir()}
        return WORK in names and names <= _BEFORE_SIGNING

    @property
    def work(self) -> Path:
        """Not evidence; mode 0700."""
        return self.path / WORK

    @property
    def setting_file(self) -> Path:
        """The command line a resumed trial goes on with."""
        return self.work / "setting.json"

    @property
    def journal(self) -> Path:
        """One journal a sandbox."""
        return self.path / "journal"

    @property
    def logs(self) -> Path:
        """Inspect logs, one a role, written when the trial is closed."""
        return self.path / "logs"

    @property
    def raw_logs(self) -> Path:
        """Inspect's own logs of each start; not evidence, the records are the source."""
        return self.work / "inspect"

    @property
    def secrets_file(self) -> Path:
        """Canaries and flags; mode 0600, never part of the evidence."""
        return self.work / "secrets.json"

    def records(self, role: str) -> Path:
        """Folder of a role's finished samples."""
        return self.work / "records" / role

    def finished(self) -> int:
        """Count the finished samples of all roles."""
        return sum(1 for _ in (self.work / "records").glob("*/*.json"))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the trial, so that no second process works on it.

        Raises: RefusedError when another one does; UnavailableError when it cannot be written.
        """
        try:
            descriptor = os.open(self.work / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise UnavailableError(
                f"{self.path} cannot be written ({error.strerror}).",
                "Make it writable, or copy the folder to a disk where you may write.",
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(descriptor)
            raise RefusedError(
                f"{self.path} is being worked on by another process.",
                "Wait for it, or stop it first.",
            ) from error
        try:
            yield
        finally:
            os.close(descriptor)

    def write(self, name: str, content: bytes) -> None:
        """Write a file of the evidence durably. name: relative, with `/`."""
        write_durably(self.path / name, content)

    def read(self, name: str) -> bytes:
        """Read a file of the evidence. Raises: FileNotFoundError."""
        return (self.path / name).read_bytes()

    def listing(self) -> tuple[str, ...]:
        """List every file of the bundle, relative, with `/`, sorted; links are listed too."""
        found: list[str] = []
        for folder, folders, files in os.walk(self.path):
            here = Path(folder)
            if here == self.path and WORK in folders:
                folders.remove(WORK)
            links = [name for name in folders if (here / name).is_symlink()]
            found.extend(
                (here / name).relative_to(self.path).as_posix() for name in (*files, *links)
            )
        return tuple(sorted(found))

    def begin(self, setting: Json) -> None:
        """Keep the command line of a new trial; call it while the trial is held.

        Raises: RefusedError when another process has used the folder since it was made.
        """
        if not self.is_unsigned():
            raise RefusedError(f"{self.path} was taken by another trial.", "Choose another --out.")
        (self.work / "starts").unlink(missing_ok=True)
        self._plan_digest.unlink(missing_ok=True)
        self.write_setting(setting)

    def hold_plan(self, digest: Digest) -> None:
        """Note at the first start which plan the trial follows, and hold later starts to it.

        digest: of the plan's canonical form.
        Raises: RefusedError when the trial began with another.
        """
        if not self._plan_digest.exists():
            write_durably(self._plan_digest, digest.encode())
        elif self._plan_digest.read_bytes() != digest.encode():
            raise RefusedError(
                f"{self.path} holds another plan than the one that the trial began with.",
                "Bring that plan back; finished samples are kept. Another plan is another trial.",
            )

    @property
    def _plan_digest(self) -> Path:
        return self.work / "plan"

    def write_setting(self, setting: Json) -> None:
        """Keep the command line for `resume`."""
        write_durably(self.setting_file, canonical_json(setting), mode=0o600)

    def read_setting(self) -> dict[str, Json]:
        """Read the kept command line. Raises: BadInputError when it was altered."""
        try:
            setting = json.loads(self.setting_file.read_bytes())
        except (OSError, ValueError) as error:
            raise BadInputError(
                f"{self.setting_file} cannot be read ({error}).", "Start the trial anew."
            ) from error
        if not isinstance(setting, dict):
            raise BadInputError(f"{self.setting_file} is no JSON table.", "Start the trial anew.")
        return setting

    def note_start(self, now: datetime) -> None:
        """Note that the trial is started or taken up again."""
        with (self.work / "starts").open("a", encoding="ascii") as file:
            file.write(now.isoformat(timespec="seconds") + "\n")

    def start_name(self) -> str:
        """Name the present start, `s1` and so on: part of the names of its sandboxes."""
        return f"s{self.starts()}"

    def starts(self) -> int:
        """Count the starts of this trial so far."""
        path = self.work / "starts"
        return len(path.read_text(encoding="ascii").splitlines()) if path.exists() else 0

    def note_spending(self, usd: float) -> None:
        """Note what one model call cost; what a killed start spent must not be forgotten."""
        with self._spending.open("a", encoding="ascii") as file:
            file.write(f"{usd!r}\n")

    def spent_usd(self) -> float:
        """Sum up what all starts spent; a last line that a kill cut short is left out."""
        if not self._spending.exists():
            return 0.0
        lines = self._spending.read_text(encoding="ascii").splitlines(keepends=True)
        try:
            return sum(float(line) for line in lines if line.endswith("\n"))
        except ValueError as error:
            raise BadInputError(
                f"{self._spending} was altered ({error}).",
                "Restore it from a copy, or start the trial anew.",
            ) from error

    @property
    def _spending(self) -> Path:
        return self.work / "spending"

    def write_secrets(self, secrets: dict[str, SampleSecrets]) -> None:
        """Keep the samples' secrets before the first model call. key: `role/sample`."""
        table: Json = {
            key: {"canary": one.canary, "flag": one.flag} for key, one in secrets.items()
        }
        write_durably(self.secrets_file, canonical_json(table), mode=0o600)

    def read_secrets(self) -> dict[str, SampleSecrets]:
        """Read the samples' secrets back. Raises: BadInputError when they were altered."""
        try:
            table = json.loads(self.secrets_file.read_bytes())
            return {key: SampleSecrets(**one) for key, one in table.items()}
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise BadInputError(
                f"{self.secrets_file} cannot be read ({error}).",
                "Restore it from a copy, or start the trial anew.",
            ) from error
