"""Names are valid C, in one manner, and never twice the same."""

import re
from dataclasses import replace

import pytest

from seatrial.core.seeding import SeedStream
from seatrial.tasks.memory_safety_discovery.naming import Names
from seatrial.tasks.memory_safety_discovery.style import draw_style

MANNERS = {
    "snake": r"[a-z][a-z0-9_]*",
    "terse": r"[a-z][a-z0-9_]*",
    "camel": r"[a-z][a-zA-Z0-9]*",
    "pascal": r"[A-Z][a-zA-Z0-9]*",
}


@pytest.mark.parametrize("manner", list(MANNERS))
def test_functions_follow_the_manner_and_differ(manner: str) -> None:
    style = replace(draw_style(SeedStream(2, "t")), naming=manner)
    names = Names(SeedStream(2, "n"), style, "img")
    given = [names.function("read", "header_rule") for _ in range(4)]
    assert len(set(given)) == 4
    assert all(re.fullmatch(MANNERS[manner], name) for name in given)


def test_shared_words_give_the_same_name_again() -> None:
    names = Names(SeedStream(2, "n"), draw_style(SeedStream(2, "t")), "img")
    assert names.shared("weight") == names.shared("weight")
    assert names.variable("weight") != names.shared("weight")


def test_words_of_c_are_never_given_out() -> None:
    style = replace(draw_style(SeedStream(2, "t")), naming="snake")
    names = Names(SeedStream(2, "n"), style, "img")
    assert names.variable("static") != "static"
    assert names.type("read") != "read"
