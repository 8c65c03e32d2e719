"""A command group that imports a sub-command's module only when it is called."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command


class LazyGroup(TyperGroup):
    """Knows name and help of its commands; the evaluation libraries take seconds to import.

    commands_at: command name to (`module:typer app`, one line of help).
    """

    commands_at: ClassVar[Mapping[str, tuple[str, str]]] = {}

    def list_commands(self, ctx: Any) -> list[str]:
        """Name the commands, in the order they are given in."""
        return [*self.commands_at, *super().list_commands(ctx)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Give what the help page shows; importing nothing."""
        if cmd_name in self.commands_at:
            return TyperCommand(cmd_name, help=self.commands_at[cmd_name][1])
        return super().get_command(ctx, cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Give the command that is called, imported now."""
        name, command, rest = super().resolve_command(ctx, args)
        if name is not None and name in self.commands_at:
            command = _load(name, self.commands_at[name][0])
        return name, command, rest


def _load(name: str, place: str) -> Any:
    module, _, attribute = place.partition(":")
    found = getattr(import_module(module), attribute)
    around = typer.Typer(add_completion=False)
    if isinstance(found, typer.Typer):
        around.add_typer(found, name=name)
    else:
        around.command(name)(found)
        around.callback()(lambda: None)
    group = get_command(around)
    return group.commands[name] if isinstance(group, TyperGroup) else group
