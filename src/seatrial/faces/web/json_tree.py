"""JSON as a tree of facts that a template can walk, names in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard, cast

DIGITS = 4
"""Of a measured number, enough to tell two apart."""

SHORT = 72
"""Characters of a text that fits a column; a digest has 71."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One of four: named rows, a table, items, or text. heads: of the table, its lines beside."""

    rows: "tuple[tuple[str, Node], ...] | None" = None
    heads: tuple[str, ...] | None = None
    lines: "tuple[tuple[Node, ...], ...]" = ()
    items: "tuple[Node, ...] | None" = None
    text: str = ""

    @property
    def wide(self) -> bool:
        """Tell whether it needs the whole width of the page."""
        return self.rows is not None or self.heads is not None or len(self.text) > SHORT


def as_node(value: object) -> Node:
    """Turn a JSON value into a node. Records of the same flat fields become a table."""
    if isinstance(value, Mapping):
        members = cast("Mapping[str, object]", value)
        return Node(rows=tuple((_words(name), as_node(one)) for name, one in members.items()))
    if _is_list(value):
        return _table(value) or _line(value) or Node(items=tuple(as_node(one) for one in value))
    return Node(text=_text(value))


def _table(values: Sequence[object]) -> Node | None:
    records = [cast("Mapping[str, object]", one) for one in values if isinstance(one, Mapping)]
    if not records or len(records) < len(values):
        return None
    heads = tuple(records[0])
    flat = all(
        tuple(one) == heads and not any(_is_deep(member) for member in one.values())
        for one in records
    )
    if not flat:
        return None
    return Node(
        heads=tuple(_words(name) for name in heads),
        lines=tuple(tuple(as_node(one[name]) for name in heads) for one in records),
    )


def _line(values: Sequence[object]) -> Node | None:
    """Join short texts with commas."""
    texts = [_text(one) for one in values if not _is_deep(one)]
    if not texts or len(texts) < len(values) or any(len(one) > SHORT for one in texts):
        return None
    return Node(text=", ".join(texts))


def _is_list(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _is_deep(value: object) -> bool:
    return isinstance(value, Mapping) or _is_list(value)


def _words(name: str) -> str:
    words = name.replace("_", " ").replace("-", " ")
    return words[:1].upper() + words[1:]


def _text(value: object) -> str:
    if value is None:
        return "not given"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.{DIGITS}g}" if isinstance(value, float) else str(value)
