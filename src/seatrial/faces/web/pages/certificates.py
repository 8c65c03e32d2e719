"""Certificates of a case: issued, downloaded, revoked, marked as due for a new trial."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from seatrial.adapters.identity import fresh_id
from seatrial.adapters.store.models import StreamRow
from seatrial.core.access.action import Action
from seatrial.core.access.standing import Granted
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import CaseId
from seatrial.faces.desk.policy import policy_in_force
from seatrial.faces.web.acting import demand, keeping, the_desk, who_asks
from seatrial.faces.web.certificate_store import draw_code, keep_code, printed, signed_file
from seatrial.faces.web.forms.record_form import MAX_TEXT, Moment
from seatrial.formats.certificate import code_digest
from seatrial.review.certificate.aggregate import CERTIFICATE, Certificate, Stage, standing
from seatrial.review.certificate.events import Event, RetestTriggered, Revoked, Superseded
from seatrial.review.certificate.issue import certificate_for
from seatrial.review.submission.aggregate import SUBMISSION


class IssueForm(forms.Form):
    """How long it stands."""

    expires_at = Moment(label="It expires", help_text="In UTC.")


class RevokeForm(forms.Form):
    """Why it is void."""

    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=MAX_TEXT,
        label="Reason",
        help_text="Shown to whoever checks the certificate.",
    )

    def command(self) -> Event:
        """Give the command of a valid form."""
        return Revoked(reason=self.cleaned_data["reason"])


class RetestForm(forms.Form):
    """Which trigger came about."""

    trigger = forms.ChoiceField(label="What came about")
    note = forms.CharField(max_length=MAX_TEXT, label="Note")

    def command(self) -> Event:
        """Give the command of a valid form."""
        return RetestTriggered(trigger=self.cleaned_data["trigger"], note=self.cleaned_data["note"])


def certificates_of(case: CaseId) -> list[tuple[str, Certificate]]:
    """Give a case's certificates with their identities, the latest first."""
    rows = StreamRow.objects.filter(aggregate=CERTIFICATE.name, case=case).order_by("-at")
    ledger = the_desk().ledger
    found = ((one, ledger.state(CERTIFICATE, StreamId(one))[0]) for one in _streams(rows))
    return [(name.partition("/")[2], state) for name, state in found if state]


@require_http_methods(["GET", "POST"])
def issue(request: HttpRequest, case: str) -> HttpResponse:
    """Issue a certificate of what was determined; an earlier one of the case is superseded."""
    desk, who, here = the_desk(), who_asks(request), CaseId(case)
    demand(request, Action.CERTIFY, here)
    state, _ = desk.ledger.state(SUBMISSION, StreamId(f"submission/{case}"))
    if state is None:
        raise TypeError("who may certify has a case")
    rules = policy_in_force(settings.DATA)
    latest = desk.clock.now() + timedelta(days=rules.policy.certificate.maximum_days)
    form = IssueForm(request.POST or None, initial={"expires_at": latest - timedelta(days=1)})
    if request.method == "POST" and form.is_valid():
        with keeping(form):
            name, code = fresh_id(), draw_code()
            command = certificate_for(
                state,
                case=here,
                expires_at=form.cleaned_data["expires_at"],
                code=code_digest(code),
                policy=rules.policy,
                policy_digest=rules.digest,
            )
            desk.check_command(who, command, case=here)
            keep_code(code)
            earlier = [one for one, held in certificates_of(here) if held.stage is Stage.ISSUED]
            with desk.unit(who) as (unit, setting):
                stream = StreamId(f"certificate/{name}")
                unit.handle(CERTIFICATE, stream, command, setting, case=here)
                for one in earlier:
                    old = StreamId(f"certificate/{one}")
                    unit.handle(CERTIFICATE, old, Superseded(by=name), setting, case=here)
            messages.info(request, "Issued. Whoever has the file or the code can check it.")
            return redirect("certificate", certificate=name)
    context = {
        "title": "Issue a certificate",
        "lines": (
            (
                "It says what was tested and what was found, until when that stands, and what calls"
                " for a new trial. It is taken from the case; nothing is typed but the date."
            ),
            f"Latest date by the policy: {latest:%-d %b %Y, %H:%M} UTC.",
        ),
        "form": form,
        "button": "Issue it",
        "back": f"/submissions/{case}",
        "back_name": state.model.name,
    }
    return render(request, "seatrial/form.html", context)


@require_safe
def certificate(request: HttpRequest, certificate: str) -> HttpResponse:
    """Show a certificate to people of its case."""
    state = _find(request, certificate)
    desk, who = the_desk(), who_asks(request)
    certifies = desk.may(who, Action.CERTIFY, state.issued.case)
    context = {
        "certificate": certificate,
        "state": state,
        "file": printed(certificate, state),
        "standing": standing(state, desk.clock.now()),
        "certifies": isinstance(certifies, Granted) and state.stage is Stage.ISSUED,
    }
    return render(request, "seatrial/certificate.html", context)


@require_safe
def download(request: HttpRequest, certificate: str) -> HttpResponse:
    """Hand out the signed file."""
    state = _find(request, certificate)
    answer = HttpResponse(signed_file(certificate, state), content_type="application/json")
    name = f"certificate-{certificate[:8]}.dsse.json"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_http_methods(["GET", "POST"])
def revoke(request: HttpRequest, certificate: str) -> HttpResponse:
    """Revoke a certificate."""
    title = "Revoke the certificate"
    lines = (
        "From now on whoever checks it reads that it is revoked, and why.",
        "This cannot be taken back. A new certificate can be issued from the case.",
    )
    return _change(request, certificate, RevokeForm, title, lines)


@require_http_methods(["GET", "POST"])
def retest(request: HttpRequest, certificate: str) -> HttpResponse:
    """Enter that something calls for a new trial."""
    title = "Enter that a new trial is due"
    lines = ("Whoever checks the certificate reads that it speaks of an earlier state.",)
    return _change(request, certificate, RetestForm, title, lines)


def _change(
    request: HttpRequest,
    certificate: str,
    kind: type[RevokeForm] | type[RetestForm],
    title: str,
    lines: tuple[str, ...],
) -> HttpResponse:
    state = _find(request, certificate)
    case = state.issued.case
    demand(request, Action.CERTIFY, case)
    form: Any = kind(request.POST or None)
    if isinstance(form, RetestForm):
        choices = [(one, one) for one in state.issued.retest]
        form.fields["trigger"] = forms.ChoiceField(choices=choices, label="What came about")
    if request.method == "POST" and form.is_valid():
        stream = StreamId(f"certificate/{certificate}")
        with keeping(form):
            the_desk().do(who_asks(request), CERTIFICATE, stream, form.command(), case=case)
            messages.info(request, "It is on record.")
            return redirect("certificate", certificate=certificate)
    context = {
        "title": title,
        "lines": lines,
        "form": form,
        "button": title,
        "back": f"/certificates/{certificate}",
        "back_name": "the certificate",
    }
    return render(request, "seatrial/form.html", context)


def _find(request: HttpRequest, certificate: str) -> Certificate:
    state, _ = the_desk().ledger.state(CERTIFICATE, StreamId(f"certificate/{certificate}"))
    if state is None:
        raise Http404
    demand(request, Action.READ_CASE, state.issued.case)
    return state


def _streams(rows: Any) -> list[str]:
    return list(rows.values_list("stream", flat=True))
