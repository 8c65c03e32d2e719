"""The page where anyone checks a certificate, by its file or its code, without an account."""

from dataclasses import dataclass
from typing import Any

from allauth.core.ratelimit import consume_or_429
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from seatrial.core.ledger.entry import StreamId
from seatrial.core.problem import BadInputError, UnavailableError
from seatrial.faces.desk.cases import streams_marked
from seatrial.faces.web.acting import the_desk
from seatrial.faces.web.certificate_store import certificate_keys, certificate_signer, printed
from seatrial.faces.web.forms.upload import Upload
from seatrial.faces.web.names import NAMES
from seatrial.faces.web.private_pages import public
from seatrial.faces.web.rendering_view import rendering_view
from seatrial.formats.certificate import (
    MAX_BYTES,
    CertificateFile,
    code_digest,
    open_certificate,
    says_what_was_issued,
)
from seatrial.formats.dsse import Trust
from seatrial.review.certificate.aggregate import CERTIFICATE, Certificate, Standing, standing
from seatrial.review.lists import CODE
from seatrial.wiring.portal import the_clock, the_documents

_WAIT_SECONDS = 60
"""After too many checks: the limit is one of a minute."""

_MOST_CODE = 60
"""Characters of a code as typed, with spaces and hyphens."""


class CheckForm(forms.Form):
    """A certificate's file, or the code printed on it."""

    ONE_OF = True
    # Neither is marked as optional.

    file = Upload(required=False, most=MAX_BYTES, label="The certificate's file")
    code = forms.CharField(
        required=False,
        max_length=_MOST_CODE,
        label="Or the code printed on it",
        help_text="Letters and digits; hyphens and case do not matter.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean(self) -> None:
        """Ask for one of the two."""
        if bool(self.cleaned_data.get("file")) == bool(self.cleaned_data.get("code")):
            raise forms.ValidationError("Give the file or the code, one of the two.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a check found. why: when there is no such certificate, or the file is not ours."""

    certificate: str = ""
    state: Certificate | None = None
    file: CertificateFile | None = None
    standing: Standing | None = None
    summary: object = None
    why: str = ""


@public
@never_cache
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Ask for a certificate; say how it stands and what was tested."""
    too_many: HttpResponse | None = consume_or_429(request, action="check-certificate")
    if too_many is not None:
        too_many.headers["Retry-After"] = str(_WAIT_SECONDS)
        return too_many
    posted = request.method == "POST"
    form = CheckForm(request.POST if posted else None, request.FILES if posted else None)
    found = _look(form.cleaned_data) if posted and form.is_valid() else None
    return render(request, "seatrial/check.html", {"form": form, "found": found})


@public
@require_safe
def key(_request: HttpRequest) -> HttpResponse:
    """Hand out the public key that checks certificates offline."""
    answer = HttpResponse(certificate_signer().public_pem, content_type="application/x-pem-file")
    answer.headers["Content-Disposition"] = 'attachment; filename="certificates.pub.pem"'
    return answer


def _look(given: dict[str, Any]) -> Found:
    return _by_file(given["file"]) if given["file"] else _by_code(given["code"])


def _by_file(content: bytes) -> Found:
    keys = certificate_keys()
    try:
        file, opened = open_certificate(content, keys, place="The file")
    except BadInputError as error:
        return Found(why=f"{error.what} {error.remedy}")
    if opened.trust is not Trust.TRUSTED:
        return Found(why="The file does not have this office's signature, or was altered.")
    state, _ = the_desk().ledger.state(CERTIFICATE, StreamId(f"certificate/{file.certificate}"))
    if state is None or not says_what_was_issued(file, state.issued, state.issued_at):
        return Found(why="This office has signed the file, and its ledger does not have it so.")
    return _found(file.certificate, state)


def _by_code(code: str) -> Found:
    digest = code_digest(code)
    for name in streams_marked(CERTIFICATE.name, digest, sort=CODE):
        state, _ = the_desk().ledger.state(CERTIFICATE, StreamId(f"certificate/{name}"))
        if state is not None:
            return _found(name, state)
    return Found(why="No certificate has this code. Look at it once more, or use the file.")


def _found(certificate: str, state: Certificate) -> Found:
    return Found(
        certificate=certificate,
        state=state,
        file=printed(certificate, state),
        standing=standing(state, the_clock().now()),
        summary=_summary(state),
    )


def _summary(state: Certificate) -> object:
    try:
        content = the_documents().read(state.issued.report)
    except UnavailableError:
        # The certificate stands without it: its digest is printed on it.
        return None
    return rendering_view(content, "the public summary", NAMES)
