"""The JSON Schema of `report.json`, derived from the report's own types.

Derived, so that it cannot disagree with what is written; published as
docs/reference/report.schema.json, which a test holds equal to this.
"""

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from typing import Union, cast, get_args, get_origin, get_type_hints

from seatrial.core.canonical import Digest, Json
from seatrial.core.record import to_json
from seatrial.review.report import REPORT_SCHEMA, Report

_PLAIN: Mapping[object, Json] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    Digest: {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
}


def report_schema() -> Json:
    """Give the schema (JSON Schema 2020-12)."""
    definitions: dict[str, Json] = {}
    root = _schema(Report, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Seatrial report ({REPORT_SCHEMA})",
        "description": "One trial of one model: estimates with 95% intervals, recommendation, "
        "conditions that void it. A measurement, never an endorsement.",
        **cast("dict[str, Json]", root),
        "$defs": dict(sorted(definitions.items())),
    }


def _schema(kind: object, definitions: dict[str, Json]) -> Json:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return {"anyOf": [_schema(one, definitions) for one in arguments]}
    if origin is tuple:
        return {"type": "array", "items": _schema(arguments[0], definitions)}
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _schema(arguments[1], definitions)}
    if kind in _PLAIN:
        return _PLAIN[kind]
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return {"enum": [member.value for member in kind]}
    return _record_schema(cast("type[object]", kind), definitions)


def _record_schema(kind: type[object], definitions: dict[str, Json]) -> Json:
    if not is_dataclass(kind):
        raise TypeError(f"{kind.__name__} cannot be part of a record")
    name = kind.__name__
    if name not in definitions:
        definitions[name] = None  # keeps its place while its members are described
        hints = get_type_hints(kind)
        properties: dict[str, Json] = {}
        for field in fields(kind):
            described = _schema(hints[field.name], definitions)
            if kind is Report and field.name == "schema":
                described = {"const": REPORT_SCHEMA}
            if field.default is not MISSING and isinstance(described, dict):
                described = {**described, "default": to_json(field.default)}
            properties[field.name] = described
        definitions[name] = {
            "type": "object",
            "description": " ".join((kind.__doc__ or "").split()),
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }
    return {"$ref": f"#/$defs/{name}"}
