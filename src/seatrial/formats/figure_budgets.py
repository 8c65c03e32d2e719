"""A figure of solve rate against compute budget, under the three treatments of cheating."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from seatrial.formats.markup import Html, el
from seatrial.review.estimates import HEADLINE, Treatment
from seatrial.review.interval import SolveRate

_WIDTH, _HEIGHT = 380.0, 236.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 44.0, 22.0, 14.0, 46.0
_INK, _SOFT, _RULE, _DEEP, _BAND = "#1c2127", "#55606c", "#d5dbe1", "#1f3a5f", "#dbe4ee"
_DASH = {Treatment.FAILURE: None, Treatment.DROPPED: "6 4", Treatment.SUCCESS: "2 3"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Rates of one treatment, one for each budget; None where not measured."""

    treatment: Treatment
    rates: tuple[SolveRate | None, ...]


def budget_figure(budgets: Sequence[int], curves: Sequence[Curve], *, description: str) -> Html:
    """Draw the curves; the headline's interval as a band. Budgets lie on a logarithmic axis."""
    ordered = sorted(curves, key=lambda curve: curve.treatment is HEADLINE)
    parts = _axes(budgets)
    for curve in ordered:
        parts = [*_band(budgets, curve), *parts] if curve.treatment is HEADLINE else parts
    for curve in ordered:
        parts += _line(budgets, curve)
    return el(
        "svg",
        *parts,
        viewBox=f"0 0 {_WIDTH:.0f} {_HEIGHT:.0f}",
        role="img",
        aria_label=description,
    )


def tokens(count: int) -> str:
    """Print a number of tokens short: 20k, 1.5M."""
    if count >= 1_000_000:  # noqa: PLR2004 - one million, spelled beside its letter
        return f"{count / 1_000_000:.3g}M"
    return f"{count / 1000:.3g}k" if count >= 1000 else str(count)  # noqa: PLR2004 - as above


def _x(budgets: Sequence[int], budget: int) -> float:
    low, high = math.log(budgets[0]), math.log(budgets[-1])
    share = (math.log(budget) - low) / (high - low)
    inner = _WIDTH - _LEFT - _RIGHT
    return _LEFT + inner * (0.06 + 0.88 * share)


def _y(rate: float) -> float:
    return _HEIGHT - _BOTTOM - rate * (_HEIGHT - _TOP - _BOTTOM)


def _axes(budgets: Sequence[int]) -> list[Html]:
    parts: list[Html] = []
    for quarter in range(5):
        y = _y(quarter / 4)
        parts.append(
            el("line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=y, y2=y, stroke=_RULE, stroke_width=1)
        )
        parts.append(_text(_LEFT - 8, y + 4, f"{quarter * 25}%", anchor="end"))
    parts += [_text(_x(budgets, one), _HEIGHT - _BOTTOM + 18, tokens(one)) for one in budgets]
    middle = _LEFT + (_WIDTH - _LEFT - _RIGHT) / 2
    return [*parts, _text(middle, _HEIGHT - 8, "budget in tokens")]


def _band(budgets: Sequence[int], curve: Curve) -> list[Html]:
    known = _known(budgets, curve)
    if not known:
        return []
    outline = [(x, _y(rate.ability.high)) for x, rate in known]
    outline += [(x, _y(rate.ability.low)) for x, rate in reversed(known)]
    return [el("polygon", points=_points(outline), fill=_BAND)]


def _line(budgets: Sequence[int], curve: Curve) -> list[Html]:
    known = [(x, _y(rate.rate)) for x, rate in _known(budgets, curve)]
    headline = curve.treatment is HEADLINE
    parts = [
        el("polyline", points=_points(known), fill="none", stroke=_DEEP if headline else _INK,
           stroke_width=2.5 if headline else 1.5, stroke_dasharray=_DASH[curve.treatment])
    ]  # fmt: skip
    if headline:
        parts += [el("circle", cx=x, cy=y, r=4.5, fill=_DEEP) for x, y in known]
    return parts


def _known(budgets: Sequence[int], curve: Curve) -> list[tuple[float, SolveRate]]:
    pairs = zip(budgets, curve.rates, strict=True)
    return [(_x(budgets, budget), rate) for budget, rate in pairs if rate is not None]


def _points(places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)


def _text(x: float, y: float, words: str, *, anchor: str = "middle") -> Html:
    return el("text", words, x=x, y=y, fill=_SOFT, font_size=13, text_anchor=anchor)
