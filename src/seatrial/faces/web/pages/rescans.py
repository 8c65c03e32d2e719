"""Rescans: ordering one, watching it, and in each case what it found and what that is."""

from dataclasses import dataclass
from io import BytesIO

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from seatrial.adapters.identity import fresh_id
from seatrial.adapters.queue.board import TrialBoard
from seatrial.adapters.rescan.released import NAME
from seatrial.adapters.store.models import StreamRow
from seatrial.core.access.action import Action
from seatrial.core.access.standing import Granted
from seatrial.core.canonical import Digest
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import CaseId
from seatrial.faces.desk.content import Content, item_of, media_of
from seatrial.faces.desk.policy import policy_in_force
from seatrial.faces.desk.rescans import (
    BOARD,
    Known,
    cases_with_archives,
    judgement_of,
    known_detectors,
    order_for,
    own_cases,
    rescan_stream,
    result_of,
    take_detector,
)
from seatrial.faces.web.acting import demand, keeping, the_desk, who_asks
from seatrial.faces.web.case_acts import purposes_for
from seatrial.faces.web.rescan_forms import FILE, JudgeForm, OrderForm
from seatrial.review.rescan.aggregate import (
    RESCAN,
    CaseJudged,
    CaseMissed,
    CaseScanned,
    Rescan,
    cases_found,
    cases_to_judge,
)
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.submission.state import Submission
from seatrial.wiring.portal import the_blobs, the_documents
from seatrial.wiring.worker import the_boards

PAGE = 50
"""Rescans on a page of the list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A rescan and how far it is. board: what a worker said of it last, or None."""

    identity: str
    state: Rescan
    board: TrialBoard | None = None

    @property
    def total(self) -> int:
        """Count the cases of the order."""
        return len(self.state.ordered.cases)

    @property
    def done(self) -> int:
        """Count the cases with a result."""
        return len(self.state.scanned) + len(self.state.missed)

    @property
    def samples(self) -> int:
        """Count the samples that were searched."""
        return sum(one.scanned for one in self.state.scanned)

    @property
    def found(self) -> int:
        """Count the cases in which something was found."""
        return len(cases_found(self.state))

    @property
    def waiting(self) -> int:
        """Count the cases in which nobody has judged it."""
        return len(cases_to_judge(self.state))

    @property
    def unread(self) -> int:
        """Count the cases that could not be read whole."""
        return sum(1 for one in self.state.scanned if one.unread)

    @property
    def runs(self) -> bool:
        """Whether it goes on."""
        return self.state.stage.value == "running"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One of the reader's own cases in a rescan."""

    case: CaseId
    name: str
    result: CaseScanned | CaseMissed | None
    judged: CaseJudged | None

    @property
    def missed(self) -> bool:
        """Whether it could not be searched."""
        return isinstance(self.result, CaseMissed)


@require_safe
def rescans(request: HttpRequest) -> HttpResponse:
    """List the rescans, the latest first."""
    demand(request, Action.ORDER_RESCAN)
    rows = StreamRow.objects.filter(aggregate=RESCAN.name).order_by("-at", "stream")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    streams = [StreamId(row.stream) for row in page]
    states = the_desk().ledger.states(RESCAN, streams)
    found = [
        Watched(identity=one.partition("/")[2], state=state)
        for one in streams
        if (state := states.get(one)) is not None
    ]
    context = {"page": page, "found": found, "sealed": bool(cases_with_archives())}
    return render(request, "seatrial/rescans.html", context)


@require_http_methods(["GET", "POST"])
def order(request: HttpRequest) -> HttpResponse:
    """Order a rescan of old evidence."""
    demand(request, Action.ORDER_RESCAN)
    desk, who, posted = the_desk(), who_asks(request), request.method == "POST"
    known, every = known_detectors(desk.ledger), cases_with_archives()
    form = OrderForm(
        *((request.POST, request.FILES) if posted else ()),
        known=known,
        cases=_names(own_cases(desk, who.person, every)),
        every=len(every),
        purposes=policy_in_force(settings.DATA).policy.purposes,
    )
    if posted and form.is_valid():
        with keeping(form):
            detector = _detector(form, known)
            cases = [CaseId(one) for one in form.chosen()]
            command = order_for(desk, who, detector, cases, form.cleaned_data["purpose"])
            rescan_id = fresh_id()
            desk.do(who, RESCAN, rescan_stream(rescan_id), command)
            messages.info(request, "Ordered. A worker takes it up within seconds.")
            return redirect("rescan", rescan=rescan_id)
    context = {
        "title": "Order a rescan",
        "lines": (
            (
                "The programme's workers open each case's sealed trials and search the transcripts"
                " and journals of its model. Each opening is an entry with the purpose. What is"
                " found lies sealed in its case and is judged there by the case's evaluators; you"
                " see how many."
            ),
        ),
        "form": form,
        "button": "Order the rescan",
        "back": "/rescans/",
        "back_name": "rescans",
    }
    return render(request, "seatrial/form.html", context)


@require_safe
def rescan(request: HttpRequest, rescan: str) -> HttpResponse:
    """Show a rescan, as it goes on."""
    return render(request, "seatrial/rescan.html", _watched(request, rescan))


@require_safe
def board(request: HttpRequest, rescan: str) -> HttpResponse:
    """Give the board alone, for the page to replace its own."""
    return render(request, "seatrial/rescan_board.html", _watched(request, rescan))


@require_safe
def detector(request: HttpRequest, rescan: str) -> HttpResponse:
    """Hand out the detector's file that a rescan searches with."""
    ordered = _state(request, rescan).ordered
    rules = ordered.rules
    if ordered.detector == NAME:
        raise Http404
    content = the_documents().read(rules)
    answer = HttpResponse(content, content_type="text/plain; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="detector-{rules[7:19]}.toml"'
    return answer


@require_http_methods(["GET", "POST"])
def result(request: HttpRequest, rescan: str, case: str) -> HttpResponse:
    """Show what a rescan found in a case; let its people judge it."""
    here, desk, who = CaseId(case), the_desk(), who_asks(request)
    demand(request, Action.READ_CASE, here)
    state, _ = desk.ledger.state(RESCAN, rescan_stream(rescan))
    found = result_of(state, here) if state else None
    if state is None or found is None or not purposes_for(desk, who, here, Action.READ_EVIDENCE):
        raise Http404
    purposes = purposes_for(desk, who, here, Action.JUDGE_RESCAN)
    waits = here in cases_to_judge(state) and bool(purposes)
    form = JudgeForm(*((request.POST,) if request.method == "POST" else ()), purposes=purposes)
    if request.method == "POST" and waits and form.is_valid():
        with keeping(form):
            _judge(request, rescan, here, form)
            messages.info(request, "Your judgement is on record.")
            return redirect("rescan-case", rescan=rescan, case=case)
    record = item_of(desk.ledger, found.record) if isinstance(found, CaseScanned) else None
    judged = judgement_of(state, here)
    context = {
        "rescan": rescan,
        "ordered": state.ordered,
        "line": Line(case=here, name=_name(here), result=found, judged=judged),
        "record": record,
        "reasons": item_of(desk.ledger, judged.record) if judged else None,
        "form": form if waits else None,
        "watches": _may_watch(request),
        "incident": isinstance(found, CaseScanned)
        and found.found
        and (judged is None or judged.confirmed),
    }
    return render(request, "seatrial/rescan_case.html", context)


def _judge(request: HttpRequest, rescan: str, case: CaseId, form: JudgeForm) -> None:
    desk, who, given = the_desk(), who_asks(request), form.cleaned_data
    desk.check(who, Action.JUDGE_RESCAN, case, given["purpose"])
    reasons, setting = BytesIO(given["reasons"].encode()), desk.setting(who)
    record = the_blobs().seal(case, reasons, media_of(Content.JUDGEMENT), setting)
    command = CaseJudged(case=case, confirmed=given["confirmed"], record=record)
    desk.check_command(who, command, case=case, purpose=given["purpose"])
    desk.ledger.handle(RESCAN, rescan_stream(rescan), command, setting)


def _detector(form: OrderForm, known: tuple[Known, ...]) -> Known:
    chosen = form.cleaned_data["detector"]
    if chosen != FILE:
        return next(one for one in known if one.rules == chosen)
    made = take_detector(form.cleaned_data["file"])
    return Known(name=made.name, version=made.version, rules=Digest(made.digest))


def _state(request: HttpRequest, rescan: str) -> Rescan:
    demand(request, Action.ORDER_RESCAN)
    state, _ = the_desk().ledger.state(RESCAN, rescan_stream(rescan))
    if state is None:
        raise Http404
    return state


def _may_watch(request: HttpRequest) -> bool:
    return isinstance(the_desk().may(who_asks(request), Action.ORDER_RESCAN), Granted)


def _watched(request: HttpRequest, rescan: str) -> dict[str, object]:
    """Give what a rescan's page shows: numbers of all cases, names of the reader's own."""
    state = _state(request, rescan)
    desk, who = the_desk(), who_asks(request)
    own = own_cases(desk, who.person, state.ordered.cases)
    names = _names(own)
    lines = [
        Line(
            case=one,
            name=names[one],
            result=result_of(state, one),
            judged=judgement_of(state, one),
        )
        for one in state.ordered.cases
        if one in own
    ]
    board = the_boards().board(CaseId(rescan), BOARD)
    return {
        "rescan": rescan,
        "one": Watched(identity=rescan, state=state, board=board),
        "lines": lines,
        "others": len(state.ordered.cases) - len(lines),
        "file": state.ordered.detector != NAME,
    }


def _names(cases: frozenset[CaseId]) -> dict[str, str]:
    streams = {StreamId(f"submission/{one}"): one for one in sorted(cases)}
    states = the_desk().ledger.states(SUBMISSION, list(streams))
    return {
        case: _named(state) for stream, case in streams.items() if (state := states.get(stream))
    }


def _name(case: CaseId) -> str:
    return _names(frozenset({case}))[case]


def _named(state: Submission) -> str:
    return f"{state.model.name} {state.model.checkpoint}"
