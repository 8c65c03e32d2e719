"""What a trial may use and is heading for; controls cost nothing."""

from types import ModuleType

from seatrial.review.forecast import Forecast, heading, most


def test_the_most_counts_every_sample_and_prices_the_models_own(made_up: ModuleType) -> None:
    plan = made_up.made_up_plan()
    roles = 1 + len(plan.draft.controls)
    each = plan.draft.budgets.tokens[-1]

    found = most(plan, usd_per_token=0.5)

    assert found.samples == roles * len(plan.tasks) * plan.draft.epochs
    assert found.own == found.samples // roles
    assert found.tokens == found.samples * each
    assert found.cost_usd == found.own * each * 0.5
    assert most(plan, usd_per_token=None).cost_usd is None


def test_the_reframed_samples_are_the_models_own(made_up: ModuleType) -> None:
    probe = '\n[sandbagging]\nsystem_prompt = "Another."\n'
    plain, probed = (
        most(made_up.made_up_plan(made_up.PLAN_TEXT + more), usd_per_token=1.0)
        for more in ("", probe)
    )

    assert probed.own == 2 * plain.own
    assert probed.samples == plain.samples + plain.own


def test_money_is_projected_over_the_models_own_samples() -> None:
    used = Forecast(samples=4, own=2, calls=8, tokens=400, cost_usd=1.0)

    found = heading(used, samples=20, own=6)

    assert found == Forecast(samples=20, own=6, calls=40, tokens=2_000, cost_usd=3.0)


def test_before_the_first_sample_and_without_own_samples_there_is_nothing_to_project() -> None:
    nothing = Forecast(samples=0, own=0, calls=0, tokens=0, cost_usd=0.0)
    assert heading(nothing, samples=5, own=2) is None
    controls = heading(
        Forecast(samples=2, own=0, calls=2, tokens=10, cost_usd=0.0), samples=4, own=0
    )
    assert controls is not None
    assert controls.cost_usd == 0.0
