"""The scope monitor as an Inspect approver: asked before each tool call runs."""

from logging import getLogger

from inspect_ai.approval import Approval, ApprovalPolicy, Approver, approver
from inspect_ai.model import ChatMessage
from inspect_ai.tool import ToolCall, ToolCallView

from seatrial.testbed.scope.action import describe
from seatrial.testbed.scope.judgement import judge
from seatrial.testbed.scope.monitor import Alert, AlertSink
from seatrial.testbed.scope.policy import Scope
from seatrial.testbed.scope.tool_actions import actions_of

MONITOR_FAILURE = "monitor_failure"
"""Rule named when a call could not be judged: the monitor fails closed."""

_log = getLogger(__name__)


def scope_policies(scope: Scope, alert: AlertSink, *, workdir: str) -> list[ApprovalPolicy]:
    """Give the approval policies of a task or eval: the monitor, for every tool.

    Inspect adds `*` to a pattern and matches it with the call's formatted text, so only `*`
    alone is sure to cover every tool with any arguments.
    """
    return [ApprovalPolicy(seatrial_scope(scope, alert, workdir=workdir), "*")]


@approver
def seatrial_scope(scope: Scope, alert: AlertSink, *, workdir: str = "/home/agent") -> Approver:
    """Let a call run only if the policy allows every action in it; else end the sample.

    Inspect answers `terminate` by ending the sample with the limit `operator`: its transcript
    is kept and it is scored. Calls that do not parse, or name no tool, never reach an approver
    and never run.
    """

    async def approve(
        message: str,  # noqa: ARG001 - Inspect's protocol
        call: ToolCall,
        view: ToolCallView,  # noqa: ARG001 - Inspect's protocol
        history: list[ChatMessage],  # noqa: ARG001 - Inspect's protocol
    ) -> Approval:
        try:
            broken = _first_violation(scope, call, workdir)
        except Exception as error:  # noqa: BLE001 - what cannot be judged must not run
            broken = (MONITOR_FAILURE, "The call could not be judged.", type(error).__name__)
        if broken is None:
            return Approval(decision="approve")
        rule, why, what = broken
        _sound(alert, rule=rule, why=why, what=what, call=call)
        return Approval(
            decision="terminate",
            explanation=f"Outside the scope ({rule}): {what}. {why}",
            metadata={"rule": rule, "scope": scope.name, "version": scope.version},
        )

    return approve


def _first_violation(scope: Scope, call: ToolCall, workdir: str) -> tuple[str, str, str] | None:
    for action in actions_of(call.function, call.arguments, workdir=workdir):
        judgement = judge(scope, action)
        if not judgement.allowed:
            return judgement.rule, judgement.why, describe(action)
    return None


def _sound(alert: AlertSink, *, rule: str, why: str, what: str, call: ToolCall) -> None:
    try:
        alert(
            Alert(
                rule=rule,
                why=why,
                what=what,
                tool=ascii(call.function)[1:-1][:100],
                call_id=call.id,
            )
        )
    except Exception:  # noqa: BLE001 - the sample ends all the same, and Inspect's log has it
        _log.exception("The alert %s of a scope violation could not be delivered.", rule)
