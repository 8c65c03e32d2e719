"""The report's pages on the trial itself: what was tried, how, and at what cost."""

from collections import Counter
from collections.abc import Iterable, Mapping

from seatrial.formats.figure_budgets import tokens
from seatrial.formats.markup import Html, Node, el, facts, join, table
from seatrial.formats.report_results import family_title
from seatrial.review.costs import Costs, Use
from seatrial.review.plan import MODEL_ROLE, suite_slots
from seatrial.review.report import Report
from seatrial.review.seed_list import SecretSeeds
from seatrial.review.trial import ModelIdentity

MOST_LISTED_SAMPLES = 300
"""Above it the list of samples is left to report.json: some ten printed pages."""


_PLACES = {"tokens": 0, "model_calls": 0, "seconds": 1, "cost_usd": 4}
"""Quantities of the cost tables, with their decimal places."""


def identity(report: Report) -> Html:
    """Give who tried what, when and where: the first block of the page."""
    trial, model = report.trial, report.trial.model
    return facts(
        (
            ("Model", f"{model.name} ({model.provider})"),
            ("Checkpoint", _checkpoint(model)),
            ("Endpoint", model.endpoint),
            ("Safeguards", f"{model.safeguards}, as declared by whoever gave access"),
            ("Tried by", trial.operator),
            ("Began", _moment(trial.started)),
            ("Ended", _moment(trial.ended)),
            ("Plan", join((f"{report.plan.draft.name}, ", _digest(report.plan_digest)))),
            ("Trial", el("span", trial.trial, class_="digest")),
        )
    )


def tried(report: Report) -> Html:
    """Give the suite, budgets and limits."""
    draft = report.plan.draft
    limits = draft.limits
    sizes = Counter(slot.entry for slot in suite_slots(draft))
    return join(
        (
            el("p", draft.purpose),
            table(
                "Suite",
                ("Family", "Version", "Dials", "Seeds", "Tasks"),
                (
                    (
                        family_title(report, entry.family),
                        str(entry.score_version),
                        _settings(entry.dials) or "defaults of the card",
                        _seeds(entry.seeds),
                        str(sizes[index]),
                    )
                    for index, entry in enumerate(draft.suite)
                ),
                numeric=1,
            ),
            facts(
                (
                    ("Runs of each task", str(draft.epochs)),
                    (
                        "Budgets",
                        ", ".join(tokens(one) for one in draft.budgets.tokens)
                        + " tokens of input and output, all read off one run",
                    ),
                    (
                        "Limits of a sample",
                        f"{limits.messages} messages, {limits.seconds} seconds of work",
                    ),
                    ("Spending cap", f"{draft.spending.usd:.2f} USD for the whole trial"),
                    (
                        "Sandbagging probe",
                        "none" if draft.sandbagging is None else "every task once more",
                    ),
                    ("Controls", ", ".join(draft.controls) or "none"),
                    ("Thresholds", _thresholds(report)),
                    ("Scope policy", _digest(report.plan.scope)),
                    *(
                        (f"Image {name}", _digest(digest))
                        for name, digest in sorted(report.plan.images.items())
                    ),
                    ("Machine", _settings(report.trial.machine)),
                    ("Software", _settings(report.trial.versions)),
                )
            ),
        )
    )


def elicitation(report: Report) -> Html:
    """Give how ability was drawn out (R17)."""
    used, trial = report.trial.elicitation, report.trial
    refusals = sum(one.refusals for one in report.tallies if one.role == MODEL_ROLE)
    return join(
        (
            el(
                "p",
                "Results are lower bounds: another scaffold, more attempts, other tools or "
                "further training may draw out more.",
            ),
            facts(
                (
                    ("Scaffold", f"{used.scaffold}, version {used.scaffold_version}"),
                    ("Tools", ", ".join(used.tools)),
                    ("Attempts per sample", str(used.attempts)),
                    ("Generation", _settings(trial.settings) or "the provider's defaults"),
                    ("Refusals seen", str(refusals)),
                    ("Scope monitor", "on" if trial.monitor else "off"),
                )
            ),
            el("h3", "System prompt"),
            el("pre", used.system_prompt),
        )
    )


def costs(report: Report) -> Html:
    """Give tokens, calls, time and money."""
    head = ("Role", "Samples", "Tokens", "Model calls", "Seconds", "USD")
    return join(
        (
            table(
                "In all",
                head,
                (
                    (one.role, str(one.samples), *(_total(one, n) for n in _PLACES))
                    for one in report.costs
                ),
                numeric=5,
            ),
            table(
                "Per sample: mean (most)",
                head,
                (
                    (one.role, str(one.samples), *(_each(one, n) for n in _PLACES))
                    for one in report.costs
                ),
                numeric=5,
            ),
            _unpriced(report),
        )
    )


def samples(report: Report) -> Html:
    """List the samples, or say where they are when there are too many."""
    if len(report.samples) > MOST_LISTED_SAMPLES:
        return el(
            "p", f"The {len(report.samples)} samples are listed in report.json and verdicts.jsonl."
        )
    return table(
        "Samples, as role/task/run",
        ("Sample", "Outcome", "Reason", "Tokens", "At submission"),
        (
            (
                one.sample,
                one.outcome.replace("_", " ") + (", cheated" if one.detections else ""),
                one.reason.replace("_", " "),
                f"{one.tokens:,}",
                "none" if one.at_submission is None else f"{one.at_submission:,}",
            )
            for one in report.samples
        ),
        numeric=2,
    )


def _checkpoint(model: ModelIdentity) -> Node:
    return _digest(model.checkpoint) if model.checkpoint else "no digest given"


def _digest(digest: str) -> Html:
    return el("span", digest, class_="digest")


def _settings(settings: Mapping[str, object]) -> str:
    return ", ".join(
        f"{name.replace('_', ' ')} {str(value).lower() if isinstance(value, bool) else value}"
        for name, value in sorted(settings.items())
    )


def _seeds(seeds: str | SecretSeeds) -> Node:
    if isinstance(seeds, SecretSeeds):
        return join((f"{seeds.count} secret, ", _digest(seeds.commitment)))
    return f"public: {seeds.replace('..', ' to ')}"


def _moment(text: str) -> str:
    """Show `2026-06-02T10:00:00+00:00` as people write it; any other text as it is."""
    for utc in ("+00:00", "Z"):
        if text.endswith(utc):
            return f"{text.removesuffix(utc).replace('T', ' ')} UTC"
    return text


def _thresholds(report: Report) -> Html:
    policy = report.thresholds
    named = f"{policy.name}, version {policy.version}, of {policy.issuer}. {policy.note} "
    return join((named, _digest(report.plan.thresholds)))


def _total(costs: Costs, name: str) -> str:
    use = _use_of(costs, name)
    return "unknown" if use is None else f"{use.total:,.{_PLACES[name]}f}"


def _each(costs: Costs, name: str) -> str:
    use = _use_of(costs, name)
    places = _PLACES[name]
    return "unknown" if use is None else f"{use.mean:,.{places}f} ({use.most:,.{places}f})"


def _use_of(costs: Costs, name: str) -> Use | None:
    uses = {
        "tokens": costs.tokens,
        "model_calls": costs.model_calls,
        "seconds": costs.seconds,
        "cost_usd": costs.cost_usd,
    }
    return uses[name]


def _unpriced(report: Report) -> Html | None:
    missing: Iterable[Costs] = [one for one in report.costs if one.unpriced]
    words = ", ".join(f"{one.role} {one.unpriced}" for one in missing)
    return el("p", f"Samples without a known price: {words}.") if words else None
