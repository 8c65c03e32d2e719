"""Sealed content made fit for a page: as text or as a tree of facts, never as markup."""

import json
from dataclasses import dataclass

from seatrial.core.json_text import parse_json
from seatrial.core.problem import BadInputError
from seatrial.faces.desk.content import SORTS, Content, Item
from seatrial.faces.web.names import NAMES
from seatrial.faces.web.rendering_view import rendering_view

MOST_CHARACTERS = 400_000
"""On a page. What is longer is cut, and the page says so."""

_TREES = frozenset({Content.DEVELOPER_REPORT, Content.ANNEX})


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownText:
    """What a page shows of one item. tree: of a rendering; else text, which may be data."""

    item: Item
    text: str
    data: bool = False
    cut: bool = False
    tree: object = None


def show_text(item: Item, content: bytes) -> ShownText:
    """Turn content into what a page can show. Bytes that are no UTF-8 become marks."""
    if item.content in _TREES:
        return ShownText(item=item, text="", tree=rendering_view(content, item.label, NAMES))
    text = content.decode("utf-8", errors="replace")
    data = SORTS[item.content].type != "text/plain"
    if data:
        text = _pretty(content, text)
    cut = len(text) > MOST_CHARACTERS
    return ShownText(item=item, text=text[:MOST_CHARACTERS], data=data, cut=cut)


def _pretty(content: bytes, text: str) -> str:
    try:
        return json.dumps(parse_json(content, place="content"), indent=2, ensure_ascii=False)
    except BadInputError:
        return text
