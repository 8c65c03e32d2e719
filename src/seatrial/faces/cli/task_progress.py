"""`seatrial task verify`: progress while proofs come in, and the table at the end."""

from collections.abc import AsyncIterator

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from seatrial.tasks.proof import Proof
from seatrial.tasks.quarantine import Sorted

_SHOWN = 20
"""Quarantined instances named one by one; the file given with --out has them all."""


async def watch(proofs: AsyncIterator[Proof], total: int, title: str) -> list[Proof]:
    """Take in all proofs while a bar on standard error tells how far they are."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    found: list[Proof] = []
    failed = 0
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task(title, total=total)
        async for proof in proofs:
            found.append(proof)
            failed += not proof.proven
            progress.update(bar, advance=1, description=f"{title}, {failed} quarantined")
    return found


def summary(outcome: Sorted) -> Table:
    """Count proofs by reason."""
    total = len(outcome.proven) + len(outcome.quarantined)
    table = Table()
    table.add_column("finding")
    table.add_column("instances", justify="right")
    table.add_column("share", justify="right")
    for reason, count in (("proven", len(outcome.proven)), *outcome.reasons):
        table.add_row(reason, str(count), f"{count / total:.1%}" if total else "-")
    return table


def quarantine_lines(outcome: Sorted, *, secret: bool) -> list[str]:
    """Name the first quarantined instances with their reasons. secret: tell no seed."""
    lines: list[str] = []
    for proof in outcome.quarantined[:_SHOWN]:
        detail = next((check.detail for check in proof.checks if not check.passed), "")
        name = "a secret seed" if secret else f"seed {proof.seed}"
        lines.append(f"quarantined: {name}: {proof.reason} ({detail})")
    if len(outcome.quarantined) > _SHOWN:
        lines.append(f"... and {len(outcome.quarantined) - _SHOWN} more")
    return lines
