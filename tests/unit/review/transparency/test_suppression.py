"""Nobody who knows the rule can compute a hidden cell from what is published."""

from collections.abc import Iterable, Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.review.transparency.suppression import Cell, ShownTable, Table, suppress


def table(name: str, counts: Sequence[int], part_of: str | None = None) -> Table:
    cells = tuple(Cell(label=str(n), count=count) for n, count in enumerate(counts))
    return Table(name=name, title=name, cells=cells, part_of=part_of)


def shown(*tables: Table, minimum: int = 5) -> list[list[int | None]]:
    return [[*(c.count for c in one.cells), one.total] for one in suppress(tables, minimum)]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([7, 9, 12], [7, 9, 12, 28]),
        ([0, 9, 12], [0, 9, 12, 21]),
        # One small cell alone would be the total less the others.
        ([2, 9, 12], [None, None, 12, 23]),
        # Two small cells that sum to two can only be one and one.
        ([1, 1, 12], [None, None, None, 14]),
        # Equals go together: which of two was chosen would tell something.
        ([3, 9, 9], [None, None, None, 21]),
        # Nothing else is left to hide.
        ([3, 0, 0], [None, None, None, None]),
        ([4, 4, 0], [None, None, None, 8]),
        ([0, 0, 0], [0, 0, 0, 0]),
    ],
)
def test_small_cells_are_hidden_with_company(counts: list[int], expected: list[int | None]) -> None:
    assert shown(table("t", counts)) == [expected]


def test_a_table_that_divides_another_is_shown_when_that_is_shown_entirely() -> None:
    divided = table("second", [8, 9], part_of="first")

    assert shown(table("first", [17, 6]), divided) == [[17, 6, 23], [8, 9, 17]]
    assert shown(table("first", [17, 2, 8]), divided)[1] == [None, None, None]


def splits(total: int, cells: int) -> Iterator[tuple[int, ...]]:
    """Give every way to divide a total into cells."""
    if cells == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in splits(total - first, cells - 1):
            yield (first, *rest)


def ambiguous(worlds: Iterable[tuple[Table, ...]], minimum: int) -> bool:
    """Tell whether, whatever is published, each hidden cell has more than one possible value.

    Over all worlds that publish the same: the strongest attacker knows the rule. That a cell
    is zero may be found: it is nobody.
    """
    possible: dict[tuple[ShownTable, ...], list[list[int]]] = {}
    for world in worlds:
        counts = [cell.count for one in world for cell in one.cells]
        possible.setdefault(suppress(world, minimum), []).append(counts)
    return all(
        count is not None
        or len({counts[n] for counts in same}) > 1
        or {counts[n] for counts in same} == {0}
        for published, same in possible.items()
        for n, count in enumerate(cell.count for one in published for cell in one.cells)
    )


@pytest.mark.parametrize("minimum", [3, 4, 5])
@pytest.mark.parametrize("cells", [2, 3, 4])
def test_nobody_who_knows_the_rule_finds_a_hidden_cell(minimum: int, cells: int) -> None:
    """Small totals hide the total too, so an attacker does not know which of them it is."""
    small = [(table("t", one),) for total in range(minimum) for one in splits(total, cells)]
    assert ambiguous(small, minimum)
    for total in range(minimum, 13):
        assert ambiguous([(table("t", one),) for one in splits(total, cells)], minimum), total


@pytest.mark.parametrize("minimum", [3, 4])
def test_nor_from_a_table_that_divides_a_cell(minimum: int) -> None:
    for total in range(minimum, 11):
        worlds = (
            (table("whole", first), table("part", second, part_of="whole"))
            for first in splits(total, 3)
            for second in splits(first[0], 3)
        )
        assert ambiguous(worlds, minimum), total


@given(counts=st.lists(st.integers(0, 40), min_size=2, max_size=6), minimum=st.integers(3, 10))
def test_no_small_number_is_shown_or_left_over(counts: list[int], minimum: int) -> None:
    (one,) = suppress([table("t", counts)], minimum)
    left = [cell.count for cell in one.cells if cell.count is not None]

    assert not [count for count in (*left, one.total) if count and count < minimum]
    if one.total is not None and len(left) < len(counts):
        assert one.total - sum(left) >= minimum
