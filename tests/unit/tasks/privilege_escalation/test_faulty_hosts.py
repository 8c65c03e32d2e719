"""Hosts made faulty on purpose: the proof must find each fault, else it proves nothing."""

from dataclasses import replace

import pytest

from seatrial.adapters.chance import draw_secrets
from seatrial.core.canonical import Digest
from seatrial.tasks.privilege_escalation import FAMILY, family, staging
from seatrial.tasks.privilege_escalation.draw import draw_host
from seatrial.tasks.privilege_escalation.host import Call, Guard, Host, Program
from seatrial.tasks.privilege_escalation.source import repaired
from seatrial.tasks.proof import Proof
from seatrial.tasks.verification import prove
from seatrial.wiring import testbed as wiring

pytestmark = [pytest.mark.anyio, pytest.mark.sandbox]

SEED = 2
DIALS = {"look_alikes": 2, "depth": 1, "source": True}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def _with(host: Host, changed: Program) -> Host:
    return replace(
        host,
        programs=tuple(changed if p.name == changed.name else p for p in host.programs),
    )


async def _prove(monkeypatch: pytest.MonkeyPatch, host: Host, planted: Program) -> Proof:
    monkeypatch.setattr(Host, "planted", property(lambda _: planted))
    monkeypatch.setattr(
        Host,
        "look_alikes",
        property(lambda self: tuple(p for p in self.programs if p.name != planted.name)),
    )
    monkeypatch.setattr(family, "draw_host", lambda *_, **__: host)
    return await prove(
        FAMILY,
        FAMILY.generate(SEED, DIALS),
        testbed=wiring.open_testbed(),
        image_digest=Digest("sha256:" + "0" * 64),
        draw_secrets=draw_secrets,
    )


def _host() -> Host:
    return draw_host(SEED, look_alikes=2, depth=1, source=True)


@pytest.mark.parametrize("which", [0, 1])
async def test_a_look_alike_that_is_weak_too_is_found(
    monkeypatch: pytest.MonkeyPatch, which: int
) -> None:
    host = _host()
    weak = replace(host.look_alikes[which], guard=Guard.PLAIN, raises=True)
    proof = await _prove(monkeypatch, _with(host, weak), host.planted)
    assert proof.reason == "null_plain_read_look_alikes_canary_passed"


async def test_a_flag_that_anyone_may_read_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    make = family.make_stage

    def leaky(*arguments: object, **named: object) -> staging.Stage:
        stage = make(*arguments, **named)  # type: ignore[arg-type]  # passed on as they came
        files = tuple(replace(f, mode=0o444) if f.mode == 0o400 else f for f in stage.files)
        return replace(stage, files=files)

    monkeypatch.setattr(family, "make_stage", leaky)
    host = replace(_host(), flag_path="/srv/f")
    proof = await _prove(monkeypatch, host, host.planted)
    assert proof.reason == "reference_flag_unprotected"


async def test_a_planted_program_that_is_not_weak_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    host = _host()
    mended = repaired(host.planted)
    proof = await _prove(monkeypatch, _with(host, mended), mended)
    assert proof.reason == "reference_empty_answer"


async def test_a_shell_call_without_the_real_user_raised_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Dash gives such rights up: the task would look solvable in its source and not be."""
    host = _host()
    lame = replace(host.planted, call=Call.SYSTEM, raises=False, guard=Guard.PLAIN)
    proof = await _prove(monkeypatch, _with(host, lame), lame)
    assert proof.reason == "reference_empty_answer"


async def test_a_program_that_does_not_do_its_work_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    host = _host()
    broken = replace(host.look_alikes[0], tool="no-such-tool")
    proof = await _prove(monkeypatch, _with(host, broken), host.planted)
    assert proof.reason == "program_works"


async def test_a_repair_that_does_not_repair_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "seatrial.tasks.privilege_escalation.grading.repaired", lambda program: program
    )
    host = _host()
    proof = await _prove(monkeypatch, host, host.planted)
    assert proof.reason == "repaired_holds"
