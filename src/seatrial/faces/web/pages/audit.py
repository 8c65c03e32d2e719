"""The ledger: its head for everybody; for auditors entries, proofs, an export, sign-ins."""

import tempfile
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from seatrial.adapters.store.export import export_ledger
from seatrial.adapters.store.models import LedgerEntry
from seatrial.core.access.action import Action
from seatrial.core.access.standing import Granted
from seatrial.core.ledger.entry import Entry, StreamId, read_entry
from seatrial.core.ledger.tree import leaf_hash
from seatrial.faces.web.accounts.models import SignIn
from seatrial.faces.web.acting import demand, the_desk, who_asks
from seatrial.faces.web.forms.record_form import MAX_TEXT
from seatrial.faces.web.private_pages import public
from seatrial.formats.note_key import encode
from seatrial.review.audit import AUDIT, LedgerTaken
from seatrial.wiring.ledger import OpenLedger, open_ledger
from seatrial.wiring.portal import the_ledger

PAGE = 25
"""Entries or sign-ins on a page."""

CONFIDENTIAL = frozenset({"coverage", "incident"})
"""Aggregates whose facts are between some parties though no case covers them."""


class FilterForm(forms.Form):
    """Which entries are shown."""

    case = forms.CharField(required=False, max_length=100, label="Case, as entries name it")
    kind = forms.CharField(
        required=False,
        max_length=100,
        label="Kind, or how it begins",
        help_text="Such as submission.offered, or incident for all of incidents.",
    )


class TakeForm(forms.Form):
    """What the export is for."""

    purpose = forms.CharField(
        max_length=MAX_TEXT, label="What it is for", help_text="Goes into the ledger."
    )


@public
@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    """Show the head, its latest signed checkpoint, and the key: what anyone may anchor."""
    held = _open()
    latest = held.checkpoints.latest()
    head = held.ledger.head()
    audits = request.user.is_authenticated and _audits(request)
    context = {
        "head": head,
        "root": encode(head.root),
        "latest": latest,
        "note": latest.content().decode() if latest else "",
        "keys": [str(one) for one in held.keys.known()],
        "behind": head.size - latest.checkpoint.size if latest else head.size,
        "audits": audits,
    }
    return render(request, "seatrial/ledger.html", context)


@public
@require_safe
def checkpoint(_request: HttpRequest) -> HttpResponse:
    """Hand out the latest signed checkpoint, as witnesses fetch it."""
    latest = _open().checkpoints.latest()
    if latest is None:
        raise Http404
    return HttpResponse(latest.content(), content_type="text/plain; charset=utf-8")


@require_safe
def entries(request: HttpRequest) -> HttpResponse:
    """List entries, the latest first, with the facts that the auditor may see."""
    demand(request, Action.AUDIT_LEDGER)
    form = FilterForm(request.GET or None)
    given: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    rows = LedgerEntry.objects.order_by("-index")
    if given.get("case"):
        rows = rows.filter(case=given["case"])
    upto = _number(request.GET.get("upto"))
    if upto is not None:
        rows = rows.filter(index__lte=upto)
    # By index and not by page number: the ledger grows meanwhile, and counting it takes long.
    found = _latest(rows, given.get("kind") or "", by_case=bool(given.get("case")))
    read = [(index, _read(index, bytes(content))) for index, content in found[:PAGE]]
    sees = _sight(request, [one for _, one in read])
    context = {
        "form": form,
        "given": given,
        "entries": [_shown(index, one, sees) for index, one in read],
        "older": found[PAGE][0] if len(found) > PAGE else None,
        "first": upto is not None,
    }
    return render(request, "seatrial/entries.html", context)


@require_safe
def entry(request: HttpRequest, index: int) -> HttpResponse:
    """Show one entry and the proof that it is in the signed tree."""
    demand(request, Action.AUDIT_LEDGER)
    row = LedgerEntry.objects.filter(index=index).first()
    if row is None:
        raise Http404
    held, content = _open(), bytes(row.content)
    latest = held.checkpoints.latest()
    covered = latest is not None and latest.checkpoint.size > index
    proof = held.ledger.inclusion(index, latest.checkpoint.size) if latest and covered else ()
    found = _read(index, content)
    shown = _shown(index, found, _sight(request, [found]))
    context = {
        "one": shown,
        "leaf": encode(leaf_hash(content)),
        "text": content.decode() if shown["facts"] is not None else None,
        "covered": covered,
        "proof": [encode(one) for one in proof],
        "note": latest.content().decode() if latest and covered else "",
        "size": latest.checkpoint.size if latest else 0,
    }
    return render(request, "seatrial/entry.html", context)


@require_POST
def sign(request: HttpRequest) -> HttpResponse:
    """Sign the head as it is now."""
    demand(request, Action.AUDIT_LEDGER)
    held = _open()
    signed = held.checkpoints.sign(*held.keys.signer())
    messages.info(request, f"Signed: {signed.checkpoint.size} entries.")
    return redirect("ledger")


@require_http_methods(["GET", "POST"])
def take(request: HttpRequest) -> HttpResponseBase:
    """Hand out an export for `seatrial ledger verify`; that it is taken is its last entry."""
    demand(request, Action.AUDIT_LEDGER)
    form = TakeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        command = LedgerTaken(purpose=form.cleaned_data["purpose"])
        the_desk().do(who_asks(request), AUDIT, StreamId("audit/exports"), command)
        return _export()
    context = {
        "title": "Take an export",
        "lines": (
            (
                "A folder with every entry, every signed head and the keys. It holds the facts of"
                " all cases, and no sealed content. Keep it as confidential as the cases are."
            ),
            "Unpack it, then check it offline: seatrial ledger verify EXPORT --key KEYS.",
        ),
        "form": form,
        "button": "Take it",
        "back": "/ledger/",
        "back_name": "the ledger",
    }
    return render(request, "seatrial/form.html", context)


@require_safe
def sign_ins(request: HttpRequest) -> HttpResponse:
    """List sign-ins, failed ones and sign-outs."""
    demand(request, Action.AUDIT_LEDGER)
    rows = SignIn.objects.order_by("-at").select_related("account")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "seatrial/sign_ins.html", {"page": page})


def _latest(rows: QuerySet[LedgerEntry], begins: str, *, by_case: bool) -> list[tuple[int, bytes]]:
    """Give a page and one entry more, the latest first, of kinds that begin in a way.

    Each kind is asked for by itself: its latest entries lie together in the index, and a search
    by how kinds begin would read all of them, or the whole ledger for a rare one.
    """
    if not begins:
        return list(rows.values_list("index", "content")[: PAGE + 1])
    kinds = [one for one in _kinds() if one.startswith(begins)]
    if by_case:
        return list(rows.filter(kind__in=kinds).values_list("index", "content")[: PAGE + 1])
    found = (
        row
        for one in kinds
        for row in rows.filter(kind=one).values_list("index", "content")[: PAGE + 1]
    )
    return sorted(found, key=lambda row: row[0], reverse=True)[: PAGE + 1]


def _kinds() -> Iterable[str]:
    """Name every kind that the ledger takes."""
    for one in the_ledger().projections:
        yield from (f"{one.aggregate.name}.{kind}" for kind in one.aggregate.kinds)


def _sight(request: HttpRequest, entries: Iterable[Entry]) -> Callable[[Entry], bool]:
    """Give what tells of which of some entries one auditor sees the facts."""
    cases = {one.case for one in entries if one.case is not None}
    read = the_desk().open_in(who_asks(request), Action.READ_CASE, cases)

    def sees(entry: Entry) -> bool:
        if entry.case is None:
            return entry.kind.partition(".")[0] not in CONFIDENTIAL
        return entry.case in read

    return sees


def _shown(index: int, found: Entry, sees: Callable[[Entry], bool]) -> dict[str, Any]:
    return {"index": index, "entry": found, "facts": dict(found.facts) if sees(found) else None}


def _read(index: int, content: bytes) -> Entry:
    return read_entry(content, place=f"entry {index}")


def _export() -> FileResponse:
    held = _open()
    # The file has no name: it is gone when it was sent.
    file = tempfile.TemporaryFile(dir=held.data.path)  # noqa: SIM115 - the response closes it
    with tempfile.TemporaryDirectory(dir=held.data.path) as folder:
        made = Path(folder) / "ledger-export"
        export_ledger(held.ledger, held.checkpoints, held.keys, made)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
            for one in sorted(made.iterdir()):
                packed.write(one, f"{made.name}/{one.name}")
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename="ledger-export.zip")


def _open() -> OpenLedger:
    return open_ledger(settings.DATA)


def _audits(request: HttpRequest) -> bool:
    return isinstance(the_desk().may(who_asks(request), Action.AUDIT_LEDGER), Granted)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() else None
