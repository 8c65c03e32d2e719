"""Layout keeps track of lines whatever the style."""

from dataclasses import replace

import pytest

from seatrial.core.seeding import SeedStream
from seatrial.tasks.memory_safety_discovery.layout import render
from seatrial.tasks.memory_safety_discovery.source import (
    Function,
    Line,
    Place,
    SourceFile,
    code,
    merge,
    site,
)
from seatrial.tasks.memory_safety_discovery.style import Style, draw_style

BODY = (
    *code("switch (kind) {", "case 1:", "break;", "}"),
    Line(sound=("if (n > 4) {",), flawed=("if (n > 5) {",)),
    *code("return 1;", "} else {", "n = 2;", "}"),
    site("buf[n] = 0;"),
    *code("if (n)", "n++;", "return 0;"),
)
FILE = SourceFile(
    name="a.c",
    preamble=("#include <stdint.h>", "typedef uint8_t u8;"),
    functions=(Function(name="f", head="int f(uint8_t n)", body=BODY),),
)


def _style(**habits: str) -> Style:
    plain = replace(draw_style(SeedStream(1, "t")), indent="  ", types="stdint")
    return replace(plain, **habits)  # type: ignore[arg-type]  # tests set textual habits only


@pytest.mark.parametrize("braces", ["attached", "function", "own_line"])
@pytest.mark.parametrize("flawed", [True, False])
def test_places_point_at_their_lines(braces: str, flawed: bool) -> None:  # noqa: FBT001 - a case
    done = render([FILE], _style(braces=braces), {"f": "/* f */"}, flawed=flawed)
    lines = done.text("a.c").splitlines()
    (where,), (defect,) = done.sites, done.defect
    assert lines[where.first - 1].strip() == "buf[n] = 0;"
    assert f"n > {5 if flawed else 4}" in lines[defect.first - 1]
    assert (where.function, where.file) == ("f", "a.c")


def test_braces_on_their_own_line_and_labels_outwards() -> None:
    done = render([FILE], _style(braces="own_line"), {}, flawed=False)
    body = done.text("a.c").splitlines()[3:]
    assert body[:12] == [
        "static int f(uint8_t n)",
        "{",
        "  switch (kind)",
        "  {",
        "  case 1:",
        "    break;",
        "  }",
        "  if (n > 4)",
        "  {",
        "    return 1;",
        "  }",
        "  else",
    ]
    assert body[-5:] == ["  buf[n] = 0;", "  if (n)", "    n++;", "  return 0;", "}"]


def test_types_are_respelled_except_in_their_typedef() -> None:
    text = render([FILE], _style(types="short"), {}, flawed=False).text("a.c")
    assert "typedef uint8_t u8;" in text
    assert "int f(u8 n)" in text


def test_long_lines_break_at_commas_and_never_inside_a_string() -> None:
    row = ", ".join(f'{{ "word {k}", handle_{k} }}' for k in range(20))
    file = SourceFile(name="a.c", preamble=(f"static const struct row t[] = {{ {row} }};",))
    text = render([file], _style(), {}, flawed=False).text("a.c")
    assert max(len(line) for line in text.splitlines()) <= 96
    assert all(line.count('"') % 2 == 0 for line in text.splitlines())


def test_touching_places_of_one_function_are_merged() -> None:
    def place(first: int, last: int, function: str = "f") -> Place:
        return Place(file="a.c", function=function, first=first, last=last)

    assert merge([place(4, 4), place(3, 3), place(7, 8), place(9, 9, "g")]) == (
        place(3, 4),
        place(7, 8),
        place(9, 9, "g"),
    )
