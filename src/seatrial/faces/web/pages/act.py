"""Doing something in a case: the form of a command, and the command."""

from io import BytesIO

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from seatrial.core.canonical import Digest
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import CaseId
from seatrial.faces.desk.acts import ACTIONS
from seatrial.faces.web.acting import the_desk, who_asks
from seatrial.faces.web.case_acts import COMMANDS, LABELS, acts_for
from seatrial.faces.web.case_forms import ask
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.submission.events import TermsAgreed
from seatrial.review.team.aggregate import TEAM, PurposesChanged
from seatrial.wiring.portal import the_blobs, the_documents


@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, case: str, kind: str) -> HttpResponse:
    """Ask for what a command needs; on posting, give it to the desk."""
    desk, who, here = the_desk(), who_asks(request), CaseId(case)
    command = COMMANDS.get(kind)
    stream = StreamId(f"submission/{case}")
    state, number = desk.ledger.state(SUBMISSION, stream)
    if command is None:
        raise Http404
    if state is None or not any(one.kind == kind for one in acts_for(desk, who, here, state)):
        # The reason is told to who may read the case; for others it is not there.
        desk.check(who, ACTIONS[command], here)
        raise Http404
    asked = ask(command, state, who.person, request.POST or None)
    if asked is None:
        raise Http404
    if request.method == "POST" and asked.form.is_valid():
        sealing = desk.setting(who)

        def seal(text: str) -> Digest:
            return the_blobs().seal(here, BytesIO(text.encode()), "text/plain", sealing)

        wanted = asked.command(asked.form, seal, lambda text: the_documents().keep(text.encode()))
        desk.check_command(who, wanted, case=here)
        expected = _expected(request)
        with desk.unit(who) as (unit, setting):
            done = unit.handle(SUBMISSION, stream, wanted, setting, expected=expected, case=here)
            if isinstance(wanted, TermsAgreed) and done.state and done.state.terms:
                changed = PurposesChanged(purposes=done.state.terms.purposes)
                unit.handle(TEAM, StreamId(f"team/{case}"), changed, setting, case=here)
        messages.success(request, f"Done: {LABELS[kind].lower()}.")
        return redirect("submission", case=case)
    context = {
        "title": LABELS[kind],
        "form": asked.form,
        "lines": asked.lines,
        "expected": number,
        "button": LABELS[kind],
        "back": f"/submissions/{case}",
        "back_name": state.model.name,
    }
    return render(request, "seatrial/form.html", context)


def _expected(request: HttpRequest) -> int | None:
    text = request.POST.get("expected", "")
    return int(text) if text.isascii() and text.isdecimal() else None
