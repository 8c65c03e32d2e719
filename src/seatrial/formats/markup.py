"""Build HTML and SVG from values: text is always escaped, only `Html` is taken as markup.

Everything shown comes from a trial, and a trial's words are hostile (R7): besides markup,
characters that hide or reorder text are made visible.
"""

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

_EMPTY = frozenset({"meta", "br", "col", "line", "rect", "circle", "path", "polygon", "polyline"})


_SHORT_TABLE = 12
"""Rows up to which a table is kept on one printed page."""


@dataclass(frozen=True, slots=True)
class Html:
    """Markup that is safe to put into a page."""

    source: str


Node: TypeAlias = Html | str | int | None
"""A child: markup, text to escape, or nothing."""


def text(value: str | int) -> Html:
    """Escape text; newlines stay."""
    visible = "".join(
        char if char.isprintable() or char == "\n" else char.encode("unicode_escape").decode()
        for char in str(value)
    )
    return Html(html.escape(visible, quote=True))


def el(tag: str, *children: Node, **attributes: str | float | None) -> Html:
    """Make an element. Attribute names: `_` stands for `-`, and a last `_` is dropped."""
    given = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{text(_plain(value)).source}"'
        for name, value in attributes.items()
        if value is not None
    )
    if tag in _EMPTY and not children:
        return Html(f"<{tag}{given}>" if tag in {"meta", "br", "col"} else f"<{tag}{given}/>")
    return Html(f"<{tag}{given}>{join(children).source}</{tag}>")


def join(nodes: Iterable[Node], between: str = "") -> Html:
    """Put nodes one after another."""
    parts = (
        node.source if isinstance(node, Html) else text(node).source
        for node in nodes
        if node is not None
    )
    return Html(between.join(parts))


def table(
    caption: str, head: Sequence[str], rows: Iterable[Sequence[Node]], *, numeric: int = 0
) -> Html:
    """Make a table with a caption and a scope on each heading; the first cell heads its row.

    numeric: how many of the last columns hold numbers, set flush right.
    """
    first_number = len(head) - numeric

    def side(index: int) -> str | None:
        return "n" if index >= first_number else None

    headings = (el("th", name, scope="col", class_=side(index)) for index, name in enumerate(head))
    body = [
        el(
            "tr",
            *(
                el("td", cell, class_=side(index)) if index else el("th", cell, scope="row")
                for index, cell in enumerate(row)
            ),
        )
        for row in rows
    ]
    if not body:
        body = [el("tr", el("td", "None.", colspan=len(head)))]
    return el(
        "div",
        el(
            "table",
            el("caption", caption),
            el("thead", el("tr", *headings)),
            el("tbody", join(body, "\n")),
            class_="short" if len(body) <= _SHORT_TABLE else None,
        ),
        class_="scroll",
        role="region",
        aria_label=caption,
        tabindex=0,
    )


def facts(pairs: Iterable[tuple[str, Node]]) -> Html:
    """Make a list of named facts; a pair without a value is left out."""
    shown = ((name, value) for name, value in pairs if value is not None)
    return el("dl", *(el("div", el("dt", name), el("dd", value)) for name, value in shown))


def _plain(value: str | float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
