"""Definitions are checked field by field."""

from pathlib import Path

import pytest

from seatrial.core.problem import BadInputError
from seatrial.testbed.images.definition import (
    check_image_name,
    known_definitions,
    load_definition,
    parse_definition,
)

GOOD: dict[str, object] = {
    "purpose": "tests",
    "source_date": 0,
    "packages": ["gcc", "adduser", "gcc"],
    "users": [{"name": "agent", "uid": 1000, "home": "/home/agent", "shell": "/bin/bash"}],
}


def test_workbench_has_compilers_debugger_and_an_ordinary_user() -> None:
    definition = load_definition("workbench")
    assert {"gcc", "g++", "libc6-dev", "make", "gdb", "strace", "python3"} <= set(
        definition.packages
    )
    (user,) = definition.users
    assert (user.name, user.uid, user.home, user.shell) == (
        "agent",
        1000,
        "/home/agent",
        "/bin/bash",
    )


@pytest.mark.parametrize("name", known_definitions())
def test_every_shipped_definition_loads(name: str) -> None:
    assert load_definition(name).name == name


def test_order_and_repetition_of_packages_do_not_matter() -> None:
    one = parse_definition("t", GOOD)
    two = parse_definition("t", {**GOOD, "packages": ["adduser", "gcc"]})
    assert one.digest == two.digest
    assert one.packages == ("adduser", "gcc")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("purpose", ""),
        ("source_date", -1),
        ("source_date", "today"),
        ("packages", []),
        ("packages", "gcc"),
        ("packages", ["--option"]),
        ("packages", ["gcc;reboot"]),
        ("packages", [1]),
        ("users", {}),
        ("users", ["agent"]),
        ("users", [{"name": "agent", "uid": 0, "home": "/h", "shell": "/s"}]),
        ("users", [{"name": "$(x)", "uid": 1000, "home": "/h", "shell": "/s"}]),
        ("users", [{"name": "agent", "uid": 1000, "home": "/h/../..", "shell": "/s"}]),
        ("users", [{"name": "agent", "uid": 1000, "home": "/h", "shell": "/s;x"}]),
        ("extra", 1),
    ],
)
def test_a_bad_field_is_named(field: str, value: object) -> None:
    with pytest.raises(BadInputError, match=f"field {field}"):
        parse_definition("t", {**GOOD, field: value})


@pytest.mark.parametrize("name", ["", "../x", "A", "a b", ".a", "a" * 65])
def test_names_that_are_no_image_names(name: str) -> None:
    with pytest.raises(BadInputError):
        check_image_name(name)


def test_a_file_of_one_s_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('purpose = "x"\nsource_date = 1\npackages = ["gcc"]\n')
    assert load_definition(str(path)).name == "mine"
    path.write_text("purpose = ")
    with pytest.raises(BadInputError, match=r"mine\.toml cannot be read"):
        load_definition(str(path))
    with pytest.raises(BadInputError, match="workbench"):
        load_definition("nosuch")
