"""Trusted partners: the notice they get, with both dates; what they see of a case is that alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from seatrial.core.access.action import Action
from seatrial.core.canonical import canonical_json
from seatrial.core.json_text import parse_json
from seatrial.core.ledger.entry import StreamId
from seatrial.core.moment import read_moment, show_moment
from seatrial.core.people import CaseId, Role
from seatrial.faces.desk.cases import cases_with
from seatrial.faces.desk.content import Content, Item, items_of, media_of
from seatrial.faces.desk.standing import party_of
from seatrial.faces.desk.telling import is_agreed, partner_people
from seatrial.faces.web.acting import demand, keeping, the_desk, who_asks
from seatrial.faces.web.case_acts import member_in, purposes_for
from seatrial.faces.web.forms.record_form import MAX_TEXT
from seatrial.faces.web.names import party_name
from seatrial.review.party.state import nondisclosure_holds
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.submission.state import Submission
from seatrial.wiring.portal import the_blobs

SCHEMA = "seatrial.partner-notice/1"

STATEMENT = (
    "This notice tells dates and conditions. It says nothing on whether the model is safe to"
    " release, and a review that is not over holds no release back."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notice as its reader sees it. Dates are None when they were not planned."""

    model: str
    checkpoint: str
    developer: str
    trusted: datetime | None
    public: datetime | None
    words: str
    statement: str


class NoticeForm(forms.Form):
    """What is said besides the facts."""

    words = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=MAX_TEXT,
        label="Conditions, and what else partners should know",
        help_text="Sealed. Only people of agreed partners in this case read it.",
    )


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """List the models that the person's party is a trusted partner for."""
    who = who_asks(request)
    cases = map(CaseId, cases_with(who.person))
    found = [(case, _latest(case)) for case in cases if is_partner(request, case)]
    return render(request, "seatrial/partner_notices.html", {"found": found})


@require_http_methods(["GET", "POST"])
def notice(request: HttpRequest, case: str) -> HttpResponse:
    """Say that there is a notice; on posting, enter the reading and show the latest."""
    here, desk, who = CaseId(case), the_desk(), who_asks(request)
    if not is_partner(request, here):
        raise Http404
    state, party = _state(here), party_of(desk.ledger, who.person)
    item = _latest(here)
    purposes = purposes_for(desk, who, here, Action.READ_PARTNER_NOTICE)
    agreement = state.terms.nondisclosure if state.terms else None
    signed = (
        agreement is not None
        and party is not None
        and nondisclosure_holds(party, who.person, agreement, desk.clock.now())
    )
    shown = None
    if request.method == "POST" and item is not None:
        desk.check(who, Action.READ_PARTNER_NOTICE, here, next(iter(purposes), None))
        setting = desk.setting(who)
        shown = _read(the_blobs().read(item.digest, purposes[0], setting))
    context = {
        "case": case,
        "item": item,
        "shown": shown,
        "reads": bool(purposes),
        "signed": signed,
    }
    return render(request, "seatrial/partner_notice.html", context)


@require_http_methods(["GET", "POST"])
def give(request: HttpRequest, case: str) -> HttpResponse:
    """Give agreed partners a notice with the dates as they are planned now."""
    here, desk, who = CaseId(case), the_desk(), who_asks(request)
    demand(request, Action.SELECT_PARTNERS, here)
    state = _state(here)
    if not any(one.agreed for one in state.partners):
        raise Http404
    form = NoticeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with keeping(form):
            content = _write(state, form.cleaned_data["words"])
            media = media_of(Content.PARTNER_NOTICE)
            the_blobs().seal(here, BytesIO(content), media, desk.setting(who))
            partners = len(partner_people(desk.ledger, here))
            messages.info(
                request, f"The notice is given; people of partners in this case: {partners}."
            )
            return redirect("submission", case=case)
    context = {
        "title": "Give trusted partners their notice",
        "lines": (
            f"To trusted partners: {_day(state.trusted_release.planned)}.",
            f"To the public: {_day(state.public_release.planned)}.",
            (
                "The notice names the model, its developer and these two dates. When they change,"
                " give another: partners see the latest."
            ),
        ),
        "form": form,
        "button": "Give the notice",
        "back": f"/submissions/{case}",
        "back_name": state.model.name,
    }
    return render(request, "seatrial/form.html", context)


def is_partner(request: HttpRequest, case: CaseId) -> bool:
    """Tell whether the person is in the case for a partner that is agreed now."""
    desk, who = the_desk(), who_asks(request)
    member, party = member_in(desk, who, case), party_of(desk.ledger, who.person)
    if member is None or party is None or member.role is not Role.TRUSTED_PARTNER:
        return False
    return member.party == party.party and is_agreed(_state(case), member.party)


def _latest(case: CaseId) -> Item | None:
    held = items_of(the_desk().ledger, case)
    given = [one for one in held if one.content is Content.PARTNER_NOTICE]
    return given[-1] if given else None


def _state(case: CaseId) -> Submission:
    state, _ = the_desk().ledger.state(SUBMISSION, StreamId(f"submission/{case}"))
    if state is None:
        raise Http404
    return state


def _write(state: Submission, words: str) -> bytes:
    return canonical_json(
        {
            "schema": SCHEMA,
            "model": state.model.name,
            "checkpoint": state.model.checkpoint,
            "developer": party_name(state.developer),
            "trusted": _moment(state.trusted_release.planned),
            "public": _moment(state.public_release.planned),
            "words": words,
            "statement": STATEMENT,
        }
    )


def _read(content: bytes) -> Notice:
    given = cast("Mapping[str, Any]", parse_json(content, place="the notice"))
    return Notice(
        model=given["model"],
        checkpoint=given["checkpoint"],
        developer=given["developer"],
        trusted=read_moment(given["trusted"]) if given["trusted"] else None,
        public=read_moment(given["public"]) if given["public"] else None,
        words=given["words"],
        statement=given["statement"],
    )


def _moment(on: datetime | None) -> str | None:
    return show_moment(on) if on else None


def _day(on: datetime | None) -> str:
    return f"{on:%-d %b %Y, %H:%M} UTC" if on else "no date is planned"
