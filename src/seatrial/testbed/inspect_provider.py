"""The testbed as an Inspect sandbox provider named `oci`.

Inspect imports this module for every run through an entry point: importing it starts
nothing, reads no file and needs nothing but Inspect itself.
"""

import errno
import itertools
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any, Literal, overload

import anyio
from inspect_ai.util import (
    ExecResult,
    OutputLimitExceededError,
    SandboxConnection,
    SandboxEnvironment,
    SandboxEnvironmentConfigType,
    SandboxEnvironmentLimits,
    SandboxUnavailableError,
    sandboxenv,
)
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from typing_extensions import override

from seatrial.core.ports import FileTooLargeError, SandboxGoneError
from seatrial.core.problem import BadInputError
from seatrial.core.sandbox_spec import Limits, Need, SandboxSpec
from seatrial.testbed.clean import clean
from seatrial.testbed.command import Command
from seatrial.testbed.images.store import ImageStore
from seatrial.testbed.instrument import NullJournalFactory
from seatrial.testbed.oci_testbed import OciTestbed
from seatrial.testbed.places import default_places
from seatrial.testbed.sandbox import OciSandbox
from seatrial.testbed.shell import shell_command

_DEFAULT = Limits()
_KEY = itertools.count()


class ExtraSandbox(BaseModel):
    """A further sandbox of the sample. name: as in `sandbox(name)`."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    config: "OciSandboxConfig"


class OciSandboxConfig(BaseModel):
    """What `SandboxEnvironmentSpec("oci", ...)` takes; see `core.sandbox_spec` for the fields.

    label: names the sandbox in the journal; empty: made from the task's name.
    extra: the sample's other sandboxes, which share its private network by its name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    image: str = "workbench"
    user: str = "root"
    workdir: str = "/root"
    memory_bytes: int = Field(default=_DEFAULT.memory_bytes, gt=0)
    pids: int = Field(default=_DEFAULT.pids, gt=0)
    cpus: float = Field(default=_DEFAULT.cpus, gt=0)
    disk_bytes: int = Field(default=_DEFAULT.disk_bytes, gt=0)
    needs: tuple[Need, ...] = ()
    network: str | None = None
    hostname: str = "sandbox"
    label: str = ""
    extra: tuple[ExtraSandbox, ...] = ()


def sandbox_config(
    spec: SandboxSpec, *, label: str = "", extra: tuple[ExtraSandbox, ...] = ()
) -> OciSandboxConfig:
    """Give the provider's config for a sandbox that a task asks for."""
    return OciSandboxConfig(
        image=spec.image,
        user=spec.user,
        workdir=spec.workdir,
        memory_bytes=spec.limits.memory_bytes,
        pids=spec.limits.pids,
        cpus=spec.limits.cpus,
        disk_bytes=spec.limits.disk_bytes,
        needs=tuple(sorted(spec.needs)),
        network=spec.network,
        hostname=spec.hostname,
        label=label,
        extra=extra,
    )


_testbed: ContextVar[OciTestbed | None] = ContextVar("seatrial_testbed", default=None)


@contextmanager
def use_testbed(testbed: OciTestbed) -> Iterator[None]:
    """Let evaluations run in this context use `testbed` (its journals, its runtime).

    Without it, the provider makes one from the default places, without a journal.
    """
    token = _testbed.set(testbed)
    try:
        yield
    finally:
        _testbed.reset(token)


@cache
def _default_testbed() -> OciTestbed:
    places = default_places()
    return OciTestbed(places, ImageStore(places.cache), NullJournalFactory())


@sandboxenv(name="oci")
class OciSandboxEnvironment(SandboxEnvironment):
    """One sandbox, as Inspect sees it. `inner` is the testbed's own view of it."""

    def __init__(self, testbed: OciTestbed, inner: OciSandbox) -> None:
        super().__init__()
        self._testbed = testbed
        self.inner = inner

    @override
    async def exec(
        self,
        cmd: list[str],
        input: str | bytes | None = None,
        cwd: str | None = None,
        env: dict[str, str] | None = None,
        user: str | None = None,
        timeout: int | None = None,
        timeout_retry: bool = True,
        concurrency: bool = True,
    ) -> ExecResult[str]:
        """Run a command; see Inspect's `SandboxEnvironment.exec`."""
        command = Command(
            argv=tuple(cmd),
            stdin=input.encode() if isinstance(input, str) else input or b"",
            cwd=cwd,
            env=env,
            user=user,
            timeout=timeout,
        )
        try:
            report = await self.inner.run(
                command, limit=SandboxEnvironmentLimits.MAX_EXEC_OUTPUT_SIZE
            )
        except SandboxGoneError as error:
            raise SandboxUnavailableError(str(error)) from error
        outcome = report.outcome
        stdout = outcome.stdout.decode(errors="replace")
        stderr = outcome.stderr.decode(errors="replace")
        if outcome.timed_out:
            raise TimeoutError(f"command timed out after {timeout} seconds")
        if outcome.output_exceeded:
            raise OutputLimitExceededError(
                SandboxEnvironmentLimits.MAX_EXEC_OUTPUT_SIZE_STR, stdout or stderr
            )
        if report.failed == "exec" and report.error == errno.EACCES:
            raise PermissionError(stderr.strip())
        if outcome.oom_killed:
            stderr += "\nA process was killed: the sandbox's memory limit was reached.\n"
        return ExecResult(
            success=outcome.returncode == 0,
            returncode=outcome.returncode,
            stdout=stdout,
            stderr=stderr,
        )

    @override
    async def write_file(self, file: str, contents: str | bytes) -> None:
        """Write a file; see Inspect's `SandboxEnvironment.write_file`."""
        content = contents.encode() if isinstance(contents, str) else contents
        try:
            await self.inner.write_file(file, content, mode=None)
        except SandboxGoneError as error:
            raise SandboxUnavailableError(str(error)) from error

    @override
    @overload
    async def read_file(self, file: str, text: Literal[True] = True) -> str: ...

    @override
    @overload
    async def read_file(self, file: str, text: Literal[False]) -> bytes: ...

    @override
    async def read_file(self, file: str, text: bool = True) -> str | bytes:
        """Read a file; see Inspect's `SandboxEnvironment.read_file`."""
        try:
            content = await self.inner.read_file(
                file, limit=SandboxEnvironmentLimits.MAX_READ_FILE_SIZE
            )
        except SandboxGoneError as error:
            raise SandboxUnavailableError(str(error)) from error
        except FileTooLargeError as error:
            raise OutputLimitExceededError(
                SandboxEnvironmentLimits.MAX_READ_FILE_SIZE_STR, None
            ) from error
        return content.decode() if text else content

    @override
    async def connection(self, *, user: str | None = None) -> SandboxConnection:
        """Give the command that opens a shell inside, journaled by nobody.

        Raises: ConnectionError when the sandbox has ended.
        """
        live = self.inner.live
        if not live.running():
            raise ConnectionError("the sandbox has ended")
        command = shell_command(live.folder, user or live.spec.user, live.spec.workdir)
        return SandboxConnection(type="oci", command=command, container=live.record.cgroup)

    @override
    def default_polling_interval(self) -> float:
        """Seconds between polls of Inspect's sandbox services: a file read here is cheap."""
        return 0.2

    @override
    @classmethod
    async def sample_init(
        cls,
        task_name: str,
        config: SandboxEnvironmentConfigType | None,
        metadata: dict[str, str],
    ) -> dict[str, SandboxEnvironment]:
        """Start the sample's sandboxes, the default one first."""
        testbed = _testbed.get() or _default_testbed()
        read = _read_config(config)
        number = next(_KEY)
        wanted = [("default", read), *((one.name, one.config) for one in read.extra)]
        started: dict[str, SandboxEnvironment] = {}
        try:
            for name, one in wanted:
                label = one.label or f"{task_name}-{number}"
                inner = await testbed.start(
                    _spec(one, number), label=label if name == "default" else f"{label}-{name}"
                )
                started[name] = cls(testbed, inner)
        except BaseException:
            with anyio.CancelScope(shield=True):
                await cls._stop(started, interrupted=True)
            raise
        return started

    @override
    @classmethod
    async def sample_cleanup(
        cls,
        task_name: str,
        config: SandboxEnvironmentConfigType | None,
        environments: dict[str, SandboxEnvironment],
        interrupted: bool,
    ) -> None:
        """Stop the sample's sandboxes; nothing of them stays, interrupted or not."""
        with anyio.CancelScope(shield=True):
            await cls._stop(environments, interrupted=interrupted)

    @classmethod
    async def _stop(cls, environments: dict[str, SandboxEnvironment], *, interrupted: bool) -> None:
        reason = "interrupted" if interrupted else "closed"
        for environment in environments.values():
            oci = environment.as_type(cls)
            await oci._testbed.stop(oci.inner, reason=reason)  # noqa: SLF001 - our own class

    @override
    @classmethod
    async def cli_cleanup(cls, id: str | None) -> None:
        """Remove what dead harnesses left; `id` cannot narrow that."""
        await anyio.to_thread.run_sync(clean, default_places())

    @override
    @classmethod
    def config_deserialize(cls, config: dict[str, Any]) -> BaseModel:
        """Read the config back from a log. Raises: pydantic's ValidationError."""
        return OciSandboxConfig.model_validate(config)


def _read_config(config: SandboxEnvironmentConfigType | None) -> OciSandboxConfig:
    """Take a config model, the path of a TOML file, or nothing.

    Raises: BadInputError naming the field.
    """
    if config is None:
        return OciSandboxConfig()
    if isinstance(config, OciSandboxConfig):
        return config
    if not isinstance(config, str):
        raise BadInputError(
            f"The oci sandbox cannot use a {type(config).__name__}.",
            "Give an OciSandboxConfig or the path of a TOML file.",
        )
    try:
        return OciSandboxConfig.model_validate(tomllib.loads(Path(config).read_text()))
    except (OSError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise BadInputError(
            f"{config} is no configuration of a sandbox: {error}.", "Correct the file."
        ) from error


def _spec(config: OciSandboxConfig, number: int) -> SandboxSpec:
    return SandboxSpec(
        image=config.image,
        user=config.user,
        workdir=config.workdir,
        limits=Limits(
            memory_bytes=config.memory_bytes,
            pids=config.pids,
            cpus=config.cpus,
            disk_bytes=config.disk_bytes,
        ),
        needs=frozenset(config.needs),
        # A network belongs to one sample, whatever others call theirs.
        network=None if config.network is None else f"{number}-{config.network}",
        hostname=config.hostname,
    )
