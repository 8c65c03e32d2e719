"""A case's trials: order one of the workers, and watch it run."""

from collections import Counter
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from seatrial.adapters.queue.board import TrialBoard
from seatrial.core.access.action import Action
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import CaseId
from seatrial.faces.web.acting import demand, keeping, the_desk, who_asks
from seatrial.faces.web.case_acts import acts_for, purposes_for
from seatrial.faces.web.trial_forms import NAME
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.submission.state import Submission, TrialRun
from seatrial.review.submission.work_events import TrialStarted
from seatrial.wiring.worker import the_boards

STARTED = "trial-started"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A trial and its board. finished: of planned samples, in percent; None until it is known."""

    run: TrialRun
    board: TrialBoard | None

    @property
    def done(self) -> int:
        """Count the finished samples."""
        return len(self.board.samples) if self.board else 0

    @property
    def mark(self) -> str:
        """Name what is shown now: a page that has it needs nothing new."""
        return f"{self.done} {self.board.said if self.board else ''} {self.run.ended_at or ''}"

    @property
    def outcomes(self) -> list[tuple[str, int]]:
        """Count the finished samples by outcome, the most frequent first."""
        samples = self.board.samples if self.board else ()
        return Counter(one.outcome for one in samples).most_common()

    @property
    def tokens(self) -> int:
        """Add up what the finished samples used."""
        return sum(one.tokens for one in self.board.samples) if self.board else 0

    @property
    def cost_usd(self) -> float | None:
        """Add up what they cost; None when the price of one is not known."""
        costs = [one.cost_usd for one in self.board.samples] if self.board else []
        known = [one for one in costs if one is not None]
        return sum(known) if known and len(known) == len(costs) else None


class OrderForm(forms.Form):
    """A trial that workers run."""

    trial = forms.RegexField(
        regex=NAME, label="Name of the trial", help_text="Small letters, digits and hyphens."
    )
    variant = forms.ChoiceField(label="Variant of the model")
    purpose = forms.ChoiceField(
        label="Purpose",
        help_text="For which the workers read the sealed access details. It is entered with each"
        " reading.",
    )


@require_http_methods(["GET", "POST"])
def trials(request: HttpRequest, case: str) -> HttpResponse:
    """List the trials; order one, when the case stands so."""
    here, desk, who = CaseId(case), the_desk(), who_asks(request)
    state = find_case(request, here)
    number = desk.ledger.state(SUBMISSION, StreamId(f"submission/{case}"))[1]
    opens = any(one.kind == STARTED for one in acts_for(desk, who, here, state))
    form = _form(request, here, state) if opens else None
    if request.method == "POST":
        if form is None:
            raise Http404
        if form.is_valid() and state.plan is not None:
            command = TrialStarted(plan=state.plan, **form.cleaned_data)
            stream, purpose = StreamId(f"submission/{case}"), command.purpose
            expected = _number(request)
            with keeping(form):
                desk.do(
                    who, SUBMISSION, stream, command, case=here, purpose=purpose, expected=expected
                )
        if form.is_valid():
            messages.info(request, "Ordered. A worker takes it up within seconds.")
            return redirect("trial", case=case, trial=form.cleaned_data["trial"])
    watched = [_watched(here, one) for one in reversed(state.trials)]
    context = {
        "case": case, "state": state, "form": form, "watched": watched, "expected": number,
    }  # fmt: skip
    return render(request, "seatrial/trials.html", context)


@require_safe
def trial(request: HttpRequest, case: str, trial: str) -> HttpResponse:
    """Show one trial as it runs."""
    state = find_case(request, CaseId(case))
    watched = _watched(CaseId(case), find_run(state, trial))
    context = {"case": case, "state": state, "one": watched}
    return render(request, "seatrial/trial.html", context)


@require_safe
def board(request: HttpRequest, case: str, trial: str) -> HttpResponse:
    """Give the board alone, for the page to replace its own; nothing when it has not changed.

    What is replaced takes the focus of who reads it, and is read out anew.
    """
    state = find_case(request, CaseId(case))
    watched = _watched(CaseId(case), find_run(state, trial))
    if request.GET.get("seen") == watched.mark:
        return HttpResponse(status=204)
    context = {"case": case, "one": watched, "live": True}
    return render(request, "seatrial/trial_board.html", context)


def find_case(request: HttpRequest, case: CaseId) -> Submission:
    """Give a case that the person reads. Raises: Http404, DeniedError."""
    demand(request, Action.READ_CASE, case)
    state, _ = the_desk().ledger.state(SUBMISSION, StreamId(f"submission/{case}"))
    if state is None:
        raise Http404
    return state


def find_run(state: Submission, trial: str) -> TrialRun:
    """Give a trial of a case. Raises: Http404."""
    for one in state.trials:
        if one.trial == trial:
            return one
    raise Http404


def _watched(case: CaseId, run: TrialRun) -> Watched:
    return Watched(run=run, board=the_boards().board(case, run.trial))


def _form(request: HttpRequest, case: CaseId, state: Submission) -> OrderForm:
    form = OrderForm(request.POST or None)
    variants = [(one.name, one.name) for one in state.model.variants]
    form.fields["variant"] = forms.ChoiceField(choices=variants, label="Variant of the model")
    purposes = purposes_for(the_desk(), who_asks(request), case, Action.RUN_TRIAL)
    asked = form.fields["purpose"]
    form.fields["purpose"] = forms.ChoiceField(
        choices=[(one, one.replace("-", " ").capitalize()) for one in purposes],
        label=asked.label,
        help_text=asked.help_text,
    )
    return form


def _number(request: HttpRequest) -> int | None:
    text = request.POST.get("expected", "")
    return int(text) if text.isascii() and text.isdecimal() else None
