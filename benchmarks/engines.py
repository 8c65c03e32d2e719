"""The sandboxes that are compared: each can start one, run a command in it, and stop it."""

import asyncio
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from seatrial.core.sandbox_spec import SandboxSpec
from seatrial.testbed.images import ImageStore
from seatrial.testbed.instrument import NullJournalFactory
from seatrial.testbed.oci_testbed import OciTestbed
from seatrial.testbed.places import Places, default_places
from seatrial.testbed.sandbox import OciSandbox

IMAGE = "workbench"
LIMITS = ("--memory=1g", "--pids-limit=256", "--cpus=1")  # as core.sandbox_spec.Limits


class EngineError(RuntimeError):
    """A command of an engine failed."""


class Engine(Protocol):
    """One way to have a sandbox. A box is whatever names it."""

    name: str

    async def start(self) -> object:
        """Start a sandbox that idles."""
        ...

    async def exec(self, box: object, *argv: str) -> bytes:
        """Run a command in it, give its output."""
        ...

    async def stop(self, box: object) -> None:
        """Stop it and remove what it left."""
        ...

    async def close(self) -> None:
        """Remove what all of them shared."""
        ...


async def call(*argv: str, env: dict[str, str] | None = None) -> bytes:
    """Run a host command to its end. Raises: EngineError with what it said."""
    process = await asyncio.create_subprocess_exec(
        *argv,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=env,
    )
    out, err = await process.communicate()
    if process.returncode != 0:
        raise EngineError(f"{argv[:4]} ... exited {process.returncode}: {err.decode()[-400:]}")
    return out


class Local:
    """No sandbox: a folder and a subprocess. The floor."""

    name = "local"

    async def start(self) -> Path:
        """Make a folder."""
        return Path(tempfile.mkdtemp(prefix="bench-local-"))

    async def exec(self, box: object, *argv: str) -> bytes:
        """Run a command of the host."""
        del box
        return await call(*argv)

    async def stop(self, box: object) -> None:
        """Remove the folder."""
        shutil.rmtree(str(box))

    async def close(self) -> None:
        """Nothing is shared."""


class Oci:
    """Seatrial's own testbed, with limits, seccomp filter, quota, own id range."""

    name = "seatrial"

    def __init__(self, runtime: Path) -> None:
        places = Places(cache=default_places().cache, runtime=runtime)
        self._bed = OciTestbed(places, ImageStore(places.cache), NullJournalFactory())

    async def start(self) -> OciSandbox:
        """Start one."""
        return await self._bed.start(SandboxSpec(image=IMAGE), label="bench")

    async def exec(self, box: object, *argv: str) -> bytes:
        """Run a command."""
        assert isinstance(box, OciSandbox)  # noqa: S101 - narrows the protocol's object
        outcome = await box.exec(argv)
        if outcome.returncode != 0:
            raise EngineError(outcome.stderr.decode())
        return outcome.stdout

    async def stop(self, box: object) -> None:
        """Stop it."""
        assert isinstance(box, OciSandbox)  # noqa: S101 - narrows the protocol's object
        await self._bed.stop(box)

    async def close(self) -> None:
        """Let the shared parts go."""
        self._bed.close()


class Crun:
    """`crun` as it comes: `crun spec`, an overlay in a folder, no seccomp filter, no limits."""

    name = "crun"

    def __init__(self, top: Path) -> None:
        self._top = top
        self._state = top / "state"
        self._rootfs = ImageStore(default_places().cache).resolve(IMAGE).rootfs
        self._count = 0
        (top / "spec").mkdir(parents=True)
        subprocess.run(["crun", "spec"], cwd=top / "spec", check=True)
        config = json.loads((top / "spec/config.json").read_text())
        config["process"]["terminal"] = False
        config["process"]["args"] = ["sleep", "infinity"]
        config["root"] = {"path": "rootfs", "readonly": False}
        self._config = config

    async def start(self) -> str:
        """Mount an overlay, write a bundle, run it."""
        self._count += 1
        name = f"bench{self._count:05d}"
        box = self._top / name
        for part in ("upper", "work", "rootfs"):
            (box / part).mkdir(parents=True)
        layers = f"lowerdir={self._rootfs},upperdir={box / 'upper'},workdir={box / 'work'}"
        await call("mount", "-t", "overlay", "overlay", "-o", layers, str(box / "rootfs"))
        (box / "config.json").write_text(json.dumps(self._config))
        # Not `call`: what runs detached keeps the pipes, and reading them would not end.
        process = await asyncio.create_subprocess_exec(
            *self._crun("run", "-d", "-b", str(box), name),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        if await process.wait() != 0:
            raise EngineError(f"crun run exited {process.returncode}")
        return name

    async def exec(self, box: object, *argv: str) -> bytes:
        """Run `crun exec`."""
        return await call(*self._crun("exec", str(box), *argv))

    async def stop(self, box: object) -> None:
        """Run `crun delete -f`, unmount, remove."""
        await call(*self._crun("delete", "-f", str(box)))
        await call("umount", str(self._top / str(box) / "rootfs"))
        shutil.rmtree(self._top / str(box))

    async def close(self) -> None:
        """Remove the state."""
        shutil.rmtree(self._top)

    def _crun(self, *rest: str) -> Sequence[str]:
        return ("crun", "--root", str(self._state), "--cgroup-manager=cgroupfs", *rest)


class Podman:
    """`podman`, storage of its own, the same limits."""

    name = "podman"

    def __init__(self, top: Path, tar: Path) -> None:
        self._top = top
        self._command = (
            "podman",
            f"--root={top / 'storage'}",
            f"--runroot={top / 'run'}",
            "--cgroup-manager=cgroupfs",
            "--events-backend=none",
        )
        subprocess.run([*self._command, "import", "-q", str(tar), IMAGE], check=True)

    async def start(self) -> str:
        """Run a container that sleeps."""
        ulimits = ("--ulimit=nofile=1024:4096", "--ulimit=nproc=4096:4096")
        out = await call(
            *(*self._command, "run", "-d", "--network=none", *ulimits, *LIMITS),
            *("--stop-timeout=0", IMAGE, "sleep", "infinity"),
        )
        return out.decode().strip()

    async def exec(self, box: object, *argv: str) -> bytes:
        """Run `podman exec`."""
        return await call(*self._command, "exec", str(box), *argv)

    async def stop(self, box: object) -> None:
        """Run `podman rm -f`."""
        await call(*self._command, "rm", "-f", "-t=0", str(box))

    async def close(self) -> None:
        """Remove the image and the storage."""
        await call(*self._command, "system", "reset", "-f")
        shutil.rmtree(self._top, ignore_errors=True)


class Docker:
    """The `docker` command against the engine at DOCKER_HOST, the same limits."""

    name = "docker"

    def __init__(self, tar: Path) -> None:
        subprocess.run(["docker", "import", str(tar), IMAGE], check=True, capture_output=True)

    async def start(self) -> str:
        """Run a container that sleeps."""
        out = await call(
            "docker", "run", "-d", "--network=none", *LIMITS, IMAGE, "sleep", "infinity"
        )
        return out.decode().strip()

    async def exec(self, box: object, *argv: str) -> bytes:
        """Run `docker exec`."""
        return await call("docker", "exec", str(box), *argv)

    async def stop(self, box: object) -> None:
        """Run `docker rm -f`."""
        await call("docker", "rm", "-f", str(box))

    async def close(self) -> None:
        """Leave the engine as it was, but for the image."""


def engines(work: Path) -> list[Engine]:
    """Make every engine this machine has. work: a folder for what they need."""
    tar = work / "image.tar"
    found: list[Engine] = [Local(), Oci(work / "seatrial"), Crun(work / "crun")]
    podman, docker = shutil.which("podman"), docker_answers()
    if podman or docker:
        ImageStore(default_places().cache).export_tar(IMAGE, tar)
    if podman:
        found.append(Podman(work / "podman", tar))
    if docker:
        found.append(Docker(tar))
    tar.unlink(missing_ok=True)
    return found


def docker_answers() -> bool:
    """Tell whether a Docker engine answers; bench never starts one."""
    if shutil.which("docker") is None:
        return False
    asked = subprocess.run(
        ["docker", "version"], check=False, capture_output=True, env=dict(os.environ)
    )
    return asked.returncode == 0
