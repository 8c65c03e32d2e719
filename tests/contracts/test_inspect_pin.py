"""Inspect is pinned, and its sandbox contract is the one our provider was written for.

A failure here means: read what changed in `inspect_ai.util._sandbox`, adapt
`testbed/inspect_provider.py`, run the self-checks, then change this file and the pin together.
"""

import inspect
import tomllib
from importlib.metadata import entry_points, version
from pathlib import Path

import pytest
from inspect_ai.util import ExecResult, SandboxEnvironment, SandboxEnvironmentLimits
from inspect_ai.util._sandbox import self_check

PINNED = "0.3.285"

CONTRACT = {
    "as_type": "self, sandbox_cls",
    "cli_cleanup": "cls, id",
    "config_deserialize": "cls, config",
    "config_files": "cls",
    "connection": "self, user",
    "default_concurrency": "cls",
    "default_polling_interval": "self",
    "exec": "self, cmd, input, cwd, env, user, timeout, timeout_retry, concurrency",
    "exec_remote": "self, cmd, options, stream",
    "is_docker_compatible": "cls",
    "read_file": "self, file, text",
    "sample_cleanup": "cls, task_name, config, environments, interrupted",
    "sample_init": "cls, task_name, config, metadata",
    "task_cleanup": "cls, task_name, config, cleanup",
    "task_init": "cls, task_name, config",
    "task_init_environment": "cls, config, metadata",
    "write_file": "self, file, contents",
}

CHECKS = 44

PROJECT = Path(__file__).parents[2] / "pyproject.toml"


def test_the_installed_version_is_the_pinned_one() -> None:
    runner = tomllib.loads(PROJECT.read_text())["project"]["optional-dependencies"]["runner"]
    assert [one for one in runner if one.startswith("inspect_ai")] == [f"inspect_ai=={PINNED}"]
    assert version("inspect_ai") == PINNED


def test_the_sandbox_contract_has_the_methods_and_parameters_we_implement() -> None:
    found = {}
    for name, member in vars(SandboxEnvironment).items():
        function = getattr(member, "__func__", member)
        if not name.startswith("_") and inspect.isfunction(function):
            found[name] = ", ".join(inspect.signature(function).parameters)
    assert found == CONTRACT


def test_the_abstract_methods_are_those_we_know() -> None:
    assert SandboxEnvironment.__abstractmethods__ == {
        "exec",
        "read_file",
        "sample_cleanup",
        "write_file",
    }


def test_the_number_of_self_checks_is_the_one_we_ran() -> None:
    assert len(self_check.__all__) == CHECKS


def test_results_and_limits_have_the_fields_we_use() -> None:
    assert list(ExecResult.__dataclass_fields__) == ["success", "returncode", "stdout", "stderr"]
    assert SandboxEnvironmentLimits.MAX_EXEC_OUTPUT_SIZE == 10 * 1024**2
    assert SandboxEnvironmentLimits.MAX_READ_FILE_SIZE == 100 * 1024**2


def test_our_plug_in_loads_as_inspect_loads_it() -> None:
    ours = [one for one in entry_points(group="inspect_ai") if one.value.startswith("seatrial.")]
    assert [one.value for one in ours] == ["seatrial.testbed.inspect_provider"]
    assert ours[0].load().OciSandboxEnvironment.__name__ == "OciSandboxEnvironment"


@pytest.mark.parametrize("name", sorted(CONTRACT))
def test_our_provider_keeps_each_signature(name: str) -> None:
    from seatrial.testbed.inspect_provider import OciSandboxEnvironment  # noqa: PLC0415 - imported as Inspect does

    function = getattr(OciSandboxEnvironment, name)
    own = list(inspect.signature(getattr(function, "__func__", function)).parameters)
    assert ", ".join(own) == CONTRACT[name]
