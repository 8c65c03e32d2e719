"""A form for a record: one field for each of its fields, and the record back.

Most commands hold a few plain facts; for those, the record itself is the form's definition.
Records in records, and what is sealed before it is named, have forms of their own.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from types import NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Any,
    NewType,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

from django import forms

from seatrial.core.canonical import Digest

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")

MAX_TEXT = 10_000
"""Characters of one text. It becomes an entry's fact, and an entry has a limit of its own."""

LONG = frozenset({"reason", "reasons", "answer", "text", "view", "summary", "statement"})
"""Fields that people write sentences in."""

DIGEST = r"sha256:[0-9a-f]{64}"


class Lines(forms.CharField):
    """Several texts, one on a line; empty lines do not count."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            widget=forms.Textarea(attrs={"rows": 4}),
            max_length=MAX_TEXT,
            **options,
        )

    def clean(self, value: object) -> tuple[str, ...]:
        """Give the lines."""
        text = super().clean(value)
        return tuple(line.strip() for line in str(text).splitlines() if line.strip())

    def prepare_value(self, value: object) -> object:
        """Show lines again as they were."""
        return "\n".join(value) if isinstance(value, tuple | list) else value


class Moment(forms.DateTimeField):
    """A moment in UTC."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(
            widget=widget,
            input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
            **options,
        )

    def clean(self, value: object) -> datetime | None:
        """Give the moment; what a browser sends has no zone, and means UTC."""
        found = super().clean(value)
        return found.replace(tzinfo=found.tzinfo or UTC) if isinstance(found, datetime) else None


def form_for(
    kind: type[object],
    *,
    given: Mapping[str, object] | None = None,
    instead: Mapping[str, forms.Field] | None = None,
    labels: Mapping[str, str] | None = None,
    hints: Mapping[str, str] | None = None,
) -> type[forms.Form]:
    """Make a form class for a record type.

    given: fields that are not asked for, with their values; see `read_record`.
    instead: fields of the form's own, for the record's field of the same name.
    labels, hints: of fields, in the page's words.
    Raises: TypeError for a field that needs a form of its own.
    """
    if not is_dataclass(kind):
        raise TypeError(f"{kind.__name__} is no record")
    types = get_type_hints(kind)
    made: dict[str, forms.Field] = {}
    for field in fields(kind):
        if field.name in (given or {}):
            continue
        if field.name in (instead or {}):
            made[field.name] = (instead or {})[field.name]
            continue
        made[field.name] = _field(
            types[field.name],
            field,
            label=(labels or {}).get(field.name) or _label(field.name),
            help_text=(hints or {}).get(field.name, ""),
        )
    return type(f"{kind.__name__}Form", (forms.Form,), dict(made))


def read_record(kind: type[T], form: forms.Form, given: Mapping[str, object] | None = None) -> T:
    """Give the record that a valid form holds."""
    values: dict[str, Any] = dict(given or {})
    for field in fields(cast("type[DataclassInstance]", kind)):
        if field.name in form.cleaned_data:
            value = form.cleaned_data[field.name]
            if value == "" and field.default is None:
                value = None
            values[field.name] = tuple(value) if isinstance(value, list) else value
    return kind(**values)


def _label(name: str) -> str:
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def _field(kind: object, field: "Field[object]", *, label: str, help_text: str) -> forms.Field:
    optional = field.default is not MISSING or field.default_factory is not MISSING
    plain = _plain(kind)
    options: dict[str, Any] = {"label": label, "help_text": help_text, "required": not optional}
    if field.default not in (MISSING, None):
        options["initial"] = field.default
    if kind is Digest:
        return forms.RegexField(regex=f"^{DIGEST}$", max_length=71, **options)
    if get_origin(plain) is tuple:
        return _several(get_args(plain)[0], options)
    if isinstance(plain, type):
        if issubclass(plain, StrEnum):
            return forms.TypedChoiceField(choices=_choices(plain), coerce=plain, **options)
        for known, make in _MAKERS:
            if issubclass(plain, known):
                return make(field.name, options)
    raise TypeError(f"{field.name}: no form field for {kind}")


def _plain(kind: object) -> object:
    while isinstance(kind, NewType):
        kind = kind.__supertype__
    if get_origin(kind) in (Union, UnionType):
        rest = [one for one in get_args(kind) if one is not NoneType]
        return _plain(rest[0]) if len(rest) == 1 else kind
    return kind


def _several(member: object, options: dict[str, Any]) -> forms.Field:
    plain = _plain(member)
    if isinstance(plain, type) and issubclass(plain, StrEnum):
        return forms.TypedMultipleChoiceField(
            choices=_choices(plain),
            coerce=plain,
            widget=forms.CheckboxSelectMultiple,
            **options,
        )
    if plain is str:
        return Lines(**options)
    raise TypeError(f"no form field for several {member}")


def _choices(kind: type[StrEnum]) -> list[tuple[str, str]]:
    return [(one.value, _label(one.value.replace("-", " "))) for one in kind]


def _text(name: str, options: dict[str, Any]) -> forms.Field:
    widget = forms.Textarea(attrs={"rows": 5}) if name in LONG else forms.TextInput()
    return forms.CharField(widget=widget, max_length=MAX_TEXT, **options)


def _flag(_name: str, options: dict[str, Any]) -> forms.Field:
    return forms.BooleanField(**(options | {"required": False}))


def _number(_name: str, options: dict[str, Any]) -> forms.Field:
    return forms.IntegerField(**options)


def _moment(_name: str, options: dict[str, Any]) -> forms.Field:
    return Moment(**(options | {"help_text": options["help_text"] or "In UTC."}))


def _day(_name: str, options: dict[str, Any]) -> forms.Field:
    widget = forms.DateInput(attrs={"type": "date"})
    return forms.DateField(widget=widget, **options)


# In this order: a datetime is a date, and true is a number.
_MAKERS: tuple[tuple[type[object], Callable[[str, dict[str, Any]], forms.Field]], ...] = (
    (bool, _flag),
    (str, _text),
    (int, _number),
    (datetime, _moment),
    (date, _day),
)
