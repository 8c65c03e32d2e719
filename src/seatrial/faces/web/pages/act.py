"""Doing something in a case: the form of a command, and the command."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from seatrial.core.access.action import Action
from seatrial.core.access.table import TABLE
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import CaseId, Role
from seatrial.faces.desk.acts import ACTIONS
from seatrial.faces.desk.content import items_of
from seatrial.faces.desk.desk import Desk
from seatrial.faces.desk.giving import give_to_submission
from seatrial.faces.desk.policy import policy_in_force
from seatrial.faces.desk.standing import Whoever
from seatrial.faces.web.acting import keeping, the_desk, who_asks
from seatrial.faces.web.asking import Asked, Asking
from seatrial.faces.web.case_acts import COMMANDS, LABELS, acts_for, member_in
from seatrial.faces.web.case_forms import ask
from seatrial.faces.web.case_tools import CaseTools
from seatrial.faces.web.shown_text import ShownText, show_text
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.submission.table import Command


@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, case: str, kind: str) -> HttpResponse:
    """Ask for what a command needs; on posting, give it to the desk."""
    desk, who, here = the_desk(), who_asks(request), CaseId(case)
    command = COMMANDS.get(kind)
    state, number = desk.ledger.state(SUBMISSION, StreamId(f"submission/{case}"))
    if command is None:
        raise Http404
    if state is None or not any(one.kind == kind for one in acts_for(desk, who, here, state)):
        # The reason is told to who may read the case; for others it is not there.
        desk.check(who, ACTIONS[command], here)
        raise Http404
    asking = Asking(
        case=here,
        state=state,
        who=who.person,
        now=desk.clock.now(),
        items=tuple(items_of(desk.ledger, here)),
        policy=policy_in_force(settings.DATA).policy,
        data=request.POST or None,
        files=request.FILES if request.method == "POST" else None,
    )
    asked = ask(command, asking)
    if asked is None:
        raise Http404
    _ask_purpose(asked, desk, who, here, sealed=TABLE[ACTIONS[command]].sealed)
    texts: list[ShownText] = []
    if request.method == "POST":
        valid = asked.form.is_valid()
        tools = CaseTools(
            desk=desk, who=who, case=here, purpose=asked.form.cleaned_data.get("purpose")
        )
        if "show" in request.POST:
            # The texts are read before the form is done: what is not typed yet is no fault.
            asked.form.errors.clear()
            texts = [show_text(one, tools.read(one)) for one in asked.texts]
        elif valid and _done(request, asked, tools, ACTIONS[command]):
            messages.info(request, f"Done: {LABELS[kind]}.")
            return redirect("submission", case=case)
    context = {
        "title": LABELS[kind],
        "asked": asked,
        "form": asked.form,
        "lines": asked.lines,
        "texts": texts,
        "expected": number,
        "button": LABELS[kind],
        "back": f"/submissions/{case}",
        "back_name": state.model.name,
        "state": state,
        **asked.extra,
    }
    return render(request, asked.template, context)


def _ask_purpose(asked: Asked, desk: Desk, who: Whoever, case: CaseId, *, sealed: bool) -> None:
    """Add the purpose to a form that touches sealed content. A developer's own needs none."""
    member = member_in(desk, who, case)
    if member is None or member.role is Role.DEVELOPER or not (sealed or asked.texts):
        return
    choices = [(one, one.replace("-", " ").capitalize()) for one in member.purposes]
    asked.form.fields["purpose"] = forms.ChoiceField(
        choices=choices,
        label="Purpose",
        help_text="What you use sealed content for. Each reading is entered with it.",
    )


def _done(request: HttpRequest, asked: Asked, tools: CaseTools, action: Action) -> bool:
    """Do what the form asks for; False when what was handed in is refused, with the reason."""
    # Before anything is sealed or read for it.
    tools.desk.check(tools.who, action, tools.case, tools.purpose)
    with keeping(asked.form):
        commands = asked.command(asked.form, tools)
        for one in commands:
            tools.desk.check_command(tools.who, one, case=tools.case, purpose=tools.purpose)
        _enter(commands, tools, _expected(request))
    return asked.form.is_valid()


def _enter(commands: tuple[Command, ...], tools: CaseTools, expected: int | None) -> None:
    with tools.desk.unit(tools.who) as (unit, setting):
        for number, wanted in enumerate(commands):
            seen = expected if number == 0 else None
            give_to_submission(unit, setting, tools.case, wanted, expected=seen)


def _expected(request: HttpRequest) -> int | None:
    text = request.POST.get("expected", "")
    return int(text) if text.isascii() and text.isdecimal() else None
