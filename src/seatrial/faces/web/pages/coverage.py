"""Coverage inquiries: is this model covered? Asked before anything is submitted, and answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from seatrial.adapters.identity import fresh_id
from seatrial.adapters.store.models import StreamRow
from seatrial.core.access.action import Action
from seatrial.core.access.standing import Granted
from seatrial.core.canonical import Digest
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import CaseId
from seatrial.faces.desk.acts import ACTIONS
from seatrial.faces.desk.content import Content, media_of
from seatrial.faces.desk.policy import policy_in_force
from seatrial.faces.desk.standing import party_of
from seatrial.faces.web.acting import keeping, the_desk, who_asks
from seatrial.faces.web.forms.record_form import MAX_TEXT
from seatrial.faces.web.forms.sealed_text import SealedText
from seatrial.faces.web.timeline import timeline
from seatrial.review.coverage.aggregate import COVERAGE, STAGES, Inquiry, Stage
from seatrial.review.coverage.events import (
    Answered,
    Asked,
    Event,
    FactsAsked,
    FactsGiven,
    TakenBack,
)
from seatrial.review.submission.work_events import Finding
from seatrial.wiring.portal import the_blobs

PAGE = 50
"""Inquiries on a page of the list."""

_ON_RECORD = "Goes into the ledger, and stays there for good. Both sides read it."


class AskForm(forms.Form):
    """The question."""

    name = forms.CharField(max_length=200, label="What you call the model")
    facts = SealedText(
        label="Description",
        help_text="Size, training, what it can do in cybersecurity, when you mean to release it."
        " Sealed: only your people and the programme's officials read it, each reading on record.",
    )


class FactsForm(forms.Form):
    """More facts."""

    facts = SealedText(label="What the programme asked for")


class QuestionForm(forms.Form):
    """A question back."""

    question = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=MAX_TEXT,
        label="What you need to know",
        help_text=_ON_RECORD,
    )


class AnswerForm(forms.Form):
    """The official's answer."""

    answer = forms.TypedChoiceField(
        choices=[
            (Finding.COVERED.value, "Covered"),
            (Finding.NOT_COVERED.value, "Not covered"),
            (Finding.UNDETERMINED.value, "Undetermined on what was told"),
        ],
        coerce=Finding,
        widget=forms.RadioSelect,
        label="The model is",
    )
    reasons = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=MAX_TEXT,
        label="Reasons",
        help_text=_ON_RECORD,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that can be done to an inquiry. form: None for what needs no word."""

    command: type[Event]
    label: str
    form: type[forms.Form]


STEPS: Mapping[str, Step] = {
    "facts-given": Step(command=FactsGiven, label="Tell more", form=FactsForm),
    "taken-back": Step(command=TakenBack, label="Take the question back", form=forms.Form),
    "facts-asked": Step(command=FactsAsked, label="Ask the developer", form=QuestionForm),
    "answered": Step(command=Answered, label="Answer", form=AnswerForm),
}


@require_safe
def inquiries(request: HttpRequest) -> HttpResponse:
    """List the inquiries of one's own party; for officials, everybody's."""
    desk, who = the_desk(), who_asks(request)
    asks, answers = (_may(request, one) for one in (Action.ASK_COVERAGE, Action.ANSWER_COVERAGE))
    if not (asks or answers):
        desk.check(who, Action.ASK_COVERAGE)
    rows = StreamRow.objects.filter(aggregate=COVERAGE.name)
    if not answers:
        party = party_of(desk.ledger, who.person)
        rows = rows.filter(party=party.party if party else None)
    page = Paginator(rows.order_by("-at"), PAGE).get_page(request.GET.get("page"))
    return render(request, "seatrial/inquiries.html", {"page": page, "asks": asks})


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask whether a model is covered."""
    desk, who = the_desk(), who_asks(request)
    desk.check(who, Action.ASK_COVERAGE)
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with keeping(form):
            inquiry, given = CaseId(fresh_id()), form.cleaned_data
            command = Asked(name=given["name"], facts=_seal(request, inquiry, given["facts"]))
            desk.do(who, COVERAGE, StreamId(f"coverage/{inquiry}"), command)
            return redirect("inquiry", inquiry=inquiry)
    context = {
        "title": "Ask whether a model is covered",
        "intro": "Asking binds you to nothing. A named official answers, with reasons.",
        "form": form,
        "button": "Ask",
        "back": "/coverage/",
        "back_name": "your questions",
    }
    return render(request, "seatrial/form.html", context)


@require_safe
def inquiry(request: HttpRequest, inquiry: str) -> HttpResponse:
    """Show an inquiry to both sides."""
    state, number = _find(request, inquiry)
    return render(request, "seatrial/inquiry.html", _context(request, inquiry, state, number))


@require_POST
def facts(request: HttpRequest, inquiry: str) -> HttpResponse:
    """Show the sealed descriptions; the reading is entered first."""
    state, number = _find(request, inquiry)
    desk, who = the_desk(), who_asks(request)
    setting = desk.setting(who)
    texts = [
        the_blobs().read(one, "coverage inquiry", setting).decode("utf-8", "replace")
        for one in state.facts
    ]
    context = _context(request, inquiry, state, number) | {"texts": texts}
    return render(request, "seatrial/inquiry.html", context)


@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, inquiry: str, kind: str) -> HttpResponse:
    """Take a step of an inquiry."""
    state, number = _find(request, inquiry)
    desk, who, wanted = the_desk(), who_asks(request), STEPS.get(kind)
    if wanted is None or state.stage not in STAGES[wanted.command]:
        raise Http404
    desk.check(who, ACTIONS[wanted.command])
    form = wanted.form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with keeping(form):
            command = _command(request, CaseId(inquiry), wanted.command, form)
            stream = StreamId(f"coverage/{inquiry}")
            desk.do(who, COVERAGE, stream, command, expected=number)
            messages.info(request, "It is on record.")
            return redirect("inquiry", inquiry=inquiry)
    context = {
        "title": wanted.label,
        "form": form,
        "button": wanted.label,
        "back": f"/coverage/{inquiry}",
        "back_name": state.name,
    }
    return render(request, "seatrial/form.html", context)


def _command(request: HttpRequest, inquiry: CaseId, kind: type[Event], form: forms.Form) -> Event:
    given = form.cleaned_data
    if kind is FactsGiven:
        return FactsGiven(facts=_seal(request, inquiry, given["facts"]))
    if kind is FactsAsked:
        return FactsAsked(question=given["question"])
    if kind is Answered:
        return Answered(
            official=who_asks(request).person,
            office=policy_in_force(settings.DATA).policy.determination.office,
            answer=given["answer"],
            reasons=given["reasons"],
        )
    return TakenBack()


def _seal(request: HttpRequest, inquiry: CaseId, text: str) -> Digest:
    setting = the_desk().setting(who_asks(request))
    media = media_of(Content.COVERAGE)
    return the_blobs().seal(inquiry, BytesIO(text.encode()), media, setting)


def _find(request: HttpRequest, inquiry: str) -> tuple[Inquiry, int]:
    """Give an inquiry that is one's own or that one may answer. Raises: Http404 for any other."""
    desk, who = the_desk(), who_asks(request)
    state, number = desk.ledger.state(COVERAGE, StreamId(f"coverage/{inquiry}"))
    if state is None:
        raise Http404
    party = party_of(desk.ledger, who.person)
    own = party is not None and party.party == state.developer
    if not (own and _may(request, Action.ASK_COVERAGE)) and not _may(
        request, Action.ANSWER_COVERAGE
    ):
        raise Http404
    return state, number


def _may(request: HttpRequest, action: Action) -> bool:
    return isinstance(the_desk().may(who_asks(request), action), Granted)


def _context(request: HttpRequest, inquiry: str, state: Inquiry, number: int) -> dict[str, object]:
    desk = the_desk()
    return {
        "inquiry": inquiry,
        "state": state,
        "number": number,
        "steps": [
            (kind, one.label)
            for kind, one in STEPS.items()
            if state.stage in STAGES[one.command] and _may(request, ACTIONS[one.command])
        ],
        "drafts": state.stage is Stage.ANSWERED and _may(request, Action.DRAFT_SUBMISSION),
        "lines": timeline(desk.ledger.history(StreamId(f"coverage/{inquiry}"))),
    }
