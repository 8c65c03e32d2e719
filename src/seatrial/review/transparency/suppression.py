"""Small cells are not shown, and cannot be computed from what is shown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One count."""

    label: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Counts that sum to a total: every member of a population is in one cell.

    part_of: the table whose cells this one divides further, wholly or in part.
    """

    name: str
    title: str
    cells: tuple[Cell, ...]
    part_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCell:
    """A cell as published. count: None when it is not shown."""

    label: str
    count: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTable:
    """A table as published. total: None when it is not shown."""

    name: str
    title: str
    cells: tuple[ShownCell, ...]
    total: int | None


def suppress(tables: Iterable[Table], minimum: int) -> tuple[ShownTable, ...]:
    """Give the tables as they can be published.

    tables: one that divides another comes after it. Two that divide nothing of one another may
    have the same total, and no other equation may join their cells.
    minimum: the smallest group that is shown, at least 3: below, a small cell can only be one.
    Zeros are shown: they are nobody.

    Hidden are the cells from 1 to minimum - 1, and with them the smallest of the others, all of
    one size, until at least two are hidden and one of those is not small. Where that cannot be
    reached the whole table is hidden. A table that divides another is hidden unless the other is
    shown entirely, so what is left to show is always one table with a known total.
    A total is hidden when it is small itself.
    Source: complementary suppression as in Willenborg and de Waal, Elements of Statistical
    Disclosure Control (2001), chapter 7. That one is not small, and that equals go together, is
    ours: without it an attacker who knows the rule finds numbers. A test tries every world.
    """
    shown: dict[str, ShownTable] = {}
    for table in tables:
        whole = shown[table.part_of] if table.part_of else None
        if whole and any(cell.count is None for cell in whole.cells):
            hidden = set(range(len(table.cells)))
            total = None
        else:
            hidden = _hidden([cell.count for cell in table.cells], minimum)
            total = sum(cell.count for cell in table.cells)
        shown[table.name] = ShownTable(
            name=table.name,
            title=table.title,
            cells=tuple(
                ShownCell(label=cell.label, count=None if n in hidden else cell.count)
                for n, cell in enumerate(table.cells)
            ),
            total=None if total is None or 0 < total < minimum else total,
        )
    return tuple(shown.values())


def _hidden(counts: Sequence[int], minimum: int) -> set[int]:
    """Give the places of the counts that are not shown."""
    hidden = {n for n, count in enumerate(counts) if 0 < count < minimum}
    while hidden and (len(hidden) < 2 or all(counts[n] < minimum for n in hidden)):  # noqa: PLR2004 - one alone is the total less the others
        left = [count for n, count in enumerate(counts) if count and n not in hidden]
        if not left:
            return set(range(len(counts)))
        hidden |= {n for n, count in enumerate(counts) if count == min(left)}
    return hidden
