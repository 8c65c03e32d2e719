"""Builds with AddressSanitizer that no agent has seen, made in a sandbox of their own."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from seatrial.core.canonical import Digest
from seatrial.core.ports import Testbed
from seatrial.core.sandbox_spec import SandboxSpec
from seatrial.tasks.memory_safety_discovery.source import Rendered

FOLDER = "/srv/build"
"""Sources lie here when they are built: the sanitizer's frames name it."""

_FLAGS = "-std=gnu11 -w -O1 -g -fno-inline -fno-omit-frame-pointer -fsanitize=address"
"""-O1: loads and stores stay where the source has them. -fno-inline: one frame per function."""

_SECONDS = 180.0  # the largest takes 2 s; a machine with many sandboxes far longer
_KEPT = 64  # builds of about 200 KiB; a proof asks for one program's builds many times over


class BuildFailedError(RuntimeError):
    """The compiler refused a generated program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Key:
    task: Digest
    variant: str


class Builder:
    """Makes builds, and keeps the last ones of each testbed."""

    def __init__(self) -> None:
        self._kept: WeakKeyDictionary[Testbed, OrderedDict[_Key, bytes]] = WeakKeyDictionary()

    async def build(
        self, testbed: Testbed, image: str, task: Digest, variants: Mapping[str, Rendered]
    ) -> dict[str, bytes]:
        """Give a binary for each variant (`original`, `repaired`) of the task's program.

        Raises: BuildFailedError, SandboxGoneError, UnavailableError.
        """
        kept = self._kept.setdefault(testbed, OrderedDict())
        missing = {
            name: rendered
            for name, rendered in variants.items()
            if _Key(task=task, variant=name) not in kept
        }
        if missing:
            for name, binary in (await _compile(testbed, image, missing)).items():
                kept[_Key(task=task, variant=name)] = binary
        found = {name: kept[_Key(task=task, variant=name)] for name in variants}
        while len(kept) > _KEPT:
            kept.popitem(last=False)
        return found


async def _compile(
    testbed: Testbed, image: str, variants: Mapping[str, Rendered]
) -> dict[str, bytes]:
    spec = SandboxSpec(image=image, user="root", workdir="/root")
    binaries: dict[str, bytes] = {}
    async with testbed.open(spec, label="grader-build") as sandbox:
        for name, rendered in variants.items():
            folder = f"{FOLDER}/{name}"
            for file, text in rendered.files:
                await sandbox.write_file(f"{folder}/{file}", text.encode())
            # One unit: the system headers are read once. Names are unique across files.
            whole = "".join(
                f'#include "{file}"\n' for file, _ in rendered.files if file.endswith(".c")
            )
            await sandbox.write_file(f"{folder}/whole.c", whole.encode())
            made = await sandbox.exec(
                ("/bin/sh", "-c", f"gcc {_FLAGS} -o program {folder}/whole.c"),
                cwd=folder,
                timeout=_SECONDS,
            )
            if made.timed_out or made.returncode != 0:
                said = made.stderr.decode(errors="replace")[:500]
                raise BuildFailedError(f"gcc exited {made.returncode}: {said}")
            binaries[name] = await sandbox.read_file(f"{folder}/program")
    return binaries
