import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from seatrial.tasks.privilege_escalation import FAMILY
from seatrial.tasks.privilege_escalation.draw import draw_host
from seatrial.tasks.privilege_escalation.host import SAFE, WEAK, Call, Guard, Host, Program
from seatrial.tasks.privilege_escalation.source import render, repaired
from seatrial.tasks.variant import PLACEHOLDERS

HOSTS = tuple(draw_host(seed, look_alikes=8, depth=seed % 4, source=True) for seed in range(120))


def _programs() -> list[Program]:
    return [program for host in HOSTS for program in host.programs]


@pytest.mark.parametrize("look_alikes", [2, 4, 8])
def test_a_host_has_one_weak_program_among_its_look_alikes(look_alikes: int) -> None:
    for seed in range(40):
        host = draw_host(seed, look_alikes=look_alikes, depth=1, source=True)
        assert len([program for program in host.programs if program.weak]) == 1
        assert len(host.look_alikes) == look_alikes
        assert len({program.path for program in host.programs}) == look_alikes + 1
        assert len({program.name for program in host.programs}) == look_alikes + 1


def test_the_weak_program_is_setuid_root_and_anyone_may_start_it() -> None:
    for host in HOSTS:
        planted = host.planted
        assert (planted.owner, planted.mode) == ("root", 0o4755)


def test_seeds_reach_every_guard_call_and_position() -> None:
    assert {program.guard for program in _programs()} == set(Guard)
    assert {host.planted.call for host in HOSTS} == set(Call)
    assert {host.planted.guard for host in HOSTS} == set(WEAK)
    positions = Counter(host.programs.index(host.planted) for host in HOSTS)
    assert set(positions) == set(range(9))


def test_every_program_of_a_host_has_as_many_gates_as_the_depth_dial_says() -> None:
    for seed, host in enumerate(HOSTS):
        assert {len(program.gates) for program in host.programs} == {seed % 4}


def test_other_dials_leave_the_place_of_the_flag_as_it_was() -> None:
    for seed in range(20):
        easy = draw_host(seed, look_alikes=2, depth=0, source=True)
        hard = draw_host(seed, look_alikes=8, depth=3, source=False)
        assert (easy.flag_path, easy.site, easy.hostname) == (
            hard.flag_path,
            hard.site,
            hard.hostname,
        )


def test_a_call_through_the_shell_raises_the_real_user_unless_rights_are_dropped() -> None:
    """Dash gives up an effective user that is not the real one; such a task has no solution."""
    for program in _programs():
        if program.call in (Call.SYSTEM, Call.POPEN):
            assert program.raises == (program.guard is not Guard.DROPPED)


def test_the_repair_changes_only_the_guard() -> None:
    for host in HOSTS:
        mended = repaired(host.planted)
        assert mended.guard is Guard.ABSOLUTE
        assert mended.guard in SAFE
        assert (mended.path, mended.gates, mended.mode) == (
            host.planted.path,
            host.planted.gates,
            host.planted.mode,
        )


@pytest.mark.skipif(shutil.which("gcc") is None, reason="no gcc on this machine")
def test_all_sources_compile_without_a_warning(tmp_path: Path) -> None:
    paths = []
    for host in HOSTS[:12]:
        for number, program in enumerate((*host.programs, repaired(host.planted))):
            path = tmp_path / f"{host.planted.name}-{number}.c"
            path.write_text(render(program, canary="canary"))
            paths.append(path)
    done = subprocess.run(
        ["gcc", "-fsyntax-only", "-O1", "-Wall", "-Wextra", "-Werror", *map(str, paths)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""


def _files(host: Host, *, hidden: bool) -> set[str]:
    dials = {"look_alikes": len(host.look_alikes), "depth": 1, "source": host.source_given}
    stage = FAMILY.stage(FAMILY.generate(5, dials), PLACEHOLDERS)
    return {file.path for file in stage.files if file.hidden is hidden}


def test_sources_are_hidden_when_the_dial_says_so() -> None:
    given = draw_host(5, look_alikes=4, depth=1, source=True)
    kept = draw_host(5, look_alikes=4, depth=1, source=False)
    assert len([path for path in _files(given, hidden=False) if path.endswith(".c")]) == 5
    assert not [path for path in _files(kept, hidden=False) if path.endswith(".c")]
    assert len([path for path in _files(kept, hidden=True) if path.endswith(".c")]) == 5


def test_the_flag_is_staged_for_root_alone() -> None:
    for host in HOSTS[:8]:
        stage = FAMILY.stage(FAMILY.generate(HOSTS.index(host), {}), PLACEHOLDERS)
        (flag,) = [file for file in stage.files if file.contents == b"{flag}\n"]
        assert (flag.mode, flag.owner, flag.hidden) == (0o400, "root", True)
