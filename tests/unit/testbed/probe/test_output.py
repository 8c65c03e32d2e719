"""The probe's output is read strictly: out of form is not contained."""

import pytest

from seatrial.testbed.probe.checks import CHECKS, HOST_ENVIRONMENT
from seatrial.testbed.probe.output import BadOutputError, parse_output

NAMES = [name for name in CHECKS if name != HOST_ENVIRONMENT]
GOOD = "".join(f"{name}\tno\t\n" for name in NAMES) + "env\t413d31\n" + f"end\t{len(NAMES)}\n"


def test_a_whole_output_is_read() -> None:
    told = parse_output(GOOD.encode())

    assert [result.name for result in told.results] == NAMES
    assert not any(result.reached for result in told.results)
    assert told.environment == ("A=1",)


def test_a_reach_and_an_unfinished_check_are_reached() -> None:
    text = GOOD.replace("tcp\tno\t", "tcp\tyes\tconnected to 127.0.0.1")
    told = parse_output(text.replace("bpf\tno\t", "bpf\terror\tAlarm clock").encode())

    reached = {result.name: result.detail for result in told.results if result.reached}
    assert reached == {
        "tcp": "connected to 127.0.0.1",
        "bpf": "the check did not finish: Alarm clock",
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        GOOD[:-1],
        GOOD + "x",
        GOOD + GOOD,
        GOOD.replace("tcp\tno\t\n", ""),
        GOOD.replace("tcp\tno\t\n", "udp\tno\t\n"),
        GOOD.replace("tcp\tno\t", "tcp\tmaybe\t"),
        GOOD.replace("tcp\tno\t", "tcp\tno\tbut"),
        GOOD.replace("tcp\tno\t", "tcp\tno"),
        GOOD.replace("tcp\tno\t", "tcp\tyes\t\x1b[2J"),
        GOOD.replace("env\t413d31", "env\tzz"),
        GOOD.replace("env\t413d31", "noise"),
        GOOD.replace("tcp", "tcp\u00e9"),
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadOutputError):
        parse_output(text.encode())
