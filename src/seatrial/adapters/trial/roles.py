"""The samples of each role, with secrets that stay the same when a trial is resumed."""

from collections.abc import Sequence

from seatrial.adapters.chance import draw_secrets
from seatrial.adapters.inspect_runner.trial_sample import TrialSample
from seatrial.adapters.plan_resolution import PlannedInstance
from seatrial.adapters.trial_directory import TrialDirectory
from seatrial.review.plan import Plan, plan_roles


def trial_samples(
    plan: Plan, instances: Sequence[PlannedInstance], directory: TrialDirectory
) -> dict[str, dict[str, TrialSample]]:
    """Give role -> sample key -> sample; draw and keep the secrets on the first start.

    Raises: BadInputError when the kept secrets were altered.
    """
    roles = plan_roles(plan)
    epochs = range(1, plan.draft.epochs + 1)
    kept = directory.read_secrets() if directory.secrets_file.exists() else {}
    numbers = {task.name: number for number, task in enumerate(plan.tasks)}
    samples: dict[str, dict[str, TrialSample]] = {}
    for role in roles:
        samples[role] = {}
        for epoch in epochs:
            for one in instances:
                name = f"{role}/{one.name}/{epoch}"
                sample = TrialSample(
                    task=one.name,
                    number=numbers[one.name],
                    epoch=epoch,
                    family=one.family,
                    instance=one.instance,
                    secrets=kept.setdefault(name, draw_secrets()),
                )
                samples[role][sample.key] = sample
    directory.write_secrets(kept)
    return samples
