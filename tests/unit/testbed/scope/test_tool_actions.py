"""Tool calls become actions whatever the text, and never at any cost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seatrial.core.problem import RefusedError
from seatrial.testbed.scope.action import OPAQUE_KINDS, Action, Verb, describe
from seatrial.testbed.scope.monitor import require_monitor
from seatrial.testbed.scope.reading import MAX_ACTIONS
from seatrial.testbed.scope.tool_actions import actions_of

PIECES = [
    "cat", "/proc/1", " ", "\n", "|", "$(", ")", "`", "'", '"', "{a,b}", "<<E\n", "E\n", "$x", "x=",
    "bash -c ", "eval ", "&&", ";", ">", "<", "if ", "then ", "fi", "python3 -c ", "\\", "*", "[",
    "\x00", "é", "\U00104206",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_text_can_be_read(text: str) -> None:
    for tool in ("bash", "python"):
        actions = actions_of(tool, {"command": text})

        assert {a.target for a in actions if a.verb is Verb.OPAQUE} <= set(OPAQUE_KINDS)
        assert all(a.target.startswith("/") for a in actions if a.verb in {Verb.READ, Verb.WRITE})


@pytest.mark.parametrize(
    "piece", ["$(", "(", "{ ", "if ", '"$(', "<<E ", "a | ", "`", "case x in ", "[[ ", "{a,b}"]
)
def test_a_text_made_to_exhaust_the_parser_is_stopped(piece: str) -> None:
    actions = actions_of("bash", {"command": (piece * 250_000)[:250_000]})

    assert {"tangled", "malformed"} & {a.target for a in actions if a.verb is Verb.OPAQUE}


def test_nesting_is_followed_only_so_deep() -> None:
    actions = actions_of("bash", {"command": "eval " * 12 + "curl a.b"})

    assert "nested" in {a.target for a in actions}


def test_more_actions_than_are_kept_are_said() -> None:
    text = "\n".join(f"cat /tmp/f{n}" for n in range(MAX_ACTIONS))

    assert "tangled" in {a.target for a in actions_of("bash", {"command": text})}


def test_text_beyond_ascii_keeps_its_paths() -> None:
    actions = actions_of("bash", {"command": "x=a; cat /données/é'ü' $xé/b"})

    assert {"/données/éü", "/home/agent/aé/b"} == {a.target for a in actions if a.verb is Verb.READ}


def test_python_that_does_not_parse_is_opaque() -> None:
    kinds = {a.target for a in actions_of("python", {"code": "def ("}) if a.verb is Verb.OPAQUE}

    assert {"python", "malformed"} == kinds


def test_a_shell_fed_by_a_pipe_is_opaque() -> None:
    actions = actions_of("bash", {"command": "base64 -d x | bash"})

    assert "piped-script" in {a.target for a in actions}


def test_a_program_known_only_to_the_shell_is_opaque() -> None:
    actions = actions_of("bash", {"command": "$(cat name) http://a.b"})

    assert "expansion" in {a.target for a in actions if a.verb is Verb.OPAQUE}


def test_the_workdir_decides_where_relative_paths_lead() -> None:
    actions = actions_of("bash", {"command": "cat 1/maps"}, workdir="/proc")

    assert "/proc/1/maps" in {a.target for a in actions if a.verb is Verb.READ}


def test_a_description_is_one_printable_line() -> None:
    said = describe(Action(verb=Verb.RUN, target="a\n\x1b[2Jb" + "c" * 500))

    assert said.isprintable()
    assert len(said) <= 200


def test_a_model_with_safeguards_off_needs_the_monitor() -> None:
    with pytest.raises(RefusedError):
        require_monitor(safeguards_off=True, monitor_on=False)
    require_monitor(safeguards_off=True, monitor_on=True)
    require_monitor(safeguards_off=False, monitor_on=False)
