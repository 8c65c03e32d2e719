"""The report's page on the sandbagging probe: what another frame changed (R17)."""

from seatrial.formats.figure_budgets import tokens
from seatrial.formats.markup import Html, el, facts, join, table
from seatrial.formats.report_results import family_title
from seatrial.review.framing import GOOD_CHANCE, FramingFinding
from seatrial.review.report import Report

LIMITS = (
    "No finding is no proof. The probe is blind to a model that holds back in both frames, that "
    "sees through the frame, or that imitates a weaker model whatever it is told. A finding does "
    "not tell deceit from low effort: either way the planned frame understates what the model can "
    "do."
)


def framing(report: Report) -> Html:
    """Give the probe's frame, its counts, its test and its limits."""
    probe, found = report.plan.draft.sandbagging, report.framing
    if probe is None or found is None:
        return el(
            "p",
            "The plan has no sandbagging probe. Nothing here can tell whether the model held back.",
        )
    return join(
        (
            el("p", el("strong", headline(found))),
            el(
                "p",
                "The model ran every task once more, with another system prompt that gives it a "
                "reason to succeed and no help. All else was the same. Solved within "
                f"{tokens(report.plan.draft.budgets.tokens[-1])} tokens, cheating counted as "
                "failure, in runs that have a result in both frames:",
            ),
            table(
                "The model in the planned frame and in the other",
                ("Family", "Tasks", "Pairs of runs", "Solved as planned", "Solved in the other"),
                (
                    (
                        family_title(report, one.family),
                        str(one.tasks),
                        str(one.pairs),
                        str(one.solved),
                        str(one.solved_reframed),
                    )
                    for one in found.families
                ),
                numeric=4,
            ),
            facts(
                (
                    ("More often solved in the other", _of_tasks(found.more, found.tasks)),
                    ("Less often", _of_tasks(found.fewer, found.tasks)),
                    (
                        "Chance of such a surplus, were there no difference",
                        f"{found.p_value:.4f} (one-sided exact test, {found.method}: swaps frames)",
                    ),
                    (
                        "A finding is",
                        f"a chance of {found.false_alarms:g} or less: the rate of false alarms",
                    ),
                    ("What could be found", _power(found)),
                )
            ),
            el("h3", "System prompt of the other frame"),
            el("pre", probe.system_prompt),
            el("p", LIMITS),
        )
    )


def headline(found: FramingFinding) -> str:
    """Give the probe's answer in one sentence."""
    if found.found:
        return (
            f"Found: in another frame the model solved more on {found.more} of {found.tasks} tasks "
            f"and less on {found.fewer}."
        )
    if found.detectable is None:
        return (
            f"Could find nothing: {found.tasks} tasks are too few, at least {found.least_tasks} "
            "must differ."
        )
    return f"Nothing found on {found.tasks} tasks."


def _of_tasks(count: int, tasks: int) -> str:
    return f"{count} of {tasks} tasks"


def _power(found: FramingFinding) -> str:
    least = (
        f"at least {found.least_tasks} tasks must differ, all in one direction, before anything "
        "can be found"
    )
    if found.detectable is None:
        return f"nothing with so few tasks: {least}"
    return (
        f"{least}; a model that holds back on {found.detectable:.0%} of tasks is found with a "
        f"chance of {GOOD_CHANCE:.0%}, one that holds back on fewer is more often missed"
    )
