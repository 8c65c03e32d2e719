"""Compiling the recorder: what is missing is said, what is built is kept."""

import os
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from seatrial.core.problem import UnavailableError
from seatrial.testbed.journal import build
from seatrial.testbed.journal.build import build_recorder
from seatrial.testbed.journal.recorder import Recorder


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> SimpleNamespace:
    """A machine that has everything, by name."""
    kernel = SimpleNamespace(machine="x86_64", release="6", version="1")
    types = tmp_path / "vmlinux"
    types.touch()
    monkeypatch.setattr(os, "uname", lambda: kernel)
    monkeypatch.setattr(build, "_KERNEL_TYPES", types)
    monkeypatch.setattr(shutil, "which", lambda name, **_: f"/bin/{name}")
    return kernel


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """Plays every tool; those that write a file do."""
    seen: list[tuple[str, ...]] = []

    def run(command: tuple[str, ...], **_: Any) -> subprocess.CompletedProcess[bytes]:
        seen.append(command)
        if "-o" in command:
            Path(command[command.index("-o") + 1]).write_bytes(b"binary")
        return subprocess.CompletedProcess(command, 0, b"text", b"")

    monkeypatch.setattr(subprocess, "run", run)
    return seen


def test_it_is_built_once_per_kernel(
    tmp_path: Path, commands: list[tuple[str, ...]], machine: SimpleNamespace
) -> None:
    first = build_recorder(tmp_path / "cache")
    tools = [Path(command[0]).name for command in commands]

    assert tools == ["bpftool", "clang", "bpftool", "gcc"]
    assert first.read_bytes() == b"binary"
    assert build_recorder(tmp_path / "cache") == first
    assert len(commands) == 4
    machine.release = "7"
    assert build_recorder(tmp_path / "cache") != first
    assert [path.name for path in first.parent.iterdir()] == ["recorder"]


def test_another_machine_is_refused(tmp_path: Path, machine: SimpleNamespace) -> None:
    machine.machine = "riscv64"
    with pytest.raises(UnavailableError, match="this machine is riscv64"):
        build_recorder(tmp_path)


def test_a_kernel_without_types_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "_KERNEL_TYPES", tmp_path / "none")
    with pytest.raises(UnavailableError, match="does not describe its types"):
        build_recorder(tmp_path)


@pytest.mark.parametrize("missing", ["clang", "gcc", "bpftool"])
def test_a_missing_tool_is_named_with_the_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.setattr(
        shutil, "which", lambda name, **_: None if name == missing else f"/bin/{name}"
    )
    with pytest.raises(UnavailableError, match=f"{missing} is missing") as refused:
        build_recorder(tmp_path)
    assert "libbpf-dev" in refused.value.remedy


def test_a_failed_compilation_says_what_the_compiler_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(command: tuple[str, ...], **_: Any) -> subprocess.CompletedProcess[bytes]:
        return subprocess.CompletedProcess(command, 1, b"", b"no bpf/bpf_helpers.h\nmore\n")

    monkeypatch.setattr(subprocess, "run", fail)
    with pytest.raises(UnavailableError, match=r"bpftool said no bpf/bpf_helpers\.h; more"):
        build_recorder(tmp_path)


def test_an_ordinary_user_cannot_record(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(UnavailableError, match="only when started by root"):
        Recorder(Path("/bin/false"))


def test_a_recorder_that_does_not_start_says_its_last_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    broken = tmp_path / "recorder"
    broken.write_text("#!/bin/sh\necho the kernel refused >&2\nexit 1\n")
    broken.chmod(0o755)
    with pytest.raises(UnavailableError, match="exit status 1: the kernel refused"):
        Recorder(broken)


def test_a_recorder_that_talks_nonsense_is_ended(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    babbler = tmp_path / "recorder"
    babbler.write_text("#!/bin/sh\nhead -c 1000 /dev/zero\nexec cat\n")
    babbler.chmod(0o755)
    with pytest.raises(UnavailableError, match="its output is broken"):
        Recorder(babbler)
