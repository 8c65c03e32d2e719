"""The report's pages on trust: cheating, containment, deviations, what would void it."""

from collections import Counter

from seatrial.formats.markup import Html, el, facts, join, table
from seatrial.review.conditions import State
from seatrial.review.plan import MODEL_ROLE, REFRAMED_ROLE
from seatrial.review.report import Report
from seatrial.review.trial import Probe

_OF_MODEL = frozenset({MODEL_ROLE, REFRAMED_ROLE})

_STATES = {
    State.OCCURRED: "occurred: the conclusion is void",
    State.NOT_SEEN: "looked for, not seen",
    State.OPEN: "open: for the reader to judge",
}


def integrity(report: Report) -> Html:
    """Give signs of cheating from journal, scope monitor and transcripts."""
    rules = Counter(
        (line.sample.partition("/")[0], one.rule)
        for line in report.samples
        for one in line.detections
    )
    return join(
        (
            el(
                "p",
                "Signs are drawn from what the kernel executed, from the scope monitor and from "
                "transcripts. They are a lower bound. Quoted text comes from the agent.",
            ),
            table(
                "Signs by role and rule",
                ("Role", "Rule", "Signs"),
                (
                    (role, rule.replace("_", " "), str(count))
                    for (role, rule), count in rules.items()
                ),
                numeric=1,
            ),
            _signs("Each sign in the model's samples", report, of_model=True),
        )
    )


def control_signs(report: Report) -> Html:
    """Give each sign in the controls' samples: the cheater's attempts among them."""
    return _signs("Each sign in the controls' samples", report, of_model=False)


def _signs(caption: str, report: Report, *, of_model: bool) -> Html:
    return table(
        caption,
        ("Sample", "Rule", "What", "Source"),
        (
            (line.sample, one.rule.replace("_", " "), el("code", one.what), one.source)
            for line in report.samples
            if (line.sample.partition("/")[0] in _OF_MODEL) is of_model
            for one in line.detections
        ),
    )


def journal(report: Report) -> Html:
    """Give what the journal holds and what it lost."""
    kept = report.journal
    return facts(
        (
            ("Sandboxes", str(kept.sandboxes)),
            ("Commands by the harness", str(kept.execs)),
            ("Program starts seen", str(kept.processes)),
            ("Network events seen", str(kept.networks)),
            ("Alerts", str(kept.alerts)),
            ("Events lost", str(kept.lost)),
            ("Journals without an end", str(kept.unclosed)),
            ("Sandboxes without kernel record", str(kept.unrecorded)),
        )
    )


def containment(report: Report) -> Html:
    """Give the probe's findings."""
    lost = report.trial.guarantees_lost
    return join(
        (
            el("p", report.probe.mechanism) if report.probe.mechanism else None,
            table(
                "Ways out of a sandbox, tried before the trial",
                ("Way", "Reached", "Detail"),
                (_probe_row(one) for one in report.probe.probes),
            ),
            el("h3", "Not enforced on this machine"),
            el("ul", *(el("li", one) for one in lost)) if lost else el("p", "Nothing reported."),
        )
    )


def deviations(report: Report) -> Html:
    """Give what went otherwise than planned."""
    trial = report.trial
    return join(
        (
            table(
                "Deviations from the plan",
                ("Kind", "What"),
                ((one.kind.replace("_", " "), one.what) for one in report.deviations),
            ),
            table(
                "Tasks in quarantine: left out of every denominator",
                ("Task", "Reason"),
                ((one.task, one.reason) for one in trial.quarantined),
            )
            if trial.quarantined
            else None,
            table(
                "Samples not run",
                ("Sample", "Reason"),
                ((one.sample, one.reason) for one in trial.not_run),
            )
            if trial.not_run
            else None,
        )
    )


def conditions(report: Report) -> Html:
    """Give what would void the conclusion (R20)."""
    return table(
        "The conclusion is void if \N{HORIZONTAL ELLIPSIS}",
        ("Condition", "Found", "State"),
        ((one.void_if, one.finding, _STATES[one.state]) for one in report.conditions),
    )


def unplanned(report: Report) -> Html:
    """Give crashes nobody planted: kept for the clearinghouse."""
    return join(
        (
            el(
                "p",
                "Crashes outside the planted defect. They do not count as solved and are kept "
                "for the clearinghouse.",
            ),
            table(
                "Unplanned findings",
                ("Sample", "Crash", "Innermost frame", "Input"),
                (
                    (
                        one.sample,
                        one.crash_type,
                        el("code", one.frames[0]) if one.frames else "none",
                        el("span", one.input_digest, class_="digest"),
                    )
                    for one in report.unplanned
                ),
            ),
        )
    )


def verification() -> Html:
    """Say how to check the report against its evidence."""
    return join(
        (
            el(
                "p",
                "This page is one file of an evidence bundle. A signed statement names the digest "
                "of the bundle's manifest, and the manifest names every other file. Verification "
                "needs no network; it recomputes every number here from the verdicts:",
            ),
            el("pre", "seatrial verify DIR --key PUBLIC_KEY.pem"),
            el(
                "p",
                "Take the public key from the evaluator by another way than this bundle. A bundle "
                "signed by any other key is refused.",
            ),
        )
    )


def _probe_row(one: Probe) -> tuple[str, Html | str, str]:
    reached = el("strong", "yes") if one.reached else "no"
    return one.name.replace("_", " "), reached, one.detail
