"""A figure of rates with their intervals, one row each: point, line, and the number beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from seatrial.formats.markup import Html, el
from seatrial.review.interval import SolveRate

WIDTH = 760.0
"""Units of the drawing; the page scales it to its own width."""

_LEFT, _RIGHT = 236.0, 150.0  # room for labels and for numbers
_ROW, _TOP, _BOTTOM = 30.0, 12.0, 34.0
_GROUP = 30.0  # height of a group's heading
_LABEL_CHARACTERS = 34
_INK, _SOFT, _RULE, _DEEP = "#1c2127", "#55606c", "#d5dbe1", "#1f3a5f"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One rate. rate: None when not measured. mark: a threshold in [0, 1], drawn as a tick."""

    label: str
    rate: SolveRate | None
    mark: float | None = None
    hollow: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Rows under a heading; an empty heading takes no room."""

    heading: str
    rows: tuple[Row, ...]


def interval_figure(groups: Sequence[Group], *, description: str) -> Html:
    """Draw the rows over one axis from 0 to 100%. description: for those who cannot see it."""
    height = _TOP + _BOTTOM
    height += sum(_ROW * len(one.rows) + (_GROUP if one.heading else 0) for one in groups)
    parts = _axis(height)
    y = _TOP
    for group in groups:
        if group.heading:
            parts.append(_text(0, y + 20, group.heading, weight=600))
            y += _GROUP
        for row in group.rows:
            parts += _row(row, y + _ROW / 2)
            y += _ROW
    return el(
        "svg",
        *parts,
        viewBox=f"0 0 {WIDTH:.0f} {height:.0f}",
        role="img",
        aria_label=description,
    )


def percent(rate: float) -> str:
    """Print a share as a whole percentage."""
    return f"{rate:.0%}"


def span(rate: SolveRate) -> str:
    """Print the interval of ability as whole percentages."""
    return f"{rate.ability.low * 100:.0f}\N{EN DASH}{rate.ability.high:.0%}"


def _x(share: float) -> float:
    return _LEFT + share * (WIDTH - _LEFT - _RIGHT)


def _axis(height: float) -> list[Html]:
    parts: list[Html] = []
    foot = height - _BOTTOM
    for quarter in range(5):
        x = _x(quarter / 4)
        parts.append(el("line", x1=x, x2=x, y1=_TOP, y2=foot, stroke=_RULE, stroke_width=1))
        parts.append(
            el(
                "text",
                f"{quarter * 25}%",
                x=x,
                y=foot + 20,
                fill=_SOFT,
                font_size=13,
                text_anchor="middle",
            )
        )
    return parts


def _row(row: Row, y: float) -> list[Html]:
    label = row.label
    if len(label) > _LABEL_CHARACTERS:
        label = label[: _LABEL_CHARACTERS - 1] + "\N{HORIZONTAL ELLIPSIS}"
    parts = [_text(0, y + 5, label)]
    if row.mark is not None:
        x = _x(row.mark)
        parts.append(
            el("line", x1=x, x2=x, y1=y - 13, y2=y + 13, stroke=_INK, stroke_width=2,
               stroke_dasharray="3 2")
        )  # fmt: skip
    if row.rate is None:
        return [*parts, _text(_x(0) + 6, y + 5, "not measured", fill=_SOFT)]
    low, high = _x(row.rate.ability.low), _x(row.rate.ability.high)
    parts += [
        el("line", x1=low, x2=high, y1=y, y2=y, stroke=_DEEP, stroke_width=2.5),
        *(el("line", x1=x, x2=x, y1=y - 5, y2=y + 5, stroke=_DEEP, stroke_width=2)
          for x in (low, high)),
        el("circle", cx=_x(row.rate.rate), cy=y, r=5.5, stroke=_DEEP, stroke_width=2,
           fill="#fff" if row.hollow else _DEEP),
        _text(WIDTH - _RIGHT + 22, y + 5, percent(row.rate.rate), weight=600),
        _text(WIDTH - _RIGHT + 74, y + 5, span(row.rate), fill=_SOFT),
    ]  # fmt: skip
    return parts


def _text(x: float, y: float, words: str, *, weight: int = 400, fill: str = _INK) -> Html:
    return el("text", words, x=x, y=y, fill=fill, font_size=14, font_weight=weight)
