"""Run what is left of a trial: model and controls, one after the other."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass

from inspect_ai.approval import ApprovalPolicy
from inspect_ai.model import Model
from inspect_ai.util import sandbox

from seatrial.adapters.inspect_runner.collector import Collector
from seatrial.adapters.inspect_runner.endpoint import (
    REFERENCE,
    EndpointSetting,
    greet,
    open_model,
)
from seatrial.adapters.inspect_runner.records import SampleRecords
from seatrial.adapters.inspect_runner.results import outcome_of, spending_of
from seatrial.adapters.inspect_runner.run import RoleRun, run_role
from seatrial.adapters.inspect_runner.spending import (
    Account,
    Meter,
    Price,
    SpendingCapError,
)
from seatrial.adapters.inspect_runner.trial_sample import SampleSet, TrialSample
from seatrial.adapters.plan_resolution import PlannedInstance
from seatrial.adapters.trial.reference_models import PROVIDER, serve_references
from seatrial.adapters.trial.roles import trial_samples
from seatrial.adapters.trial.setting import TrialSetting
from seatrial.adapters.trial_directory import TrialDirectory
from seatrial.core.journal_entry import JournalKind
from seatrial.core.problem import UnavailableError
from seatrial.models.server import API_KEY
from seatrial.review.bundle import SCOPE_FILE
from seatrial.review.forecast import most
from seatrial.review.plan import MODEL_ROLE, REFRAMED_ROLE, Plan, plan_roles
from seatrial.review.sample import Spending
from seatrial.review.trial import Safeguards
from seatrial.review.watcher import Watcher
from seatrial.testbed.inspect_provider import OciSandboxEnvironment
from seatrial.testbed.oci_testbed import OciTestbed
from seatrial.testbed.scope.approver import scope_policies
from seatrial.testbed.scope.monitor import Alert, require_monitor
from seatrial.testbed.scope.policy import parse_scope

AGENT_HOME = "/home/agent"
"""Where relative paths of a tool call start: the families' workdir is this or below it."""

OF_MODEL = frozenset({MODEL_ROLE, REFRAMED_ROLE})
"""Roles played by the model under trial; every other is a control."""

_FREE = Price(input_usd=0.0, output_usd=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trying:
    """Everything a run of the remaining samples needs.

    instances: quarantined ones left out. model: as `open_trial_model` gave it.
    """

    plan: Plan
    instances: tuple[PlannedInstance, ...]
    directory: TrialDirectory
    setting: TrialSetting
    testbed: OciTestbed
    policies: Mapping[str, bytes]
    watcher: Watcher
    model: Model | None

    async def run(self) -> str | None:
        """Run every unfinished sample of every role.

        Returns: why the trial stopped before all are finished, or None.
        Raises: RefusedError without the monitor where R4 asks for it; UnavailableError when the
        endpoint fails at the start or keeps failing, or records cannot be kept; what is finished
        is kept.
        """
        require_monitor(
            safeguards_off=self.setting.safeguards is Safeguards.OFF,
            monitor_on=self.setting.monitor,
        )
        samples = trial_samples(self.plan, self.instances, self.directory)
        left = {role: self._unfinished(role, ones) for role, ones in samples.items()}
        finished = sum(len(ones) for ones in samples.values()) - sum(map(len, left.values()))
        self.watcher.planned(
            self.plan,
            most(self.plan, usd_per_token=self._dearest()),
            cap_usd=self._cap(),
            finished=finished,
        )
        start = self.directory.start_name()
        account = Account(
            price=self._price(),
            cap_usd=self._cap(),
            spent_usd=self.directory.spent_usd(),
            note=self.directory.note_spending,
        )
        greeted = self.setting.model.startswith(REFERENCE)
        with ExitStack() as stack:
            address: str | None = None
            if self.setting.model.startswith(REFERENCE) or any(
                left[role] for role in left if role not in OF_MODEL
            ):
                every = [one for ones in samples.values() for one in ones.values()]
                address = stack.enter_context(serve_references(every))
            for role in plan_roles(self.plan):
                if not left[role]:
                    continue
                endpoint = self._endpoint(role, address)
                own = self.model if role in OF_MODEL else None
                model = own or open_model(endpoint)
                # Reference models are served by this very process; there is nothing to find out.
                if role in OF_MODEL and not greeted:
                    await self._greet(model, account)
                    greeted = True
                await self._run_role(
                    RoleRun(
                        role=role,
                        start=start,
                        model=model,
                        samples=SampleSet(left[role]),
                        system_prompt=self._system_prompt(role),
                        limits=self.plan.draft.limits,
                        token_limit=self.plan.draft.budgets.tokens[-1],
                        jobs=self.setting.jobs,
                        config=model.config,
                        seeded=endpoint.base_url == address and endpoint.model.startswith(PROVIDER),
                    ),
                    account if role in OF_MODEL else _free_account(),
                )
        if account.capped:
            return f"the spending cap of {self._cap():.2f} USD was reached"
        return None

    async def _run_role(self, run: RoleRun, account: Account) -> None:
        role = run.role
        collector = Collector(
            records=SampleRecords(self.directory.records(role)),
            told=lambda sample: self.watcher.finished(
                role, str(sample.id), outcome_of(sample), spending_of(sample)
            ),
        )
        await run_role(
            run,
            testbed=self.testbed,
            approval=self._approval(),
            account=account,
            collector=collector,
            observe=lambda key, meter: self.watcher.called(role, key, _used(meter, account)),
            log_dir=self.directory.raw_logs / role,
        )
        collector.close()
        if collector.failure is not None:
            raise UnavailableError(
                f"Finished samples cannot be kept in {self.directory.path} ({collector.failure}).",
                "Make room, then go on: seatrial trial resume DIR. Finished samples are safe.",
            )
        if collector.stopped:
            raise UnavailableError(
                f"The model's endpoint failed {len(collector.in_doubt)} times in a row: "
                f"{collector.last_error}",
                "Mend it, then go on: seatrial trial resume DIR. Finished samples are kept; "
                "those that the endpoint failed run again.",
            )

    def _endpoint(self, role: str, address: str | None) -> EndpointSetting:
        setting = self.setting
        name = setting.model if role in OF_MODEL else f"{REFERENCE}{role}"
        if name.startswith(REFERENCE):
            return EndpointSetting(
                model=f"{PROVIDER}/{name.removeprefix(REFERENCE)}",
                base_url=address,
                api_key=API_KEY,
                seconds=setting.call_seconds,
                retries=setting.call_retries,
            )
        return _real_endpoint(setting)

    def _system_prompt(self, role: str) -> str:
        probe = self.plan.draft.sandbagging
        if role == REFRAMED_ROLE and probe is not None:
            return probe.system_prompt
        return self.plan.draft.elicitation.system_prompt

    async def _greet(self, model: Model, account: Account) -> None:
        try:
            async with account.call(()):
                account.book(await greet(model, self._endpoint(MODEL_ROLE, None)))
        except SpendingCapError:
            # Every sample will be left out for the same reason; the controls still run.
            return

    def _approval(self) -> list[ApprovalPolicy] | None:
        if not self.setting.monitor:
            return None
        scope = parse_scope(self.policies[SCOPE_FILE].decode(), SCOPE_FILE)
        return scope_policies(scope, self._alert, workdir=AGENT_HOME)

    def _alert(self, alert: Alert) -> None:
        facts = {"rule": alert.rule, "what": f"{alert.what}: {alert.why}", "tool": alert.tool}
        inner = sandbox().as_type(OciSandboxEnvironment).inner
        inner.live.journal.record(JournalKind.ALERT, facts)
        self.watcher.alert(inner.live.label, f"{alert.rule}: {alert.what}")

    def _unfinished(self, role: str, samples: Mapping[str, TrialSample]) -> dict[str, TrialSample]:
        records = SampleRecords(self.directory.records(role))
        return {key: one for key, one in samples.items() if not records.has(key)}

    def _price(self) -> Price | None:
        if self.setting.model.startswith(REFERENCE):
            return _FREE
        if self.setting.price_input is None or self.setting.price_output is None:
            return None
        return Price(input_usd=self.setting.price_input, output_usd=self.setting.price_output)

    def _dearest(self) -> float | None:
        price = self._price()
        return None if price is None else max(price.of(1, 0), price.of(0, 1))

    def _cap(self) -> float:
        given = self.setting.cap_usd
        return self.plan.draft.spending.usd if given is None else given


def open_trial_model(setting: TrialSetting) -> Model | None:
    """Open the model under trial before anything else is done; None for a reference model.

    Raises: BadInputError when its name, package, key or a setting is wrong.
    """
    return None if setting.model.startswith(REFERENCE) else open_model(_real_endpoint(setting))


def _real_endpoint(setting: TrialSetting) -> EndpointSetting:
    return EndpointSetting(
        model=setting.model,
        base_url=setting.base_url,
        seconds=setting.call_seconds,
        retries=setting.call_retries,
        model_args=setting.model_args,
        generation=setting.generation,
    )


def _free_account() -> Account:
    """Controls cost nothing and must not stop at the model's cap."""
    return Account(price=_FREE, cap_usd=None, spent_usd=0.0)


def _used(meter: Meter, account: Account) -> Spending:
    cost = account.cost(meter.input_tokens, meter.output_tokens)
    return meter.reading(seconds=0.0, cost_usd=cost)
