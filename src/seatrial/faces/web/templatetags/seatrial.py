"""Filters: digests that fit a line, stages in words, people and parties by name."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from django import forms, template
from django.forms.boundfield import BoundField
from django.utils.html import format_html

from seatrial.core.moment import show_moment
from seatrial.core.people import PartyId, PersonId
from seatrial.faces.web.json_tree import Node, as_node
from seatrial.faces.web.names import party_name, person_name

register = template.Library()

SHOWN_DIGITS = 12
"""Of a digest, enough to tell digests of one page apart; the whole is in the title."""


@register.filter
def tree(value: object) -> Node:
    """Turn JSON into what `tree.html` walks."""
    return as_node(value)


@register.filter
def words(value: StrEnum | str) -> str:
    """Give a stage, role or answer in words."""
    return str(value).replace("-", " ").replace("_", " ")


@register.filter
def identity(stream: str) -> str:
    """Give a stream's identity without its aggregate's name."""
    return stream.partition("/")[2]


@register.filter
def digest(value: str | None) -> str:
    """Shorten a digest; the whole of it stays to be copied."""
    if not value:
        return "none"
    return format_html(
        '<code class="digest" title="{}">{}…</code>',
        value,
        value.removeprefix("sha256:")[:SHOWN_DIGITS],
    )


@register.filter
def moment(value: datetime | None) -> str:
    """Show a moment for people and for programs."""
    if value is None:
        return "not set"
    return format_html(
        '<time datetime="{}">{}</time>', show_moment(value), f"{value:%-d %b %Y, %H:%M} UTC"
    )


@register.filter
def day(value: datetime | None) -> str:
    """Show a moment's day."""
    if value is None:
        return "not set"
    return format_html('<time datetime="{}">{}</time>', show_moment(value), f"{value:%-d %b %Y}")


@register.filter
def person(value: str | None) -> str:
    """Name a person."""
    return person_name(PersonId(value)) if value else "the software"


@register.filter
def party(value: str | None) -> str:
    """Name a party."""
    return party_name(PartyId(value)) if value else "no party"


@register.filter
def hexadecimal(value: str) -> str:
    """Give a digest without its algorithm's name, as addresses have it."""
    return value.removeprefix("sha256:")


@register.filter
def groups(form: forms.BaseForm) -> Iterator[tuple[str, list[BoundField]]]:
    """Give a form's visible fields by group. A long form names its groups in `GROUPS`."""
    left = {one.name: one for one in form.visible_fields()}
    for legend, names in getattr(form, "GROUPS", {}).items():
        found = [left.pop(name) for name in names if name in left]
        if found:
            yield legend, found
    if left:
        yield "", list(left.values())


@register.filter
def faulty(form: forms.BaseForm) -> list[tuple[str, BoundField]]:
    """Give the fields with errors, each with where to go to mend it."""
    # Of several boxes, the first: the group itself takes no focus.
    return [
        (one.id_for_label or f"{one.auto_id}_0", one) for one in form.visible_fields() if one.errors
    ]
