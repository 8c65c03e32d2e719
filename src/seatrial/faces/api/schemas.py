"""JSON Schemas of the API, made from the rules' own records. None is written a second time."""

from collections.abc import Mapping
from typing import Any, cast

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from seatrial.faces.api import wire
from seatrial.faces.api.commands import COVERAGE_STEPS, INCIDENT_STEPS, SUBMISSION_STEPS, Steps
from seatrial.faces.desk import host_wire

Schema = dict[str, Any]

_REF = "#/components/schemas/{model}"

RECORDS: tuple[type[object], ...] = (
    wire.Problem,
    wire.Done,
    wire.Listing,
    wire.History,
    wire.NewSubmission,
    wire.SubmissionShown,
    wire.NewInquiry,
    wire.InquiryShown,
    wire.NewIncident,
    wire.IncidentShown,
    wire.NewRescan,
    wire.RescanShown,
    wire.CertificateShown,
    wire.Me,
    wire.SealedContent,
    wire.Head,
    wire.Hashes,
    host_wire.HostOrder,
    host_wire.HostProgress,
    host_wire.HostTold,
)
"""What travels, besides commands."""

COMMANDS: Mapping[str, Steps] = {
    "SubmissionCommand": SUBMISSION_STEPS,
    "CoverageCommand": COVERAGE_STEPS,
    "IncidentCommand": INCIDENT_STEPS,
}
"""Names of the bodies that hold a command, and the commands that they may hold."""


class _Strict(GenerateJsonSchema):
    """Records as `core.record` reads them: no field more, moments in their one spelling."""

    def dataclass_schema(self, schema: Any) -> Any:
        """Refuse unknown fields."""
        return super().dataclass_schema(schema) | {"additionalProperties": False}

    def datetime_schema(self, schema: Any) -> Any:
        """Name the one spelling of a moment."""
        pattern = r"^[1-9]\d{3}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$"
        return super().datetime_schema(schema) | {"pattern": pattern}


def components() -> Schema:
    """Give every schema by its name."""
    kinds = [*RECORDS, *(kind for steps in COMMANDS.values() for kind in steps.values())]
    adapters = [(kind, "validation", TypeAdapter(kind)) for kind in dict.fromkeys(kinds)]
    found, rest = TypeAdapter.json_schemas(
        cast("Any", adapters), ref_template=_REF, schema_generator=_Strict
    )
    made = {key: schema for (key, _), schema in found.items()}
    named: Schema = dict(rest["$defs"])
    for name, steps in COMMANDS.items():
        named[name] = {"oneOf": [_command(kind, made[facts]) for kind, facts in steps.items()]}
    return named


def ref(name: str) -> Schema:
    """Point at a schema."""
    return {"$ref": _REF.format(model=name)}


def _command(kind: str, facts: Mapping[str, object]) -> Schema:
    return {
        "type": "object",
        "title": kind,
        "properties": {
            "kind": {"const": kind},
            "facts": facts,
            "expected": {"type": ["integer", "null"], "minimum": 0, "maximum": 2**31 - 1},
        },
        "required": ["kind", "facts"],
        "additionalProperties": False,
    }
