"""Write a task to a folder: what the agent gets, and the truth."""

import json
import os
import stat
from pathlib import Path

from seatrial.core.canonical import canonical_json
from seatrial.core.ports import Testbed
from seatrial.core.problem import BadInputError
from seatrial.tasks.family import Family, Instance, SampleSecrets, Stage, TaskFile
from seatrial.tasks.rehearsal import furnish

SECRETS_NAME = "secrets.json"
PROMPT_NAME = "PROMPT.txt"
LISTING_NAME = "LISTING.txt"

MOST_READ_BYTES = 1 << 24
"""16 MiB, of any file that is handed in. Graders refuse far less, so a cut changes no verdict."""


def claim_folder(folder: Path) -> None:
    """Make `folder`, or take it when it is empty. Raises: BadInputError when it is not."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        taken = any(folder.iterdir())
    except OSError as error:
        raise BadInputError(
            f"The folder {folder} cannot be used: {error.strerror}.", "Name another one."
        ) from error
    if taken:
        raise BadInputError(
            f"The folder {folder} is not empty.", "Name a new folder; nothing is overwritten."
        )


async def built_files(testbed: Testbed, stage: Stage) -> tuple[TaskFile, ...]:
    """Build what the stage's setups make, in a sandbox, and fetch it.

    Raises: UnavailableError, SandboxGoneError, StageError.
    """
    async with testbed.open(stage.sandbox, label="show") as sandbox:
        await furnish(sandbox, stage)
        found: list[TaskFile] = []
        for path in stage.built:
            contents = await sandbox.read_file(path, user="root")
            told = await sandbox.exec(("stat", "-c", "%U %a", path), user="root")
            owner, mode = told.stdout.decode().split()
            found.append(TaskFile(path=path, contents=contents, mode=int(mode, 8), owner=owner))
        return tuple(found)


def write_task(
    folder: Path,
    family: Family,
    instance: Instance,
    secrets: SampleSecrets,
    built: tuple[TaskFile, ...],
) -> None:
    """Write `agent/` (prompt and files, by their paths in the sandbox) and `sealed/`.

    `sealed/` holds the truth, the secrets of this sample, and under `stage/` the files the
    agent's user cannot see. The copies carry neither owners nor setuid bits; the listing in
    `agent/` tells them.
    """
    agent, sealed = folder / "agent", folder / "sealed"
    stage = family.stage(instance, secrets)
    prompt = instance.prompt.replace("{canary}", secrets.canary)
    _put(agent, TaskFile(path=PROMPT_NAME, contents=prompt.encode()))
    for file in (*stage.files, *built):
        _put(sealed / "stage" if file.hidden else agent, file)
    seen = sorted(_listed(file) for file in (*stage.files, *built) if not file.hidden)
    _put(agent, TaskFile(path=LISTING_NAME, contents=("\n".join(seen) + "\n").encode()))
    for file in instance.sealed:
        _put(sealed, file)
    held = canonical_json({"canary": secrets.canary, "flag": secrets.flag}) + b"\n"
    _put(sealed, TaskFile(path=SECRETS_NAME, contents=held, mode=0o600))
    sealed.chmod(0o700)


def read_given(path: Path) -> bytes:
    """Read a file that is handed in, at most one byte over MOST_READ_BYTES.

    Whoever made it may have left a pipe, a device or a file without end in its place.
    Raises: BadInputError when it is no regular file or cannot be read.
    """
    try:
        # not blocking: opening a pipe would wait for a writer that never comes
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise BadInputError(f"{path} is no regular file.", "Name a regular file.")
            return file.read(MOST_READ_BYTES + 1)
    except OSError as error:
        raise BadInputError(f"{path} cannot be read: {error.strerror}.", "Check it.") from error


def read_secrets(path: Path) -> SampleSecrets:
    """Read `sealed/secrets.json`. Raises: BadInputError."""
    try:
        raw = json.loads(read_given(path))
        return SampleSecrets(canary=str(raw["canary"]), flag=str(raw["flag"]))
    except (ValueError, KeyError, TypeError) as error:
        raise BadInputError(
            f"{path} holds no secrets of a sample ({error}).",
            f"Give the sealed/{SECRETS_NAME} that `seatrial task show` wrote.",
        ) from error


def _put(top: Path, file: TaskFile) -> None:
    path = top / file.path.lstrip("/")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(file.contents)
    path.chmod(file.mode & 0o755 | 0o600)


def _listed(file: TaskFile) -> str:
    return f"{file.path} {file.owner} {file.mode:04o}"
