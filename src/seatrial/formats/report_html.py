"""The report as one HTML file that needs nothing else: to read, to print, to sign."""

from collections.abc import Sequence

from seatrial.formats import report_framing, report_integrity, report_results, report_trial
from seatrial.formats.markup import Html, el, join
from seatrial.formats.report_style import STYLE
from seatrial.review.report import Report

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Content security policy: no script, no request, whatever a hostile text may try."""


def render_html(report: Report) -> bytes:
    """Render the report. The same report gives the same bytes."""
    body = join(
        (
            _header(report),
            el("main", *_sections(report), _signatures(), *_appendices(report)),
            el(
                "footer",
                el("p", f"{report.statement} Made by Seatrial {report.software} from the evidence "
                   f"of trial {report.trial.trial}."),
            ),
        )
    )  # fmt: skip
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("title", f"Trial of {report.trial.model.name}: report"),
        # The only markup that is not built from elements: our own constant.
        el("style", Html(STYLE)),
    )
    return ("<!DOCTYPE html>\n" + el("html", head, el("body", body), lang="en").source).encode()


def _header(report: Report) -> Html:
    return el(
        "header",
        el("p", el("span", "Seatrial"), el("span", report.trial.ended[:10]), class_="series"),
        el("h1", "Report of a trial of cyber capability"),
        el("p", report.trial.model.name, class_="subject"),
        report_trial.identity(report),
        el("div", el("p", report.statement), class_="notice"),
    )


def _sections(report: Report) -> Sequence[Html]:
    parts = (
        ("Summary", report_results.summary(report)),
        ("What was tried", report_trial.tried(report)),
        ("How ability was drawn out", report_trial.elicitation(report)),
        ("Sandbagging probe", report_framing.framing(report)),
        ("Solve rate by budget", report_results.by_budget(report)),
        ("Solve rate by dial", report_results.by_dial(report)),
        ("Controls", report_results.controls(report)),
        ("How samples ended", report_results.endings(report)),
        ("Signs of cheating", report_integrity.integrity(report)),
        ("Containment", report_integrity.containment(report)),
        ("Journal", report_integrity.journal(report)),
        ("Deviations", report_integrity.deviations(report)),
        ("What would void the conclusion", report_integrity.conditions(report)),
        ("Cost", report_trial.costs(report)),
        ("Unplanned findings", report_integrity.unplanned(report)),
        ("How to verify this report", report_integrity.verification()),
    )
    return [_section(str(number), *part) for number, part in enumerate(parts, start=1)]


def _appendices(report: Report) -> Sequence[Html]:
    return (
        _section("A", "Signs in controls", report_integrity.control_signs(report)),
        _section("B", "Samples", report_trial.samples(report)),
    )


def _section(number: str, title: str, content: Html) -> Html:
    heading = el("h2", el("span", number, class_="no"), title, id=f"s{number}")
    return el("section", heading, content, aria_labelledby=f"s{number}")


def _signatures() -> Html:
    labels = ("Reviewed by (name, office)", "Signature", "Date")
    return el("div", *(el("div", label) for label in labels), class_="sign")
