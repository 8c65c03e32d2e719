from dataclasses import replace
from types import ModuleType

from seatrial.core.journal_entry import JournalKind
from seatrial.review.costs import trial_costs
from seatrial.review.journal_summary import summarise_journals
from seatrial.review.trial import NotRun


def test_the_order_in_which_samples_come_does_not_matter(made_up: ModuleType) -> None:
    trial = made_up.made_up_trial()

    assert trial.but(samples=trial.samples[::-1]).report() == trial.report()


def test_deviations_are_those_noted_and_those_seen(made_up: ModuleType) -> None:
    trial = made_up.made_up_trial()
    late = replace(
        trial.samples[0].total, input_tokens=trial.plan.draft.budgets.tokens[-1], output_tokens=1
    )
    sample = replace(trial.samples[0], at_submission=late, total=late)
    record = replace(
        trial.trial,
        plan=trial.plan.scope,
        elicitation=replace(trial.trial.elicitation, attempts=3),
        versions={"inspect_ai": "9", "seatrial": "0.1.0"},
        not_run=(NotRun(sample="a/b/1", reason="stopped"),),
        resumed=2,
    )

    report = trial.but(trial=record, samples=(sample, *trial.samples[1:])).report()

    assert [one.kind for one in report.deviations] == [
        "endpoint_error",
        "plan_digest",
        "elicitation",
        "version",
        "quarantined",
        "not_run",
        "resumed",
        "over_budget",
    ]


def test_unplanned_findings_name_their_sample(made_up: ModuleType) -> None:
    (found,) = made_up.made_up_trial().report().unplanned

    assert found.sample == "model/memory_safety_discovery/0005/1"


def test_costs_sum_over_a_role_and_count_the_unpriced(made_up: ModuleType) -> None:
    trial = made_up.made_up_trial()
    unpriced = replace(trial.samples[0].total, cost_usd=None)
    samples = (replace(trial.samples[0], total=unpriced), *trial.samples[1:])

    costs = trial_costs(trial.plan, samples)[0]

    own = [one for one in samples if one.role == "model"]
    assert costs.unpriced == 1
    assert costs.tokens is not None
    assert costs.tokens.total == sum(one.total.tokens for one in own)
    assert costs.tokens.most == max(one.total.tokens for one in own)
    assert costs.cost_usd is not None
    assert costs.cost_usd.total == round(sum(one.total.cost_usd or 0 for one in own), 6)


def test_a_role_without_samples_has_no_costs(made_up: ModuleType) -> None:
    assert trial_costs(made_up.made_up_plan(), ())[0].tokens is None


def test_losses_of_unknown_size_and_missing_ends_are_counted(made_up: ModuleType) -> None:
    (opened, exec_, process, network, _, closed), *_ = made_up.made_up_trial().entries()
    lost = replace(process, kind=JournalKind.LOST, facts={"count": None})
    known = replace(process, kind=JournalKind.LOST, facts={"count": 7})
    blind = replace(opened, facts={"instrument": {"mechanism": "none"}})

    found = summarise_journals([[opened, exec_, process, network, closed], [blind, lost, known]])

    assert (found.sandboxes, found.lost, found.unclosed, found.unrecorded) == (2, 8, 1, 1)
    assert (found.execs, found.processes, found.networks, found.alerts) == (1, 1, 1, 0)
