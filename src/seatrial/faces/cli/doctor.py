"""`seatrial doctor`: what this machine can and can't do."""

import typer
from rich.console import Console
from rich.table import Table

from seatrial.testbed.abilities import Standing, abilities
from seatrial.testbed.places import default_places

_MARKS = {Standing.CAN: "can", Standing.LACKS: "lacks", Standing.CANNOT: "CANNOT"}


def doctor() -> None:
    """Say what this machine can and can't do for trials, and how to mend it."""
    table = Table(title="This machine", title_justify="left", show_lines=False)
    table.add_column("what")
    table.add_column("stands")
    table.add_column("found", overflow="fold")
    table.add_column("to mend it", overflow="fold")
    found = abilities(default_places())
    for ability in found:
        table.add_row(ability.name, _MARKS[ability.standing], ability.found, ability.mend)
    Console().print(table)
    if any(ability.standing is Standing.CANNOT for ability in found):
        typer.echo("Trials cannot run here yet.")
        raise typer.Exit(1)
    typer.echo("Trials can run here.")
