"""The report as JSON: every number of every rendering, for programs."""

from seatrial.core.canonical import canonical_json
from seatrial.core.json_text import parse_json
from seatrial.core.problem import BadInputError
from seatrial.core.record import from_json, to_json
from seatrial.review.report import REPORT_SCHEMA, Report


def write_report_json(report: Report) -> bytes:
    """Give the content of `report.json`: canonical JSON, after `formats.report_schema`."""
    return canonical_json(to_json(report))


def read_report_json(content: bytes, *, place: str) -> Report:
    """Read a report back.

    Raises: BadInputError naming the field, also for another schema.
    """
    report = from_json(Report, parse_json(content, place=place), place=place)
    if report.schema != REPORT_SCHEMA:
        raise BadInputError(
            f"{place}: schema is {report.schema!r}, expected '{REPORT_SCHEMA}'.",
            "Read it with the version of seatrial that made it.",
        )
    return report
