"""The command-line reference names every command and option, and no other."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.main import get_command

from seatrial.faces.cli.main import app

PAGE = Path(__file__).parents[4] / "docs" / "reference" / "command-line.md"
EVERYWHERE = {"--help"}


def commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Give each command by its full name, groups resolved to what they hold."""
    if not hasattr(command, "list_commands"):
        yield name, command
        return
    context = typer.Context(command, info_name=name)
    for child in command.list_commands(context):
        _, found, _ = command.resolve_command(context, [child])
        yield from commands(found, f"{name} {child}")


def options(command: Any) -> set[str]:
    return {
        word
        for parameter in command.params
        if parameter.param_type_name == "option"
        for word in (*parameter.opts, *parameter.secondary_opts)
    } - EVERYWHERE


@pytest.fixture(scope="module")
def real() -> dict[str, set[str]]:
    return {name: options(command) for name, command in commands(get_command(app), "seatrial")}


@pytest.fixture(scope="module")
def named() -> dict[str, set[str]]:
    """Options in the first column of the tables below each command's heading."""
    parts = re.split(r"^## `(.+)`$", PAGE.read_text(), flags=re.MULTILINE)
    return {
        name: {
            word
            for row in re.findall(r"^\| (`-.*?) \|", section, re.MULTILINE)
            for word in re.findall(r"`(-[^`]+)`", row)
        }
        for name, section in zip(parts[1::2], parts[2::2], strict=True)
    }


def test_every_command_has_its_section(
    real: dict[str, set[str]], named: dict[str, set[str]]
) -> None:
    assert sorted(real) == sorted(named)
    assert len(real) > 20


def test_each_section_names_the_options_of_its_command(
    real: dict[str, set[str]], named: dict[str, set[str]]
) -> None:
    assert real == named
    assert "--plan" in real["seatrial trial run"]
