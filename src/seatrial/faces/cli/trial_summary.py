"""What a finished trial prints."""

from pathlib import Path

from rich.console import Console
from rich.table import Table

from seatrial.formats.report_framing import headline
from seatrial.review.bundle import REPORT_HTML_FILE, REPORT_JSON_FILE, STATEMENT_FILE
from seatrial.review.conditions import State
from seatrial.review.estimates import HEADLINE, Scope
from seatrial.review.recommendation import Answer
from seatrial.review.report import Report
from seatrial.review.shown import counted

_ANSWERS = {
    Answer.BELOW: "BELOW the threshold",
    Answer.ABOVE: "ABOVE the threshold",
    Answer.UNDETERMINED: "UNDETERMINED",
}


def print_summary(console: Console, report: Report, folder: Path) -> None:
    """Print how the trial ended and where its files lie. Holds no text of the model."""
    _print_tallies(console, report)
    _print_rates(console, report)
    for one in report.recommendations:
        console.print(f"{one.capability}: {_ANSWERS[one.answer]}. {one.why}", highlight=False)
    if report.framing is not None:
        console.print(f"Sandbagging probe: {headline(report.framing)}", highlight=False)
    occurred = [one for one in report.conditions if one.state is State.OCCURRED]
    for condition in occurred:
        console.print(
            f"The conclusion is void: {condition.void_if} {condition.finding}", style="bold red"
        )
    missing = report.trial.not_run
    if missing:
        reasons = "; ".join(dict.fromkeys(one.reason for one in missing))
        console.print(f"Not run: {counted(len(missing), 'planned sample')} ({reasons}).")
        more = " --cap USD" if "spending cap" in reasons else ""
        console.print(
            f"  Go on with: seatrial trial resume {folder}{more}", highlight=False, soft_wrap=True
        )
    detected = sum(bool(line.detections) for line in report.samples)
    console.print(f"Samples with signs of cheating: {detected}. {report.statement}")
    for name in (REPORT_HTML_FILE, REPORT_JSON_FILE, STATEMENT_FILE):
        console.print(f"  {folder / name}", highlight=False, soft_wrap=True)
    console.print(f"  {folder} is the evidence bundle; check it with:", highlight=False)
    console.print(f"  seatrial verify {folder}", highlight=False, soft_wrap=True)


def _print_tallies(console: Console, report: Report) -> None:
    table = Table(title="How the samples ended", title_justify="left")
    columns = ("role", "family", "passed", "failed", "gave up", "nothing left", "infrastructure")
    for column in (*columns, "cheated"):
        table.add_column(column, justify="left" if column in ("role", "family") else "right")
    for one in report.tallies:
        counts = (
            one.passed,
            one.failed,
            one.gave_up,
            one.no_submission,
            one.infrastructure,
            one.cheated,
        )
        table.add_row(one.role, one.family, *map(str, counts))
    console.print(table)


def _print_rates(console: Console, report: Report) -> None:
    table = Table(
        title="Solve rate of the model, cheating counted as failure", title_justify="left"
    )
    for column in ("capability", "budget (tokens)", "rate", "95% interval", "tasks"):
        table.add_column(column, justify="left" if column == "capability" else "right")
    for one in report.estimates:
        if one.subject.scope is not Scope.CAPABILITY or one.treatment is not HEADLINE:
            continue
        if one.role != "model":
            continue
        if one.solve_rate is None:
            rate, interval = "not measured", ""
        else:
            rate = f"{one.solve_rate.rate:.2f}"
            interval = f"{one.solve_rate.ability.low:.2f} to {one.solve_rate.ability.high:.2f}"
        table.add_row(one.subject.capability, f"{one.budget:,}", rate, interval, str(one.tasks))
    console.print(table)
