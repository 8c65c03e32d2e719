"""Sealed content: its reading asks for a purpose and is entered first; taking it out needs two."""

from collections.abc import Iterable
from io import BytesIO

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from seatrial.core.access.action import Action
from seatrial.core.access.standing import Granted
from seatrial.core.canonical import Digest
from seatrial.core.people import CaseId, PersonId, Role
from seatrial.core.sealed.blob import SEALED, ExportAgreed, ExportAsked, blob_stream
from seatrial.faces.desk.content import SORTS, Content, Item, item_of
from seatrial.faces.desk.desk import Desk
from seatrial.faces.desk.standing import Whoever
from seatrial.faces.web.acting import demand, the_desk, who_asks
from seatrial.faces.web.case_acts import member_in, purposes_for, purposes_of
from seatrial.faces.web.case_tools import CaseTools
from seatrial.faces.web.shown_text import show_text
from seatrial.wiring.portal import the_blobs

PAGE_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""Of a trial's report page. It is a stranger's document: no script, no form, no origin of ours."""


def readable(desk: Desk, who: Whoever, case: CaseId, items: Iterable[Item]) -> list[Item]:
    """Give the items that a person may read for one of the purposes that they have."""
    granted = desk.open_to(who, case, {one.action for one in SORTS.values()})
    return [one for one in items if SORTS[one.content].action in granted]


@require_http_methods(["GET", "POST"])
def sealed(request: HttpRequest, case: str, name: str) -> HttpResponse:
    """Say what it is and ask for the purpose; on posting, enter the reading and show it."""
    item = _find(request, case, name)
    desk, who, here = the_desk(), who_asks(request), CaseId(case)
    form = _purpose_form(desk, who, here, request)
    context = {
        "case": case,
        "item": item,
        "form": form,
        "reads": bool(readable(desk, who, here, [item])),
        "exports": list(enumerate(item.blob.exports)),
        "asks": bool(purposes_for(desk, who, here, Action.ASK_EXPORT)),
        "me": who.person,
    }
    if request.method != "POST" or not form.is_valid():
        return render(request, "seatrial/sealed.html", context)
    purpose = form.cleaned_data.get("purpose")
    tools = CaseTools(desk=desk, who=who, case=here, purpose=purpose)
    if "export" in request.POST:
        desk.check(who, SORTS[item.content].action, here, purpose)
        desk.check(who, Action.ASK_EXPORT, here, purpose)
        command = ExportAsked(purpose=str(purpose))
        desk.ledger.handle(SEALED, blob_stream(item.digest), command, desk.setting(who), case=here)
        messages.info(request, "Asked. A second person of the case must agree within their role.")
        return redirect("sealed", case=case, name=name)
    content = tools.read(item)
    if item.content is Content.REPORT_PAGE:
        page = HttpResponse(content, content_type="text/html; charset=utf-8")
        page.headers["Content-Security-Policy"] = PAGE_POLICY
        return page
    context |= {"shown": show_text(item, content), "purpose": purpose}
    return render(request, "seatrial/sealed.html", context)


@require_POST
def agree(request: HttpRequest, case: str, name: str, asked: int) -> HttpResponse:
    """Agree to another person's export."""
    item = _find(request, case, name)
    desk, who, here = the_desk(), who_asks(request), CaseId(case)
    if asked >= len(item.blob.exports):
        raise Http404
    asker = item.blob.exports[asked].asked_by
    purpose = _working_purpose(desk, who, here, Action.AGREE_EXPORT, asker)
    desk.check(who, SORTS[item.content].action, here, purpose)
    command = ExportAgreed(asked=asked)
    desk.ledger.handle(SEALED, blob_stream(item.digest), command, desk.setting(who), case=here)
    messages.info(request, "You have agreed. Who asked can take it within a day.")
    return redirect("sealed", case=case, name=name)


@require_POST
def take(request: HttpRequest, case: str, name: str, asked: int) -> HttpResponse:
    """Hand the content out to whoever asked, after a second person agreed."""
    item = _find(request, case, name)
    desk, who, here = the_desk(), who_asks(request), CaseId(case)
    purpose = _working_purpose(desk, who, here, Action.ASK_EXPORT)
    desk.check(who, SORTS[item.content].action, here, purpose)
    content = BytesIO()
    the_blobs().export_into(item.digest, asked, desk.setting(who), content)
    answer = HttpResponse(content.getvalue(), content_type="application/octet-stream")
    answer.headers["Content-Disposition"] = f'attachment; filename="{item.content.value}"'
    return answer


def _find(request: HttpRequest, case: str, name: str) -> Item:
    """Give an item of this case. Raises: Http404 also for one of another case."""
    demand(request, Action.READ_CASE, CaseId(case))
    item = item_of(the_desk().ledger, Digest(f"sha256:{name}"))
    if item is None or item.blob.case != case:
        raise Http404
    return item


def _purpose_form(desk: Desk, who: Whoever, case: CaseId, request: HttpRequest) -> forms.Form:
    form = forms.Form(request.POST if request.method == "POST" else None)
    member = member_in(desk, who, case)
    if member is not None and member.role is not Role.DEVELOPER:
        form.fields["purpose"] = forms.ChoiceField(
            choices=[(one, one.replace("-", " ").capitalize()) for one in member.purposes],
            widget=forms.RadioSelect,
            label="What do you read it for?",
            initial=member.purposes[0] if len(member.purposes) == 1 else None,
        )
    return form


def _working_purpose(
    desk: Desk, who: Whoever, case: CaseId, action: Action, asker: PersonId | None = None
) -> str | None:
    """Give a purpose of the person's under which the action is granted.

    Raises: DeniedError when there is none.
    """
    found = _fitting(desk, who, case, action, asker)
    if found is None:
        desk.check(who, action, case, None, export_asked_by=asker)
    return found


def _fitting(
    desk: Desk, who: Whoever, case: CaseId, action: Action, asker: PersonId | None = None
) -> str | None:
    for one in purposes_of(desk, who, case):
        if isinstance(desk.may(who, action, case, one, export_asked_by=asker), Granted):
            return one
    return None
